import { describe, expect, test } from 'bun:test';
import { type DeviceClass, deviceClasses, fingerprintDifferences, type RunFingerprint } from './fingerprint.ts';

const CPU: DeviceClass = { backend: 'native-cpu', name: 'EPYC', driver: null, arithmetic: 'fp32' };
const CARD: DeviceClass = { backend: 'cuda', name: 'NVIDIA H200', driver: '570.1', arithmetic: 'fp16' };

const BEFORE: RunFingerprint = {
  version: '1.0.0',
  bundle: { name: 'mini', sha256: 'a'.repeat(64) },
  ...{ length: 500, minimumLength: 0, batchTokens: 4096, arithmetic: 'fp32' },
  window: { chunks: 4096, frames: 8192, records: 4096 },
  ...{ saveEmbeddings: false, devices: [CPU] },
};

describe('what differs', () => {
  test('is nothing between equal ones, also out of JSON', () => {
    expect(fingerprintDifferences(BEFORE, JSON.parse(JSON.stringify(BEFORE)))).toEqual([]);
  });

  test('behind a device that was left out the others do not count, all else does', () => {
    expect(fingerprintDifferences(BEFORE, { ...BEFORE, devices: [CARD] }, true)).toEqual([]);
    expect(fingerprintDifferences(BEFORE, { ...BEFORE, devices: [CARD], length: 300 }, true)).toHaveLength(1);
  });

  test.each<[Partial<RunFingerprint>, string]>([
    [{ version: '1.0.1' }, "the program's version was 1.0.0, is 1.0.1"],
    [
      { bundle: { name: 'published', sha256: 'b'.repeat(64) } },
      'the bundle is another one: mini (aaaaaaaaaaaa) -> published (bbbbbbbbbbbb)',
    ],
    [{ length: 300 }, '--length was 500, is 300'],
    [{ minimumLength: 100 }, '--min-length was 0, is 100'],
    [{ batchTokens: 64 }, '--batch-tokens was 4096, is 64'],
    [{ arithmetic: 'fp16' }, '--precision was fp32, is fp16'],
    [{ saveEmbeddings: true }, '--save-embeddings was not given, is given'],
    [
      { window: { chunks: 4096, frames: 8192, records: 1 } },
      'the size of a window was 4096 chunks, 8192 frames, 4096 records, is 4096 chunks, 8192 frames, 1 records',
    ],
    [{ devices: [CARD] }, 'the class of the devices was cpu EPYC, is cuda NVIDIA H200 (driver 570.1)'],
    [
      { devices: [CARD, CPU] },
      'the class of the devices was cpu EPYC, is cuda NVIDIA H200 (driver 570.1) and cpu EPYC',
    ],
    [
      { devices: [{ ...CPU, arithmetic: 'fp16' }] },
      'the class of the devices was cpu EPYC in fp32, is cpu EPYC in fp16',
    ],
  ])('%j', (change, text) => {
    expect(fingerprintDifferences(BEFORE, { ...BEFORE, ...change })).toEqual([text]);
  });

  test('is all told', () => {
    const now = { ...BEFORE, length: 300, batchTokens: 1, devices: [CARD] };
    expect(fingerprintDifferences(BEFORE, now).map((text) => text.split(' was ')[0])).toEqual([
      ...['--length', '--batch-tokens', 'the class of the devices'],
    ]);
  });

  test("is not a bundle's name", () => {
    expect(fingerprintDifferences(BEFORE, { ...BEFORE, bundle: { ...BEFORE.bundle, name: 'copy' } })).toEqual([]);
  });
});

test('classes of devices: each once, in one order, and nothing but the class', () => {
  const second = { ...CARD, id: 'cuda:1' };
  expect(deviceClasses([CPU, CARD, second])).toEqual([CARD, CPU]);
  expect(JSON.stringify(deviceClasses([second, CPU, CARD]))).toBe(JSON.stringify(deviceClasses([CPU, CARD])));
  expect(deviceClasses([CARD, { ...CARD, driver: '580' }])).toHaveLength(2);
});
