/**
 * Makes a bundle: graphs, weight shards, tokenizer, golden numbers and the manifest with every file's hash. It is built
 * in a temporary folder beside its place and renamed when it is complete and on the disk, so a bundle under its final name
 * is whole, also after a power cut.
 */

import { rmSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Esm2Architecture, MosaicBertArchitecture, Weights } from '../model/architecture.ts';
import type { Calibration } from '../model/bundle/calibration.ts';
import {
  BUNDLE_FORMAT,
  type BundleFile,
  MANIFEST_FILE,
  type Manifest,
  type SourceFile,
} from '../model/bundle/manifest.ts';
import { buildClassifierGraph } from '../model/graph/classifier.ts';
import { buildEsm2Graph, ESM2_MAX_TOKENS } from '../model/graph/esm2.ts';
import { buildMosaicBertGraph } from '../model/graph/mosaicbert.ts';
import type { OnnxGraph } from '../model/graph/onnx.ts';
import { ShardWriter } from '../model/graph/shards.ts';
import { noRounding, type Precision, type Rounding } from '../model/graph/weight-sink.ts';
import { syncFile, syncFolder } from '../system/atomic-file.ts';
import { UserError } from '../system/errors.ts';
import { gitSha1OfFile } from '../system/git-sha1.ts';
import { machineError, systemCode } from '../system/machine-error.ts';
import { VERSION } from '../system/program.ts';
import { sha256OfFile } from '../system/sha256.ts';
import { onSignal } from '../system/signals.ts';
import { NucleotideTokenizer } from '../tokens/nucleotide.ts';
import { proteinTokens } from '../tokens/residues.ts';
import { computeGolden, type Head } from './golden.ts';

export interface BundleHead extends Head {
  readonly calibration?: Calibration | undefined;
}

export interface BundleParts {
  readonly name: string;
  /** Shown wherever scores of this bundle are shown. */
  readonly note?: string | undefined;
  readonly nucleotide: Weights<MosaicBertArchitecture>;
  readonly protein: Weights<Esm2Architecture>;
  /** Of the encoders' matrices as stored. */
  readonly precision: Precision;
  /** One or more, of different lengths. */
  readonly heads: readonly BundleHead[];
  /** Path of a Hugging Face tokenizer.json. */
  readonly tokenizer: string;
}

const TOKENIZER_FILE = 'tokenizer.json';
const GOLDEN_FILE = 'golden.json';

/**
 * @param folder must not exist
 * @param told is called as each step begins
 * @throws UserError when the parts do not fit together
 */
export async function writeBundle(folder: string, parts: BundleParts, told: (step: string) => void): Promise<Manifest> {
  if ((await stat(folder).catch(() => undefined)) !== undefined) throw existsAlready(folder);
  const tokenizer = NucleotideTokenizer.parse(await readJson(parts.tokenizer), parts.tokenizer);
  refuseMisfits(parts, tokenizer);
  const temporary = join(dirname(folder), `.${basename(folder)}.${process.pid}.partial`);
  const release = onSignal(() => rmSync(temporary, { recursive: true, force: true }));
  try {
    await mkdir(temporary, { recursive: true });
    const sources = [parts.nucleotide, parts.protein, ...parts.heads.map(({ weights }) => weights)];
    const before = await statesOf(sources.flatMap(({ files }) => files));
    const manifest = await fill(temporary, parts, tokenizer, told);
    await refuseChanged(before);
    // Or a power cut could leave a bundle with its name and without its content.
    for (const name of [...manifest.files.map(({ path }) => path), MANIFEST_FILE]) syncFile(join(temporary, name));
    syncFolder(temporary);
    await giveName(temporary, folder);
    return manifest;
  } catch (error) {
    // What went wrong first is what the person must hear of.
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    throw machineError(error, folder);
  } finally {
    release();
  }
}

