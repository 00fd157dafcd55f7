/**
 * Compressed inputs, whole, cut at every byte and damaged at every byte: what comes out is the beginning of the truth, or
 * it is told that it is not all sound. Nothing crashes, nothing hangs.
 */

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { closeFiles } from '../../src/input/open-files.ts';
import { UserError } from '../../src/system/errors.ts';
import {
  BGZIP_END,
  bgzip,
  bgzipBlock,
  fasta,
  gzip,
  joined,
  type Read,
  readRuns,
  readStream,
  ZSTD_SKIPPED,
  zstd,
} from '../helpers/containers.ts';

let folder = '';
let path = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'virnucpro-containers-'));
  path = join(folder, 'reads');
});
afterAll(() => rm(folder, { recursive: true }));

type Reading = (path: string) => Promise<Read>;

const inRuns: Reading = (name) => {
  // The file has changed since: what is kept open is an older one.
  closeFiles();
  return readRuns(name, 1);
};
const text = fasta(700);
const [head, body] = [text.subarray(0, 300), text.subarray(300)];

const FILES: readonly [name: string, file: Uint8Array, read: Reading][] = [
  ['gzip', gzip(text), readStream],
  ['gzip of two members and zeros', joined(gzip(head), gzip(body), new Uint8Array(5)), readStream],
  ['bgzip as a stream', bgzip(text, 300), readStream],
  ['bgzip in runs', bgzip(text, 300), inRuns],
  ['bgzip and gzip in runs', joined(bgzip(head, 200), gzip(body)), inRuns],
  ['zstd', zstd(text), readStream],
  ['zstd of two frames and a skipped one', joined(zstd(head), ZSTD_SKIPPED, zstd(body)), readStream],
];

function isPrefix(bytes: Uint8Array): boolean {
  return Buffer.compare(bytes, text.subarray(0, bytes.length)) === 0;
}

async function readFile(file: Uint8Array, read: Reading): Promise<Read> {
  // A new file each time: one that is rewritten in place might still be open under its old length.
  await rm(path, { force: true });
  await Bun.write(path, file);
  return await read(path);
}

describe.each(FILES)('%s', (_, file, read) => {
  test('whole', async () => {
    const { bytes, cut } = await readFile(file, read);
    expect([Buffer.compare(bytes, text), cut]).toEqual([0, undefined]);
  });

  test('cut at every byte', async () => {
    let before = 0;
    for (let length = 1; length < file.length; length++) {
      const { bytes, cut } = await readFile(file.subarray(0, length), read);
      // One byte of a magic number is no compressed file yet.
      const isPlain = Buffer.compare(bytes, file.subarray(0, length)) === 0;
      if (isPlain && length < 4) continue;
      expect([length, isPrefix(bytes)]).toEqual([length, true]);
      expect([length, bytes.length >= before]).toEqual([length, true]);
      expect([length, cut !== undefined || isWhole(file, length)]).toEqual([length, true]);
      before = bytes.length;
    }
  });

  test('damaged at every byte', async () => {
    for (let at = 0; at < file.length; at++) {
      for (const mask of [1, 0x80, 0xff]) {
        const damaged = file.slice();
        damaged[at]! ^= mask;
        const result = await readFile(damaged, read).catch((error: unknown) => error);
        if (result instanceof UserError) continue;
        const { bytes, cut } = result as Read;
        // Its first bytes damaged, it is plain text as any other.
        if (at < 4 && Buffer.compare(bytes, damaged) === 0) continue;
        const isSound = Buffer.compare(bytes, text) === 0;
        expect([at, mask, isSound || cut !== undefined]).toEqual([at, mask, true]);
      }
    }
  });
});

/** Whether the first `length` bytes are a whole file too: between members, blocks or frames, and behind them. */
function isWhole(file: Uint8Array, length: number): boolean {
  return FILES.some(([, other]) => Buffer.compare(other, file) === 0) && WHOLE.has(key(file.subarray(0, length)));
}

const key = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const WHOLE = new Set(
  [
    gzip(head),
    ...[0, 1, 2, 3, 4].map((zeros) => joined(gzip(head), gzip(body), new Uint8Array(zeros))),
    bgzipBlock(text.subarray(0, 300)),
    joined(bgzipBlock(text.subarray(0, 300)), bgzipBlock(text.subarray(300, 600))),
    bgzip(text, 300).subarray(0, -BGZIP_END.length),
    bgzipBlock(head.subarray(0, 200)),
    bgzip(head, 200).subarray(0, -BGZIP_END.length),
    bgzip(head, 200),
    zstd(head),
    joined(zstd(head), ZSTD_SKIPPED),
  ].map(key),
);

test('members, blocks and frames of any length give their data, in runs and as a stream', async () => {
  const length = fc.nat({ max: 3000 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ length, kind: fc.constantFrom('gzip', 'block', 'bgzip', 'zeros') }), { maxLength: 8 }),
      fc.integer({ min: 1, max: 2000 }),
      fc.integer({ min: 1, max: 5000 }),
      async (parts, bytesPerRun, readBytes) => {
        const truth: Uint8Array[] = [];
        const file = [bgzipBlock(text)];
        for (const { length, kind } of parts) {
          const data = fasta(length);
          if (kind === 'gzip') file.push(gzip(data));
          if (kind === 'block') file.push(bgzipBlock(data));
          if (kind === 'bgzip') file.push(bgzip(data, 500));
          if (kind === 'zeros') file.push(new Uint8Array(length));
          else truth.push(data);
        }
        const expected = joined(text, ...truth);
        const read = (name: string) => {
          closeFiles();
          return readRuns(name, bytesPerRun, readBytes);
        };
        for (const reading of [readStream, read]) {
          const { bytes, cut } = await readFile(joined(...file), reading);
          if (Buffer.compare(bytes, expected) !== 0 || cut !== undefined) return false;
        }
        return true;
      },
    ),
    { numRuns: 200 },
  );
});
