/**
 * Published numbers: what others computed with the published checkpoints. A conversion is right when it gives the same,
 * whatever went on in between. The file `models/published-numbers.json` says where each comes from; of a vector it
 * holds the first four values and the Euclidean norm of the whole.
 *
 * Tolerances, by the arithmetic a number was made with. `value` bounds the difference of a single value in units of the
 * root mean square of the vectors compared (a width-free measure: about 0.1 for DNABERT-S, 0.3 for ESM-2), `norm` the
 * relative difference of a norm, `score` the difference of a score:
 *
 * - float32: two runs of the original on one GPU, batched differently, differ by up to 6e-6 in a value of DNABERT-S
 *   and 1.4e-5 in a score. 2e-4 is 2e-5 for DNABERT-S and 5e-5 for ESM-2 3B, whose values reach 15: room for another
 *   device's order of summation, and far below what a mistake does (rotary frequencies rounded to float16: 1e-3).
 * - bfloat16: eight bits, a rounding error of 0.2 % in every product. In simulated encoders of 6 to 30 layers the mean
 *   vector moves by up to 1 % of its norm and no value by more than 0.032 root mean squares; the norm hardly moves.
 * - float16: eleven bits, an eighth of that; weights stored in float16 move as much again. Also used for bundles that
 *   were imported with fp16, whatever the published numbers were made with.
 */

import publishedJson from '../../models/published-numbers.json' with { type: 'json' };
import { Fact } from '../system/fact.ts';
import { builtInCatalogue } from './catalogue.ts';

export type Arithmetic = 'float32' | 'float16' | 'bfloat16';

export interface Tolerance {
  /** Largest |difference| of a value, in root mean squares of the vectors. */
  readonly value: number;
  /** Largest relative difference of a norm. */
  readonly norm: number;
  /** Largest |difference| of a score; undefined where no scores were published so. */
  readonly score: number | undefined;
}

export interface PublishedRow {
  /** What the encoder was given: upper-case nucleotides, or residues. */
  readonly text: string;
  /** The first values of the mean embedding, float32. */
  readonly values: readonly number[];
  /** Euclidean norm of the whole mean embedding, float32. */
  readonly norm: number;
}

/** Mean embeddings of one encoder. */
export interface PublishedVectors {
  /** Name in the catalogue. */
  readonly checkpoint: string;
  readonly width: number;
  readonly arithmetic: Arithmetic;
  readonly rows: readonly PublishedRow[];
}

export interface PublishedScores {
  /** Name of the head in the catalogue. */
  readonly checkpoint: string;
  readonly arithmetic: Arithmetic;
  /** [P(others), P(virus)] as printed by the original. */
  readonly rows: readonly (readonly [number, number])[];
}

/** The same frames through both encoders and a head: row i is frame i everywhere. */
export interface PublishedFrames {
  /** Name of the bundle in the catalogue. */
  readonly bundle: string;
  readonly ids: readonly string[];
  readonly nucleotide: PublishedVectors;
  readonly protein: PublishedVectors;
  readonly scores: PublishedScores;
}

export interface PublishedNumbers {
  /** Where the numbers come from, for people. */
  readonly source: string;
  readonly tolerances: Readonly<Record<Arithmetic, Tolerance>>;
  readonly frames: PublishedFrames;
  readonly proteins: readonly PublishedVectors[];
}

let parsed: PublishedNumbers | undefined;

export function publishedNumbers(): PublishedNumbers {
  parsed ??= parsePublishedNumbers(publishedJson);
  return parsed;
}

/** @param bundle name in the catalogue */
export function publishedFrames(bundle: string): PublishedFrames | undefined {
  const { frames } = publishedNumbers();
  return frames.bundle === bundle ? frames : undefined;
}

/**
 * @param checkpoint name of an encoder in the catalogue
 * @returns what was published for it, the most precise first; none for a checkpoint without published numbers
 */
export function publishedVectors(checkpoint: string): readonly PublishedVectors[] {
  const { frames, proteins } = publishedNumbers();
  return [frames.nucleotide, frames.protein, ...proteins].filter((vectors) => vectors.checkpoint === checkpoint);
}

/** @throws Error that names the place: the file is ours */
export function parsePublishedNumbers(json: unknown): PublishedNumbers {
  const root = new Fact(json, 'published numbers');
  if (root.field('format').value !== 1) root.field('format').wrong('1');
  const tolerance = (arithmetic: Arithmetic): Tolerance => {
    const fact = root.field('tolerances').field(arithmetic);
    const [value, norm] = [fact.field('value').positive(), fact.field('norm').positive()];
    return { value, norm, score: fact.field('score').ifKnown((score) => score.positive()) };
  };
  return {
    source: root.field('source').text(),
    tolerances: {
      float32: tolerance('float32'),
      float16: tolerance('float16'),
      bfloat16: tolerance('bfloat16'),
    },
    frames: parseFrames(root.field('frames')),
    proteins: root
      .field('proteins')
      .list()
      .map((fact) => {
        const rows = fact.field('sequences').list();
        return vectorsOf(
          fact.field('checkpoint'),
          fact,
          fact.field('width'),
          rows.map((row) => parseRow(row.field('text'), row)),
        );
      }),
  };
}

function parseFrames(fact: Fact): PublishedFrames {
  const frames = fact.field('list').list();
  const rows = (text: string, vector: string) =>
    frames.map((frame) => parseRow(frame.field(text), frame.field(vector)));
  const nucleotide = rows('nucleotide', 'nucleotide_embedding');
  const protein = rows('protein', 'protein_embedding');
  return {
    bundle: fact.field('bundle').oneOf(...builtInCatalogue().bundles.map(({ name }) => name)),
    ids: frames.map((frame) => frame.field('id').text()),
    nucleotide: vectorsOf(fact.field('nucleotide'), fact, fact.field('nucleotide_width'), nucleotide),
    protein: vectorsOf(fact.field('protein'), fact, fact.field('protein_width'), protein),
    scores: {
      checkpoint: checkpointName(fact.field('head')),
      arithmetic: arithmeticOf(fact),
      rows: frames.map((frame) => parseScores(frame.field('scores'))),
    },
  };
}

function vectorsOf(checkpoint: Fact, fact: Fact, width: Fact, rows: readonly PublishedRow[]): PublishedVectors {
  return { checkpoint: checkpointName(checkpoint), width: width.count(), arithmetic: arithmeticOf(fact), rows };
}

function arithmeticOf(fact: Fact): Arithmetic {
  return fact.field('arithmetic').oneOf('float32', 'float16', 'bfloat16');
}

function checkpointName(fact: Fact): string {
  return fact.oneOf(...builtInCatalogue().checkpoints.map(({ name }) => name));
}

function parseRow(text: Fact, vector: Fact): PublishedRow {
  return {
    text: text.text(/^[A-Z]+$/),
    values: vector
      .field('values')
      .list(4)
      .map((value) => value.number()),
    norm: vector.field('norm').positive(),
  };
}

function parseScores(fact: Fact): readonly [number, number] {
  const [others, virus, ...rest] = fact.list(2).map((score) => score.positive());
  return others !== undefined && virus !== undefined && rest.length === 0 ? [others, virus] : fact.wrong('two scores');
}
