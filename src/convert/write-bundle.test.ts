import { afterAll, describe, expect, test } from 'bun:test';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixture } from '../../test/helpers/fixtures.ts';
import { randomWeights } from '../../test/helpers/random-weights.ts';
import type { ClassifierArchitecture, Esm2Architecture, MosaicBertArchitecture } from '../model/architecture.ts';
import type { Golden } from '../model/bundle/golden.ts';
import { openBundle } from '../model/bundle/open.ts';
import { sha256OfFile } from '../system/sha256.ts';
import { parameterCount } from './golden.ts';
import { type BundleParts, writeBundle } from './write-bundle.ts';

const BERT: MosaicBertArchitecture = {
  ...{ kind: 'mosaicbert', layers: 1, width: 8, heads: 2, feedForward: 8, vocabulary: 4096 },
  layerNormEpsilon: 1e-12,
};
const ESM2: Esm2Architecture = {
  ...{ kind: 'esm2', layers: 1, width: 12, heads: 2, feedForward: 8, vocabulary: 33 },
  layerNormEpsilon: 1e-5,
};
const head = (length: number, input = 20) => {
  const architecture: ClassifierArchitecture = { kind: 'classifier', input, hidden: 4, batchNormEpsilon: 1e-5 };
  return { length, weights: randomWeights(architecture, String(length)) };
};

const root = mkdtempSync(join(tmpdir(), 'write-bundle-'));
const TOKENIZER = fixture('dnaberts', 'hf_safetensors', 'tokenizer.json');
const parts: BundleParts = {
  name: 'small',
  precision: 'fp32',
  nucleotide: randomWeights(BERT, 'n'),
  protein: randomWeights(ESM2, 'p'),
  heads: [head(300), head(500)],
  tokenizer: TOKENIZER,
};

afterAll(() => rmSync(root, { recursive: true }));

const write = (name: string, change: Partial<BundleParts> = {}) =>
  writeBundle(join(root, name), { ...parts, ...change }, () => undefined);

describe('writeBundle', () => {
  test('what it writes can be opened, and the same parts give the same bytes', async () => {
    const steps: string[] = [];
    const manifest = await writeBundle(join(root, 'one'), parts, (step) => steps.push(step));
    expect((await openBundle(join(root, 'one'), true)).manifest).toEqual(JSON.parse(JSON.stringify(manifest)));
    expect(steps.length).toBeGreaterThan(3);
    await write('two');
    for (const name of readdirSync(join(root, 'one'))) {
      expect(await sha256OfFile(join(root, 'two', name))).toBe(await sha256OfFile(join(root, 'one', name)));
    }
  });

  test('a calibration stands with its head alone, a note in the manifest', async () => {
    const calibration = { slope: 1.5, intercept: -0.25, threshold: 0.5, fitted_on: 'known sequences' };
    await write('calibrated', { heads: [{ ...head(300), calibration }, head(500)], note: 'mind the gap' });
    const { manifest } = await openBundle(join(root, 'calibrated'), true);
    expect(manifest.classifiers.map((entry) => entry.calibration)).toEqual([calibration, undefined]);
    expect(manifest.note).toBe('mind the gap');
  });

  test('golden frames: whole ones for a small encoder, finite numbers, scores of every head that add up to 1', async () => {
    const { reference, frames } = (await Bun.file(join(root, 'one', 'golden.json')).json()) as Golden;
    expect(reference).toBe('self');
    expect(frames.map(({ nucleotide, protein }) => [nucleotide.length, protein.length])).toEqual([
      [499, 166],
      [300, 100],
      [61, 20],
      [4, 1],
    ]);
    for (const { nucleotide_embedding: n, protein_embedding: p, scores } of frames) {
      expect([n.length, p.length]).toEqual([8, 12]);
      expect([...n, ...p].every(Number.isFinite)).toBe(true);
      expect(Object.keys(scores)).toEqual(['300', '500']);
      // Float64 softmax: the two differ from 1 by rounding alone.
      for (const [others, virus] of Object.values(scores)) expect(Math.abs(others + virus - 1)).toBeLessThan(1e-15);
    }
  });

  test('the weights of the published sizes decide how much the oracle computes', () => {
    expect(parameterCount({ ...ESM2, layers: 36, width: 2560, feedForward: 10240 })).toBe(2_831_155_200);
    expect(parameterCount({ ...BERT, layers: 12, width: 768, feedForward: 3072 })).toBe(113_246_208);
  });

  test.each([
    ['a head of another width', { heads: [head(500, 21)] }, '8 + 12 = 20'],
    ['two heads of one length', { heads: [head(500), head(500)] }, 'two classifiers for length 500'],
    ['a length that ESM-2 cannot take', { heads: [head(12_285)] }, '12285 is too long'],
    [
      'a tokenizer with more tokens than the encoder',
      { nucleotide: randomWeights({ ...BERT, vocabulary: 4095 }, 'n') },
      '4096 tokens, the nucleotide encoder knows 4095',
    ],
  ] as [string, Partial<BundleParts>, string][])('%s is refused and leaves nothing', async (_, change, says) => {
    const before = readdirSync(root);
    await expect(write('refused', change)).rejects.toThrow(says);
    expect(readdirSync(root)).toEqual(before);
  });

  test('the longest chunk that ESM-2 can take is not refused', async () => {
    await write('long', { heads: [head(12_284)] });
  });

  test('a failure in the middle leaves nothing', async () => {
    const before = readdirSync(root);
    const read = (name: string) =>
      name === 'final_norm.bias' ? Promise.reject(new Error('disk')) : parts.protein.read(name as never);
    await expect(write('refused', { protein: { ...parts.protein, read } })).rejects.toThrow('disk');
    expect(readdirSync(root)).toEqual(before);
  });

  test('a tokenizer that may not be written becomes a file that may', async () => {
    const tokenizer = join(root, 'read-only.json');
    copyFileSync(TOKENIZER, tokenizer);
    chmodSync(tokenizer, 0o400);
    await write('from-read-only', { tokenizer });
    expect(statSync(join(root, 'from-read-only', 'tokenizer.json')).mode & 0o200).toBe(0o200);
  });

  test('what is there already stays', async () => {
    mkdirSync(join(root, 'mine'));
    writeFileSync(join(root, 'mine', 'x'), 'mine');
    await expect(write('mine')).rejects.toThrow('exists already');
    expect(readdirSync(join(root, 'mine'))).toEqual(['x']);
  });
});

test('a file that is replaced while it is read is told, and no bundle is left', async () => {
  const path = join(root, 'replaced.bin');
  writeFileSync(path, 'before');
  const nucleotide = { ...parts.nucleotide, files: [path] };
  const made = writeBundle(join(root, 'changed'), { ...parts, nucleotide }, (step) => {
    if (step.startsWith('protein')) writeFileSync(path, 'after it');
  });
  await expect(made).rejects.toThrow('was changed while it was read');
  expect(existsSync(join(root, 'changed'))).toBe(false);
});
