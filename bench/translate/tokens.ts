/**
 * Tokenising apart from everything else, on one thread: ours against `@huggingface/tokenizers` and Python's
 * `tokenizers`, the same open frames of 500-nt reads (nucleotides of the codons) and the same tokenizer.json.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { NucleotideTokenizer } from '../../src/tokens/nucleotide.ts';
import { encodeProtein } from '../../src/tokens/residues.ts';
import { type BenchData, READ_LENGTH } from './data.ts';
import { median, printTable, rounded, spread } from './figures.ts';
import { measure, versionOf } from './process.ts';
import type { Settings } from './settings.ts';
import { sixFrames } from './six-frames.ts';

const TOKENIZER = join(import.meta.dir, '..', '..', 'models', 'tokenizer', 'tokenizer.json');
/** Frames that a turn encodes: a fraction of a second each. Ours goes through its frames several times. */
const FRAMES = 4000;
const OWN_PASSES = 10;
const JS_FRAMES = 500;

interface Frame {
  readonly nucleotides: string;
  readonly protein: string;
}

/** What a turn gave; count and sum of the ids show that all encoders say the same. */
interface Turn {
  readonly rate: number;
  readonly tokens: number;
  readonly sum: number;
}

type Contestant = readonly [name: string, turn: () => Promise<readonly Turn[]> | readonly Turn[]];

export async function tokens({ data, folder, python, rounds }: Settings): Promise<void> {
  const frames = openFrames(data);
  const sequences = frames.map(({ nucleotides }) => nucleotides);
  const json: unknown = JSON.parse(readFileSync(TOKENIZER, 'utf8'));
  const own = new Own(json, frames);
  // The file asks for padding to 2000, which is nobody's work here.
  const reference = new Tokenizer({ ...(json as object), truncation: null, padding: null }, {});
  const contestants: Contestant[] = [
    ['nucleotides, ours', () => [own.nucleotides()]],
    ['proteins, ours', () => [own.proteins()]],
    ['`@huggingface/tokenizers`', () => [javaScript(reference, sequences.slice(0, JS_FRAMES))]],
  ];
  const version = versionOf([python, '-c', 'import tokenizers; print(tokenizers.__version__)']);
  if (version === undefined) console.log('Python tokenizers: not here (pip install tokenizers), left out');
  else contestants.push([`Python \`tokenizers\` ${version}`, () => pythonTurn(python, folder, sequences)]);

  const turns = new Map<string, Turn[]>();
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, turn] of contestants) {
      for (const [i, result] of (await turn()).entries()) {
        const line = name.startsWith('Python') ? `${name}, ${i === 0 ? 'one by one' : 'one batch'}` : name;
        if (round > 0) turns.set(line, [...(turns.get(line) ?? []), result]);
      }
    }
  }
  compareIds(own, reference, sequences, turns);
  report(turns);
}

/** Frames without a stop, the nucleotides of their whole codons and the base behind them, as a run cuts them. */
function openFrames(data: BenchData): Frame[] {
  const frames: Frame[] = [];
  for (let i = 0; frames.length < FRAMES; i += 1) {
    const sequence = data.sequence(i);
    const reverse = [...sequence].reverse().map((base) => 'TGCA'['ACGT'.indexOf(base)]!);
    const strands = [sequence, reverse.join('')];
    for (const [frame, protein] of sixFrames(sequence).entries()) {
      if (protein.includes('*')) continue;
      const offset = frame % 3;
      const nucleotides = strands[Math.floor(frame / 3)]!.slice(offset, offset + 1 + 3 * protein.length);
      frames.push({ nucleotides, protein });
    }
  }
  return frames.slice(0, FRAMES);
}

class Own {
  readonly #tokenizer: NucleotideTokenizer;
  readonly #frames: readonly Frame[];
  readonly #bases: Uint8Array;
  readonly #residues: Uint8Array;
  readonly #out = new Uint16Array(READ_LENGTH + 2);

  constructor(json: unknown, frames: readonly Frame[]) {
    this.#tokenizer = NucleotideTokenizer.parse(json, TOKENIZER);
    this.#frames = frames;
    this.#bases = new TextEncoder().encode(frames.map(({ nucleotides }) => nucleotides).join(''));
    this.#residues = new TextEncoder().encode(frames.map(({ protein }) => protein).join(''));
  }

