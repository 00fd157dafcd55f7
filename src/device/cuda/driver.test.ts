import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { A100, type StubDriver, stubDriver, V100, writeStubDriver } from '../../../test/helpers/stub-library.ts';
import { cudaVersionText, readCudaDriver } from './driver.ts';
import { cudaErrorText } from './error-text.ts';

const folder = mkdtempSync(join(tmpdir(), 'driver-'));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;
/** A library of its own each time: one that is open stays open. */
const path = () => join(folder, `libcuda-${count++}.so.1`);
const read = (driver: StubDriver) => readCudaDriver(writeStubDriver(path(), driver));

describe.skipIf(process.platform !== 'linux')('the driver', () => {
  test('with two cards', () => {
    expect(read({ version: 13010, cards: [A100, V100] })).toEqual({
      version: 13010,
      problem: undefined,
      devices: [
        {
          ordinal: 0,
          name: 'NVIDIA A100-SXM4-80GB',
          memory: 85_000_000_000,
          capability: '8.0',
          pciBusId: '0000:3b:00.0',
          uuid: 'GPU-01010101-0101-0101-0101-010101010101',
        },
        {
          ordinal: 1,
          name: 'Tesla V100-SXM2-16GB',
          memory: 16_900_000_000,
          capability: '7.0',
          pciBusId: '0000:af:00.0',
          uuid: 'GPU-02020202-0202-0202-0202-020202020202',
        },
      ],
    });
  });

  test('that is absent', () => {
    expect(readCudaDriver(join(folder, 'none.so.1'))).toBeUndefined();
  });

  test('without a card, by its error or by its count', () => {
    for (const driver of [{ init: 100 }, { cards: [] }]) {
      const found = read({ version: 12020, ...driver });
      expect(found).toMatchObject({ version: 12020, devices: [] });
      expect(found?.problem).toContain('shows no card');
    }
  });

  test('that fails says at what and why, and its version all the same', () => {
    const found = read({ version: 13000, init: 803, cards: [A100] });
    expect(found).toMatchObject({ version: 13000, devices: [] });
    expect(found?.problem).toContain('cuInit');
    expect(found?.problem).toContain('restart the machine');
    expect(found?.problem).toContain('803');
  });

  test('that lacks a function', () => {
    expect(read({ version: 13000, cards: [A100], without: ['cuDeviceTotalMem_v2'] })?.problem).toContain(
      'lacks the function cuDeviceTotalMem_v2',
    );
    const nothing = read({ version: 13000, without: ['cuDriverGetVersion'] });
    expect([nothing?.version, nothing?.devices]).toEqual([undefined, []]);
  });

  test('without UUIDs', () => {
    const found = read({ version: 13000, cards: [A100], without: ['cuDeviceGetUuid_v2'] });
    expect(found?.devices[0]).toMatchObject({ name: A100.name, uuid: undefined });
  });

  test('whose library was cut off or is none does not end the process', () => {
    const whole = stubDriver({ version: 13000, cards: [A100] });
    for (const [content, said] of [
      [whole.subarray(0, whole.length - 100), 'is cut off'],
      [whole.subarray(0, 10), 'is cut off'],
      [Buffer.alloc(4096, 7), 'is no 64-bit ELF library'],
    ] as const) {
      const file = path();
      writeFileSync(file, content);
      const found = readCudaDriver(file);
      expect([found?.version, found?.devices]).toEqual([undefined, []]);
      expect(found?.problem).toContain(said);
    }
  });
});

test('versions and errors for people', () => {
  expect([12020, 13000, 12090].map(cudaVersionText)).toEqual(['12.2', '13.0', '12.9']);
  expect(cudaErrorText(100)).toBe('no card is visible (CUDA error 100)');
  expect(cudaErrorText(12345)).toContain('12345');
});