/** Somebody else may have taken the name while this bundle was made. */
async function giveName(temporary: string, folder: string): Promise<void> {
  try {
    await rename(temporary, folder);
  } catch (error) {
    throw ['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(systemCode(error) ?? '') ? existsAlready(folder) : error;
  }
}

function existsAlready(folder: string): UserError {
  return new UserError('the output folder exists already', 'Choose another name, or remove it first.', {
    file: folder,
  });
}

/** What changes when a file is replaced or written to, by path. */
async function statesOf(paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const states = new Map<string, string>();
  for (const path of paths) {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    states.set(path, [dev, ino, size, mtimeNs, ctimeNs].join(' '));
  }
  return states;
}

/** Weights are read from files that stay open, hashes by path: both must be of the same bytes. */
async function refuseChanged(before: ReadonlyMap<string, string>): Promise<void> {
  const after = await statesOf([...before.keys()]);
  for (const [path, state] of before) {
    if (after.get(path) === state) continue;
    throw new UserError('was changed while it was read', 'Wait until it is complete, then run again.', { file: path });
  }
}

/** Published ones have some hundred kilobytes. */
const LARGEST_TOKENIZER_BYTES = 100_000_000;

async function readJson(path: string): Promise<unknown> {
  try {
    if ((await stat(path)).size > LARGEST_TOKENIZER_BYTES) {
      throw new UserError('is too large for a tokenizer', 'Get it again from where it came from.', { file: path });
    }
    return await Bun.file(path).json();
  } catch (error) {
    if (error instanceof UserError) throw error;
    if (!(error instanceof SyntaxError)) throw machineError(error, path);
    throw new UserError('the tokenizer is no valid JSON', 'Get it again from where it came from.', { file: path });
  }
}

async function fill(
  folder: string,
  parts: BundleParts,
  tokenizer: NucleotideTokenizer,
  told: (step: string) => void,
): Promise<Manifest> {
  const { nucleotide, protein, heads, precision } = parts;
  const rounding = precision === 'fp16' ? noRounding() : undefined;
  told('nucleotide encoder');
  const digests = new Map<string, string>();
  const write = async (stem: string, build: (shards: ShardWriter) => Promise<OnnxGraph>): Promise<void> => {
    for (const [file, sha256] of await writeGraph(folder, stem, build)) digests.set(file, sha256);
  };
  await write('nucleotide', (shards) => buildMosaicBertGraph(nucleotide, shards, rounding));
  told('protein encoder');
  await write('protein', (shards) => buildEsm2Graph(protein, shards, rounding));
  if (rounding !== undefined) told(roundingText(rounding));
  for (const { length, weights } of heads) {
    told(`classifier for ${length} nt`);
    const build = (shards: ShardWriter) => buildClassifierGraph(weights, nucleotide.architecture.width, shards);
    await write(`classifier-${length}`, build);
  }
  // A copy would inherit that the original may not be written.
  await writeFile(join(folder, TOKENIZER_FILE), await readFile(parts.tokenizer));
  told('golden numbers (float64)');
  const golden = await computeGolden(nucleotide, protein, heads, tokenizer);
  await writeFile(join(folder, GOLDEN_FILE), `${JSON.stringify(golden)}\n`);
  told('hashes');
  const manifest: Manifest = {
    format: BUNDLE_FORMAT,
    name: parts.name,
    writer: `virnucpro ${VERSION}`,
    precision,
    rounding,
    note: parts.note,
    nucleotide: {
      architecture: nucleotide.architecture,
      graph: 'nucleotide.onnx',
      sources: await sourcesOf(nucleotide.files),
    },
    protein: { architecture: protein.architecture, graph: 'protein.onnx', sources: await sourcesOf(protein.files) },
    classifiers: await Promise.all(
      heads.map(async ({ length, weights, calibration }) => ({
        length,
        architecture: weights.architecture,
        graph: `classifier-${length}.onnx`,
        sources: await headSourcesOf(weights.files),
        calibration,
      })),
    ),
    tokenizer: TOKENIZER_FILE,
    golden: GOLDEN_FILE,
    files: await filesOf(folder, digests),
  };
  await writeFile(join(folder, MANIFEST_FILE), `${JSON.stringify(manifest, undefined, 2)}\n`);
  return manifest;
}

function roundingText({ values, underflows, subnormals }: Rounding): string {
  const [all, zeros, coarse] = [values, underflows, subnormals].map((count) => count.toLocaleString('en-US'));
  return `float16: of ${all} values none overflowed, ${zeros} underflowed to 0, ${coarse} became subnormal`;
}

/** @returns SHA-256 of the shards, by name */
async function writeGraph(
  folder: string,
  stem: string,
  build: (shards: ShardWriter) => Promise<OnnxGraph>,
): Promise<ReadonlyMap<string, string>> {
  const shards = new ShardWriter(folder, stem);
  try {
    const graph = await build(shards);
    await writeFile(join(folder, `${stem}.onnx`), graph.finish('virnucpro', VERSION));
  } finally {
    shards.close();
  }
  return shards.digests;
}

/**
 * Everything in the folder so far, in the order of names.
 *
 * @param digests SHA-256 of the files that were hashed while they were written
 */
async function filesOf(folder: string, digests: ReadonlyMap<string, string>): Promise<BundleFile[]> {
  const files: BundleFile[] = [];
  for (const path of (await readdir(folder)).sort()) {
    const full = join(folder, path);
    const sha256 = digests.get(path) ?? (await sha256OfFile(full));
    files.push({ path, bytes: (await stat(full)).size, sha256 });
  }
  return files;
}

async function sourcesOf(paths: readonly string[]): Promise<SourceFile[]> {
  const sources: SourceFile[] = [];
  for (const path of paths) {
    sources.push({ file: basename(path), bytes: (await stat(path)).size, sha256: await sha256OfFile(path) });
  }
  return sources;
}

/** The published heads are known by their names in git; they are small. */
async function headSourcesOf(paths: readonly string[]): Promise<SourceFile[]> {
  const sources: SourceFile[] = [];
  for (const [i, source] of (await sourcesOf(paths)).entries()) {
    sources.push({ ...source, git_sha1: await gitSha1OfFile(paths[i]!) });
  }
  return sources;
}

function refuseMisfits({ nucleotide, protein, heads }: BundleParts, tokenizer: NucleotideTokenizer): void {
  const widths = [nucleotide.architecture.width, protein.architecture.width] as const;
  for (const { length, weights } of heads) {
    const { input } = weights.architecture;
    const [file] = weights.files;
    if (input !== widths[0] + widths[1]) {
      throw new UserError(
        `the classifier takes ${input} numbers, the encoders give ${widths[0]} + ${widths[1]} = ${widths[0] + widths[1]}`,
        'Give the classifier that was trained on these encoders.',
        { file },
      );
    }
    const tokens = proteinTokens(Math.floor(length / 3));
    if (tokens > ESM2_MAX_TOKENS) {
      const most = (ESM2_MAX_TOKENS - 2) * 3 + 2;
      throw new UserError(`a chunk length of ${length} is too long`, `Lengths up to ${most} are possible.`, { file });
    }
  }
  const lengths = heads.map(({ length }) => length);
  const twice = lengths.find((length, i) => lengths.indexOf(length) !== i);
  if (twice !== undefined)
    throw new UserError(`two classifiers for length ${twice} were given`, 'Give one for each length.');
  const { vocabulary } = nucleotide.architecture;
  if (tokenizer.vocabularySize > vocabulary) {
    throw new UserError(
      `the tokenizer has ${tokenizer.vocabularySize} tokens, the nucleotide encoder knows ${vocabulary}`,
      'Give the tokenizer.json that belongs to the checkpoint.',
      { file: nucleotide.files[0] },
    );
  }
}
