/**
 * The least that a run can cost: reads a file once and writes files of given sizes, in blocks of 1 MiB, and does nothing else.
 *
 *     bun bench/translate/disk.ts INPUT FOLDER [BYTES...]
 *
 * FOLDER receives one file for each BYTES; writing is spread evenly over the reading, as a translation spreads it. No
 * fsync. The bytes written are those just read, so that a disk that compresses has the same to do.
 */

import { closeSync, fstatSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const BLOCK_BYTES = 1 << 20;

const [input = '', folder = '', ...sizes] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const file = openSync(input, 'r');
const total = fstatSync(file).size;
const block = Buffer.alloc(BLOCK_BYTES);
const outputs = sizes.map((bytes, i) => ({
  file: openSync(join(folder, `limit-${i + 1}`), 'w'),
  bytes: Number(bytes),
  written: 0,
}));

let read = 0;
for (;;) {
  const count = readSync(file, block, 0, BLOCK_BYTES, null);
  read += count;
  const share = read >= total ? 1 : read / total;
  for (const output of outputs) {
    const due = Math.floor(output.bytes * share);
    // Whole blocks, and what is left at the end.
    while (due - output.written >= BLOCK_BYTES || (share === 1 && output.written < due)) {
      output.written += writeSync(output.file, block, 0, Math.min(BLOCK_BYTES, due - output.written));
    }
  }
  if (count === 0) break;
}
for (const output of outputs) closeSync(output.file);
