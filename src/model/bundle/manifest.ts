/**
 * The bundle's manifest: one JSON file, `manifest.json`, that names every other file of the folder with its size and
 * sha256. The format is documented in docs/bundle.md; `format` counts its incompatible changes.
 */

import { UserError } from '../../system/errors.ts';
import { isObject } from '../../system/json-object.ts';
import { quoted } from '../../system/quoted.ts';
import type { ClassifierArchitecture, Esm2Architecture, MosaicBertArchitecture } from '../architecture.ts';
import type { Precision, Rounding } from '../graph/weight-sink.ts';
import { type Calibration, parseCalibration } from './calibration.ts';

export const MANIFEST_FILE = 'manifest.json';
export const BUNDLE_FORMAT = 1;

/** Memory is taken for it before anything is computed. The widest ESM-2 has 5120. */
const WIDEST = 2 ** 16;

export type EncoderName = 'nucleotide' | 'protein';

/** A checkpoint file that the bundle was made from. */
export interface SourceFile {
  /** File name without its folder: a bundle says nothing about the machine it was made on. */
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Of a classifier: the name of its content in git, by which the published heads are known. */
  readonly git_sha1?: string | undefined;
}

export interface BundleFile {
  /** Name inside the bundle's folder; bundles have no subfolders. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface EncoderEntry<A> {
  readonly architecture: A;
  /** Model file; it names its weight shards. */
  readonly graph: string;
  readonly sources: readonly SourceFile[];
}

export interface ClassifierEntry {
  /** Chunk length in nucleotides that the head was trained for. */
  readonly length: number;
  readonly architecture: ClassifierArchitecture;
  readonly graph: string;
  readonly sources: readonly SourceFile[];
  /** Of a head whose scores were compared with known sequences; the tables then give probabilities too. */
  readonly calibration?: Calibration | undefined;
}

export interface Manifest {
  readonly format: typeof BUNDLE_FORMAT;
  readonly name: string;
  /** Program and version that wrote the bundle. */
  readonly writer: string;
  readonly precision: Precision;
  /** Of fp16: what rounding did to the encoders' matrices. */
  readonly rounding?: Readonly<Rounding> | undefined;
  /** A sentence that every run with this bundle ends with. */
  readonly note?: string | undefined;
  readonly nucleotide: EncoderEntry<MosaicBertArchitecture>;
  readonly protein: EncoderEntry<Esm2Architecture>;
  readonly classifiers: readonly ClassifierEntry[];
  readonly tokenizer: string;
  readonly golden: string;
  readonly files: readonly BundleFile[];
}

/**
 * Checks a parsed manifest as far as later code relies on it.
 * @param file path for messages
 */
export function parseManifest(json: unknown, file: string): Manifest {
  const damaged = (what: string) =>
    new UserError(`The manifest is damaged: ${what}`, 'Import or download the bundle again.', { file });
  const manifest = json as Partial<Manifest> | null;
  if (typeof manifest !== 'object' || manifest === null || Array.isArray(manifest)) {
    throw damaged('it is no JSON object');
  }
  if (manifest.format === undefined) throw damaged('"format" is missing');
  if (manifest.format !== BUNDLE_FORMAT) {
    throw new UserError(
      `The bundle has format ${shown(manifest.format)}, this version reads format ${BUNDLE_FORMAT}`,
      'Import the checkpoints again with this version.',
      { file },
    );
  }
  for (const key of ['name', 'writer', 'tokenizer', 'golden'] as const) {
    if (typeof manifest[key] !== 'string') throw damaged(`"${key}" is no text`);
  }
  if (manifest.precision !== 'fp32' && manifest.precision !== 'fp16') {
    throw damaged('"precision" is neither "fp32" nor "fp16"');
  }
  if (manifest.note !== undefined && typeof manifest.note !== 'string') throw damaged('"note" is no text');
  if (manifest.nucleotide?.architecture?.kind !== 'mosaicbert') throw damaged('"nucleotide" is no MosaicBERT encoder');
  if (manifest.protein?.architecture?.kind !== 'esm2') throw damaged('"protein" is no ESM-2 encoder');
  const { nucleotide, protein } = manifest;
  for (const [key, { architecture, sources }] of Object.entries({ nucleotide, protein })) {
    const { width } = architecture;
    if (!Number.isSafeInteger(width) || width < 1 || width > WIDEST) throw damaged(`"${key}" has no width that can be`);
    if (!areSources(sources)) throw damaged(`the sources of "${key}" are no list of files`);
  }
  if (!Array.isArray(manifest.classifiers) || manifest.classifiers.length === 0) throw damaged('it has no classifier');
  if (!Array.isArray(manifest.files)) throw damaged('it lists no files');
  const known = new Set<string>();
  for (const entry of manifest.files) {
    if (typeof entry?.path !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(entry.path)) {
      throw damaged(`${shown(entry?.path)} is no plain file name`);
    }
    if (!Number.isSafeInteger(entry.bytes) || entry.bytes < 0) throw damaged(`${shown(entry.path)} has no size`);
    if (typeof entry.sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(entry.sha256)) {
      throw damaged(`${shown(entry.path)} has no sha256`);
    }
    known.add(entry.path);
  }
  for (const classifier of manifest.classifiers) {
    if (typeof classifier !== 'object' || classifier === null) throw damaged('a classifier is no JSON object');
    const { length, graph, architecture, calibration, sources } = classifier;
    if (!Number.isSafeInteger(length) || length < 1) throw damaged('a classifier has no chunk length');
    if (architecture?.kind !== 'classifier') throw damaged(`the classifier for ${length} has no architecture`);
    if (!areSources(sources)) throw damaged(`the sources of the classifier for ${length} are no list of files`);
    if (!known.has(graph)) throw damaged(`${shown(graph)} is not in its list of files`);
    if (calibration === undefined) continue;
    parseCalibration(calibration, (problem) => damaged(`the calibration of the classifier for ${length} ${problem}`));
  }
  for (const path of [manifest.nucleotide.graph, manifest.protein.graph, manifest.tokenizer, manifest.golden]) {
    if (path === undefined || !known.has(path)) throw damaged(`${shown(path)} is not in its list of files`);
  }
  return manifest as Manifest;
}

function areSources(sources: unknown): boolean {
  return Array.isArray(sources) && sources.every((source) => isObject(source) && typeof source['file'] === 'string');
}

/** Whatever stands in the place of a name, as a sentence can have it. */
function shown(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return value === undefined ? 'what is missing' : 'what is no text';
}
