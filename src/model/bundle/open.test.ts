import { afterAll, afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256OfBytes } from '../../system/sha256.ts';
import { looksLikeBundle, openBundle } from './open.ts';

const root = mkdtempSync(join(tmpdir(), 'bundle-'));
const cacheBefore = process.env['VIRNUCPRO_CACHE'];
process.env['VIRNUCPRO_CACHE'] = join(root, 'cache');
afterAll(() => {
  if (cacheBefore === undefined) delete process.env['VIRNUCPRO_CACHE'];
  else process.env['VIRNUCPRO_CACHE'] = cacheBefore;
  rmSync(root, { recursive: true });
});

const SMALL = ['nucleotide.onnx', 'protein.onnx', 'classifier-500.onnx', 'tokenizer.json', 'golden.json'];
let folder = '';

/** A bundle as far as opening it goes: what the files hold does not matter. */
function write(extra: Record<string, unknown> = {}, files: readonly string[] = SMALL): void {
  const listed = files.map((path) => {
    writeFileSync(join(folder, path), path);
    return { path, bytes: path.length, sha256: sha256OfBytes(path) };
  });
  const encoder = (kind: string, graph: string) => ({ architecture: { kind, width: 8 }, graph, sources: [] });
  const manifest = {
    format: 1,
    name: 'b',
    writer: 'test',
    precision: 'fp32',
    nucleotide: encoder('mosaicbert', 'nucleotide.onnx'),
    protein: encoder('esm2', 'protein.onnx'),
    classifiers: [{ length: 500, ...encoder('classifier', 'classifier-500.onnx') }],
    tokenizer: 'tokenizer.json',
    golden: 'golden.json',
    files: listed,
    ...extra,
  };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
}