  nucleotides(): Turn {
    const [bytes, out] = [this.#bases, this.#out];
    return this.#turn(({ nucleotides }, at) => this.#tokenizer.encode(bytes, at, at + nucleotides.length, out, 0), 3);
  }

  proteins(): Turn {
    const [bytes, out] = [this.#residues, this.#out];
    return this.#turn(({ protein }, at) => encodeProtein(bytes, at, at + protein.length, out, 0), 1);
  }

  /** Ids of one sequence. */
  ids(sequence: string): number[] {
    return [...this.#tokenizer.encodeText(sequence)];
  }

  /** @param kind 3 where `encode` takes nucleotides, 1 where it takes residues */
  #turn(encode: (frame: Frame, at: number) => number, kind: 1 | 3): Turn {
    const length = ({ nucleotides, protein }: Frame) => (kind === 3 ? nucleotides : protein).length;
    let [tokens, sum, at] = [0, 0, 0];
    for (const frame of this.#frames) {
      const count = encode(frame, at);
      at += length(frame);
      tokens += count;
      for (let i = 0; i < count; i += 1) sum += this.#out[i]!;
    }
    let encoded = 0;
    const began = performance.now();
    for (let pass = 0; pass < OWN_PASSES; pass += 1) {
      at = 0;
      for (const frame of this.#frames) {
        encoded += encode(frame, at);
        at += length(frame);
      }
    }
    const seconds = (performance.now() - began) / 1000;
    if (encoded !== OWN_PASSES * tokens) throw new Error(`${encoded} tokens in ${OWN_PASSES} passes of ${tokens}`);
    return { rate: (OWN_PASSES * this.#frames.length) / seconds, tokens, sum };
  }
}

function javaScript(tokenizer: Tokenizer, sequences: readonly string[]): Turn {
  let [count, sum] = [0, 0];
  const began = performance.now();
  for (const sequence of sequences) {
    const { ids } = tokenizer.encode(sequence);
    count += ids.length;
    for (const id of ids) sum += id;
  }
  return { rate: sequences.length / ((performance.now() - began) / 1000), tokens: count, sum };
}

/** One by one, and in one batch on one thread. */
async function pythonTurn(python: string, folder: string, sequences: readonly string[]): Promise<Turn[]> {
  const file = join(folder, 'frames.txt');
  writeFileSync(file, `${sequences.join('\n')}\n`);
  const script = `${import.meta.dir}/../tokenizers_rate.py`;
  const { output } = await measure([python, script, TOKENIZER, file], true);
  const { single, batch, ...ids } = JSON.parse(output) as Record<'single' | 'batch' | 'tokens' | 'sum', number>;
  return [single, batch].map((seconds) => ({ rate: sequences.length / seconds, ...ids }));
}

/** A benchmark of other tokens would be worth nothing. */
function compareIds(
  own: Own,
  reference: Tokenizer,
  sequences: readonly string[],
  turns: ReadonlyMap<string, readonly Turn[]>,
): void {
  for (const sequence of sequences.slice(0, JS_FRAMES)) {
    const ids = own.ids(sequence).join();
    if (ids !== reference.encode(sequence).ids.join()) throw new Error(`other tokens for ${sequence}: ${ids}`);
  }
  const { tokens, sum } = turns.get('nucleotides, ours')![0]!;
  for (const [name, list] of turns) {
    if (!name.startsWith('Python')) continue;
    if (list[0]!.tokens !== tokens || list[0]!.sum !== sum) throw new Error(`${name} gives other tokens`);
  }
}

function report(turns: ReadonlyMap<string, readonly Turn[]>): void {
  const own = turns.get('nucleotides, ours')!;
  printTable(
    ['encoder', 'frames/s on one core', 'ours, nucleotides, against it'],
    [...turns].map(([name, list]) => [
      name,
      rounded(median(list.map(({ rate }) => rate))),
      name.endsWith('ours')
        ? ''
        : spread(
            list.map(({ rate }, i) => own[i]!.rate / rate),
            1,
          ),
    ]),
  );
  const both = own.map(({ rate }, i) => 1 / (1 / rate + 1 / turns.get('proteins, ours')![i]!.rate));
  console.log(`both encoders of a frame, ours: ${rounded(median(both))} frames/s`);
}
