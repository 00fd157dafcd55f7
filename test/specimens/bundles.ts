/**
 * Bundles that are damaged, or were made by another hand: the hashes in the manifest are right unless a specimen is about
 * them, so that what is refused is the content. Each is the embedded model with one thing changed.
 */

import type { Json } from '../fuzz/json.ts';

type Fields = Readonly<Record<string, Json>>;

export interface BundleSpecimen {
  /** Of its folder. */
  readonly name: string;
  readonly what: string;
  readonly command: 'predict' | 'models verify';
  /** File -> its new content; null takes it away. The manifest's sizes and hashes follow. */
  readonly files?: (read: (file: string) => string) => Readonly<Record<string, string | null>>;
  /** Changes the manifest, behind that. */
  readonly manifest?: (manifest: Fields) => Json | string;
  /** File at which it is refused, below the folder. */
  readonly at: string;
  /** The message behind that. */
  readonly message: string;
}

const AGAIN = 'Import or download the bundle again.';
const SUCH_A_TOKENIZER =
  'Byte pairs as in DNABERT-S can be read, and words of fixed length. Use the tokenizer.json of such a model.';

const damaged = (what: string): string => `The manifest is damaged: ${what}. ${AGAIN}`;
const inManifest = (name: string, what: string, change: Fields, says: string): BundleSpecimen => ({
  ...{ name, what, at: 'manifest.json', message: damaged(says) },
  command: 'predict',
  manifest: (manifest) => ({ ...manifest, ...change }),
});
const object = (value: Json | undefined): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};

export const BUNDLES: readonly BundleSpecimen[] = [
  {
    ...{ name: 'manifest_cut', what: 'the manifest is cut off', at: 'manifest.json' },
    command: 'predict',
    manifest: (manifest) => JSON.stringify(manifest).slice(0, -10),
    message: 'The manifest is damaged: it is no JSON. Import the bundle again.',
  },
  {
    ...{ name: 'manifest_list', what: 'the manifest is a list', at: 'manifest.json' },
    command: 'predict',
    manifest: () => [],
    message: damaged('it is no JSON object'),
  },
  {
    ...{ name: 'format_object', what: 'its format is an object', at: 'manifest.json' },
    command: 'predict',
    manifest: (manifest) => ({ ...manifest, format: { toString: 1 } }),
    message:
      'The bundle has format what is no text, this version reads format 1. ' +
      'Import the checkpoints again with this version.',
  },
  inManifest('name_object', 'its name is an object', { name: { toString: 1 } }, '"name" is no text'),
  inManifest('note_object', 'its note is an object', { note: { toString: 1 } }, '"note" is no text'),
  inManifest('classifier_null', 'a classifier is null', { classifiers: [null] }, 'a classifier is no JSON object'),
  inManifest('file_empty', 'a file without anything', { files: [{}] }, 'what is missing is no plain file name'),
  inManifest(
    'file_long',
    'a file name of 2,000 letters',
    { files: [{ path: '/'.repeat(2000) }] },
    `"${'/'.repeat(200)}..." is no plain file name`,
  ),
  inManifest('file_above', 'a file above the folder', { files: [{ path: '../x' }] }, '"../x" is no plain file name'),
  {
    ...{ name: 'width_huge', what: 'an encoder of a thousand million numbers' },
    command: 'predict',
    manifest: ({ protein, ...rest }) => ({
      ...rest,
      protein: { ...object(protein), architecture: { ...object(object(protein)['architecture']), width: 1e9 } },
    }),
    at: 'manifest.json',
    message: damaged('"protein" has no width that can be'),
  },
  {
    ...{ name: 'sources_text', what: 'the sources of an encoder are a text', at: 'manifest.json' },
    command: 'predict',
    manifest: ({ nucleotide, ...rest }) => ({ ...rest, nucleotide: { ...object(nucleotide), sources: 'x' } }),
    message: damaged('the sources of "nucleotide" are no list of files'),
  },
  {
    ...{ name: 'tokenizer_text', what: 'tokenizer.json is no JSON', at: 'tokenizer.json' },
    command: 'predict',
    files: () => ({ 'tokenizer.json': 'hello' }),
    message: `the file is not JSON. ${SUCH_A_TOKENIZER}`,
  },
  {
    ...{ name: 'tokenizer_other', what: 'a tokenizer with a normaliser', at: 'tokenizer.json' },
    command: 'predict',
    files: (read) => ({
      'tokenizer.json': read('tokenizer.json').replace(/"normalizer":\s*null/, '"normalizer":{"type":"Lowercase"}'),
    }),
    message: `the setting normalizer is Lowercase, only null is implemented. ${SUCH_A_TOKENIZER}`,
  },
  {
    ...{ name: 'tokenizer_long', what: 'a tokenizer with a setting of 2,000 letters' },
    command: 'predict',
    files: (read) => ({ 'tokenizer.json': read('tokenizer.json').replace('{', `{"${'x'.repeat(2000)}":1,`) }),
    at: 'tokenizer.json',
    message: `the setting ${'x'.repeat(200)}... is not implemented. ${SUCH_A_TOKENIZER}`,
  },
  {
    ...{ name: 'golden_text', what: 'golden.json is no JSON', at: 'golden.json' },
    command: 'models verify',
    files: () => ({ 'golden.json': 'hello' }),
    message: `The golden numbers are damaged. ${AGAIN}`,
  },
  {
    ...{
      name: 'weights_missing',
      what: 'a file of weights is missing',
      command: 'predict',
      at: 'nucleotide-00001.bin',
    },
    files: () => ({ 'nucleotide-00001.bin': null }),
    message: `The bundle's file nucleotide-00001.bin is missing. ${AGAIN}`,
  },
];