beforeEach(() => {
  folder = mkdtempSync(join(root, 'b-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a whole bundle is opened, its identity is the hash of its manifest', async () => {
  write();
  const bundle = await openBundle(folder, false);
  expect(bundle.folder).toBe(folder);
  expect(bundle.manifest.classifiers[0]!.length).toBe(500);
  expect(bundle.sha256).toBe(sha256OfBytes(await Bun.file(join(folder, 'manifest.json')).text()));
});

test('a calibration is read as it stands, and no head needs one', async () => {
  const entry = { length: 500, architecture: { kind: 'classifier' }, graph: 'classifier-500.onnx', sources: [] };
  const calibration = { slope: 1.5, intercept: -0.25, threshold: 0.5, fitted_on: 'known sequences' };
  write({ classifiers: [{ ...entry, calibration }, entry] });
  const { classifiers } = (await openBundle(folder, false)).manifest;
  expect(classifiers.map((head) => head.calibration)).toEqual([calibration, undefined]);
});

test('looksLikeBundle asks for a manifest, not for its state', async () => {
  expect(await looksLikeBundle(folder)).toBe(false);
  expect(await looksLikeBundle(join(folder, 'absent'))).toBe(false);
  mkdirSync(join(folder, 'manifest.json'));
  expect(await looksLikeBundle(folder)).toBe(false);
  rmSync(join(folder, 'manifest.json'), { recursive: true });
  writeFileSync(join(folder, 'manifest.json'), 'damaged');
  expect(await looksLikeBundle(folder)).toBe(true);
  await expect(openBundle(folder, false)).rejects.toThrow('it is no JSON');
});

describe('a manifest that names what it may not', () => {
  const file = (path: unknown, bytes: unknown = 1, sha256: unknown = 'a'.repeat(64)) => ({ path, bytes, sha256 });
  const head = (calibration: unknown) => {
    const architecture = { kind: 'classifier' };
    return { length: 500, architecture, graph: 'classifier-500.onnx', sources: [], calibration };
  };
  const cases: [string, Record<string, unknown>][] = [
    ['plain file name', { files: [file('../x')] }],
    ['plain file name', { files: [file('/etc/passwd')] }],
    ['plain file name', { files: [file('a/b')] }],
    ['plain file name', { files: [file('a\\b')] }],
    ['plain file name', { files: [file('.hidden')] }],
    ['plain file name', { files: [file('')] }],
    ['plain file name', { files: [file(7)] }],
    ['plain file name', { files: [null] }],
    ['has no size', { files: [file('a', -1)] }],
    ['has no size', { files: [file('a', 1.5)] }],
    ['has no size', { files: [file('a', '1')] }],
    ['has no sha256', { files: [file('a', 1, 'A'.repeat(64))] }],
    ['has no sha256', { files: [file('a', 1, null)] }],
    ['"name" is no text', { name: 7 }],
    ['"golden" is no text', { golden: undefined }],
    ['precision', { precision: 'fp8' }],
    ['ESM-2', { protein: { architecture: { kind: 'mosaicbert' } } }],
    ['MosaicBERT', { nucleotide: null }],
    ['no classifier', { classifiers: {} }],
    ['chunk length', { classifiers: [{ length: '500', graph: 'x' }] }],
    ['a classifier is no JSON object', { classifiers: [null] }],
    ['sources of the classifier for 500', { classifiers: [{ ...head(undefined), sources: 'x' }] }],
    ['"note" is no text', { note: { toString: 1 } }],
    ['"protein" has no width', { protein: { architecture: { kind: 'esm2' }, graph: 'protein.onnx', sources: [] } }],
    [
      '"protein" has no width',
      { protein: { architecture: { kind: 'esm2', width: 1e9 }, graph: 'protein.onnx', sources: [] } },
    ],
    ['sources of "protein"', { protein: { architecture: { kind: 'esm2', width: 8 }, graph: 'protein.onnx' } }],
    ['what is no text is no plain file name', { files: [file({ toString: 1 })] }],
    ['what is missing is no plain file name', { files: [{}] }],
    ['format what is no text', { format: { toString: 1 } }],
    ['no architecture', { classifiers: [{ length: 500, graph: 'x' }] }],
    ['calibration of the classifier for 500 is no JSON object', { classifiers: [head(null)] }],
    ['calibration of the classifier for 500 has no "slope" above 0', { classifiers: [head({ slope: 0 })] }],
    ['not in its list', { tokenizer: 'other.json' }],
    [
      'not in its list',
      { nucleotide: { architecture: { kind: 'mosaicbert', width: 8 }, graph: '../nucleotide.onnx', sources: [] } },
    ],
    ['format 2', { format: 2 }],
    ['"format" is missing', { format: undefined }],
  ];
  test.each(cases)('%s: %j', async (says, change) => {
    write(change);
    await expect(openBundle(folder, false)).rejects.toThrow(says);
  });
});

describe('a large file', () => {
  const BYTES = 64 * 2 ** 20;
  const path = () => join(folder, 'protein-00001.bin');

  /** Zeros without a byte on the disk. */
  function writeLarge(): void {
    writeFileSync(path(), '');
    truncateSync(path(), BYTES);
    const files = [
      ...SMALL.map((name) => ({ path: name, bytes: name.length, sha256: sha256OfBytes(name) })),
      { path: 'protein-00001.bin', bytes: BYTES, sha256: ZEROS },
    ];
    write({ files });
  }
  const ZEROS = sha256OfBytes(new Uint8Array(BYTES));

  /** Another content behind the same size, inode and modification time. */
  function alterUnseen(): void {
    const { atime, mtime } = statSync(path());
    writeFileSync(path(), 'x', { flag: 'r+' });
    utimesSync(path(), atime, mtime);
  }

  test('is hashed once, and again when asked for, or when its time changed', async () => {
    writeLarge();
    // Whole milliseconds, so that the time can be set back exactly.
    utimesSync(path(), 1_700_000_000, 1_700_000_000);
    await openBundle(folder, false);
    alterUnseen();
    await openBundle(folder, false);
    await expect(openBundle(folder, true)).rejects.toThrow('protein-00001.bin was altered');
    utimesSync(path(), 1_700_000_000, 1_700_000_001);
    await expect(openBundle(folder, false)).rejects.toThrow('protein-00001.bin was altered');
  }, 20_000);

  test('that is altered from the start is never remembered as sound', async () => {
    writeLarge();
    writeFileSync(path(), 'x', { flag: 'r+' });
    await expect(openBundle(folder, false)).rejects.toThrow('altered');
    await expect(openBundle(folder, false)).rejects.toThrow('altered');
  }, 20_000);
});
