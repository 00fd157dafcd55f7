import { afterAll, beforeEach, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeviceInfo } from '../../device/backend.ts';
import type { Proof } from './proof.ts';
import { type ProofKey, recall, remember } from './remembered.ts';

const root = mkdtempSync(join(tmpdir(), 'remembered-'));
let count = 0;
let cache = '';
beforeEach(() => {
  count += 1;
  cache = join(root, `${count}`);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const device: DeviceInfo = {
  ...{ id: 'webgpu:0', backend: 'webgpu', name: 'Radeon', threads: undefined },
  ...{ driver: 'RADV 25.0.7', pci: '0000:65:00.0' },
};
const key: ProofKey = { device, bundleSha256: 'ab'.repeat(32), head: 500, arithmetic: 'fp32' };

const good = { max_diff: 1e-7, allowed_diff: 1e-5, verdict: 'pass' } as const;
const passed: Proof = {
  ...{ verdict: 'pass', problem: undefined, lasting: true, seconds: 3 },
  probes: [
    { name: 'attention over 16 tokens', ...good },
    { name: 'the mean over 300 tokens', ...good, cosine: 0.99999 },
  ],
  encoders: { nucleotide: { ...good, cosine: 1 }, protein: { ...good, cosine: 1 } },
  scores: { ...good, labels_differ: 0 },
  speeds: { nucleotide: 1000, protein: 2000 },
};
const failed: Proof = {
  ...{ verdict: 'fail', problem: 'attention gives values that are not numbers', lasting: true, seconds: 3 },
  probes: [{ name: 'attention', max_diff: Number.NaN, allowed_diff: 1e-5, cosine: Number.NaN, verdict: 'fail' }],
  ...{ encoders: undefined, scores: undefined, speeds: undefined },
};

/** The only file. */
const file = (): string => join(cache, 'proofs', readdirSync(join(cache, 'proofs'))[0]!);

test.each([passed, failed])('what was remembered is recalled: $verdict', async (proof) => {
  expect(await recall(key, cache)).toBeUndefined();
  await remember(key, proof, cache);
  expect(await recall(key, cache)).toEqual(proof);
  expect(readdirSync(join(cache, 'proofs'))).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.json$/)]);
});

test('a new proof takes the place of the old one', async () => {
  await remember(key, failed, cache);
  await remember(key, passed, cache);
  expect(await recall(key, cache)).toEqual(passed);
});

test('a failure of the moment is not remembered', async () => {
  await remember(key, { ...failed, lasting: false }, cache);
  expect(await recall(key, cache)).toBeUndefined();
  await remember(key, passed, cache);
  await remember(key, { ...failed, lasting: false }, cache);
  expect(await recall(key, cache)).toEqual(passed);
});

const others: readonly (readonly [string, ProofKey])[] = [
  ['driver', { ...key, device: { ...device, driver: 'RADV 25.0.8' } }],
  ['no driver', { ...key, device: { ...device, driver: undefined } }],
  ['slot', { ...key, device: { ...device, pci: '0000:66:00.0' } }],
  ['card', { ...key, device: { ...device, name: 'GeForce' } }],
  ['backend', { ...key, device: { ...device, backend: 'cuda' } }],
  ['bundle', { ...key, bundleSha256: 'cd'.repeat(32) }],
  ['head', { ...key, head: 300 }],
  ['arithmetic', { ...key, arithmetic: 'fp16' }],
];

test.each(others)('another %s is another device', async (_, other) => {
  await remember(key, passed, cache);
  expect(await recall(other, cache)).toBeUndefined();
});

test('a card with a slot may get another number; without one the number is its name', async () => {
  await remember(key, passed, cache);
  expect(await recall({ ...key, device: { ...device, id: 'webgpu:3' } }, cache)).toEqual(passed);
  const slotless = { ...device, pci: undefined };
  await remember({ ...key, device: slotless }, passed, cache);
  expect(await recall({ ...key, device: { ...slotless, id: 'webgpu:3' } }, cache)).toBeUndefined();
});

describe('a damaged file is no file', () => {
  const damages: readonly (readonly [string, (text: string) => string])[] = [
    ['empty', () => ''],
    ['cut', (text) => text.slice(0, -20)],
    ['no object', () => '[]'],
    ['of another device', (text) => text.replace('Radeon', 'GeForce')],
    [
      'a check that failed in a proof that passed',
      (text) => text.replace('"verdict": "pass"\n', '"verdict": "fail"\n'),
    ],
    ['a speed of 0', (text) => text.replace('2000', '0')],
    ['a speed that is text', (text) => text.replace('2000', '"2000"')],
    ['no scores', (text) => text.replace('"scores"', '"others"')],
    ['no figure', (text) => text.replace('1e-7', 'null')],
    ['no probes', (text) => text.replace(/"probes": \[[^\]]*\]/, '"probes": []')],
    ['a problem in a proof that passed', (text) => text.replace('"lasting"', '"problem": "none", "lasting"')],
  ];
  test.each(damages)('%s', async (_, damage) => {
    await remember(key, passed, cache);
    const text = readFileSync(file(), 'utf8');
    expect(damage(text)).not.toBe(text);
    writeFileSync(file(), damage(text));
    expect(await recall(key, cache)).toBeUndefined();
    await remember(key, passed, cache);
    expect(await recall(key, cache)).toEqual(passed);
  });
});

test('a cache that cannot be written or read is no error', async () => {
  mkdirSync(cache);
  writeFileSync(join(cache, 'proofs'), 'not a folder');
  await remember(key, passed, cache);
  expect(await recall(key, cache)).toBeUndefined();
});
