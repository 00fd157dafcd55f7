import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bgzip, bytesOf, gzip, zstd } from '../../../test/helpers/containers.ts';
import { inspectInput } from '../../input/container.ts';
import { sampleInput, sampleOf } from './sample.ts';

const folder = mkdtempSync(join(tmpdir(), 'virnucpro-sample-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Records of 50 bytes. */
const FASTA = bytesOf(`>r23456789\n${'A'.repeat(38)}\n`.repeat(8));
const FASTQ = bytesOf(`@r\n${'A'.repeat(21)}\n+\n${'I'.repeat(21)}\n`.repeat(9));

describe('sampleOf', () => {
  test('format and mean length of a record', () => {
    // The first header has no line feed before it: eight records, seven seen.
    expect(sampleOf(FASTA)).toEqual({ format: 'fasta', recordBytes: 400 / 7 });
    expect(sampleOf(FASTQ)).toEqual({ format: 'fastq', recordBytes: FASTQ.length / 9 });
  });

  test('one record, or a piece of one', () => {
    expect(sampleOf(bytesOf('>a\nACGT'))).toEqual({ format: 'fasta', recordBytes: 7 });
    expect(sampleOf(bytesOf('@a\nACGT'))).toEqual({ format: 'fastq', recordBytes: 7 });
  });

  test('what is neither goes to the FASTA reader, which refuses it; nothing is no division by zero', () => {
    expect(sampleOf(bytesOf('text\n'))).toEqual({ format: 'fasta', recordBytes: 5 });
    expect(sampleOf(new Uint8Array(0))).toEqual({ format: 'fasta', recordBytes: 1 });
  });
});

describe('sampleInput', () => {
  test.each([
    ['plain', (data: Uint8Array) => data],
    ['gzip', gzip],
    ['bgzip', bgzip],
    ['zstd', zstd],
  ] as const)('the same of a %s file', async (container, pack) => {
    for (const data of [FASTA, FASTQ, new Uint8Array(0)]) {
      const path = join(folder, `${container}-${data.length}`);
      await Bun.write(path, pack(data));
      const file = await inspectInput(path);
      expect(file.container).toBe(container);
      expect(await sampleInput(file)).toEqual(sampleOf(data));
    }
  });

  test('a pipe is left alone', async () => {
    expect(await sampleInput({ name: '-', size: undefined, container: 'stream' })).toBeUndefined();
  });

  test('a file that went away is the user`s', async () => {
    const name = join(folder, 'absent.fa');
    await expect(sampleInput({ name, size: 5, container: 'plain' })).rejects.toThrow(name);
  });

  test('only the head is looked at', async () => {
    const path = join(folder, 'large.fa');
    await Bun.write(path, bytesOf(`>a\n${'A'.repeat(2 ** 20)}\n${'>b\nA\n'.repeat(9)}`));
    expect(await sampleInput(await inspectInput(path))).toEqual({ format: 'fasta', recordBytes: 2 ** 18 });
  });
});
