/**
 * The reads of the translation benchmarks: seeded 500-nt records, one line each, made once and kept in a folder.
 *
 * 60 % of them hold an open frame (codons without a stop, on either strand, at any of the three offsets); the rest are
 * random bases, of which about 2 in 1000 have a frame of 166 codons without a stop by chance. A file repeats a pool of
 * 100,000 sequences under fresh names: 50 MB of bases, more than any cache holds, and 11 GB are written in a minute.
 */

import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { sixFrames } from './six-frames.ts';

export const READ_LENGTH = 500;
const POOL_RECORDS = 100_000;
const OPEN_SHARE = 0.6;
const SEED = 20_261_122;
const WRITE_BYTES = 16 << 20;
/** `read_` and at least so many digits. */
const NAME_DIGITS = 6;

const LETTERS = new TextEncoder().encode('ACGT');
const CODONS = [...Array(64).keys()]
  .map((i) => [LETTERS[i >> 4]!, LETTERS[(i >> 2) & 3]!, LETTERS[i & 3]!])
  .filter((codon) => !['TAA', 'TAG', 'TGA'].includes(String.fromCharCode(...codon)));

export interface Reads {
  readonly path: string;
  readonly records: number;
  readonly bytes: number;
}

export class BenchData {
  readonly #folder: string;
  #pool: Uint8Array | undefined;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
  }

  /** FASTA of the pool's sequences in turn, `read_000001` on. */
  reads(records: number): Reads {
    const path = join(this.#folder, `reads-${records}.fa`);
    if (!existsSync(path)) {
      const began = performance.now();
      this.#write(path, records);
      const seconds = (performance.now() - began) / 1000;
      console.log(`made ${path}: ${statSync(path).size} bytes in ${seconds.toFixed(1)} s`);
    }
    return { path, records, bytes: statSync(path).size };
  }

  /** The same reads as one gzip member (level 6). */
  gzip(reads: Reads): string {
    return this.#derived(`${reads.path}.gz`, () => [gzipSync(readFileSync(reads.path), { level: 6 })]);
  }

  /** The same reads as bgzip writes them: gzip members of at most 64 KiB that name their size, and an empty one last. */
  bgzip(reads: Reads): string {
    return this.#derived(`${reads.path}.bgz`, () => bgzipBlocks(readFileSync(reads.path)));
  }

  /** Sequence `index` of the pool, as text. */
  sequence(index: number): string {
    const at = (index % POOL_RECORDS) * READ_LENGTH;
    return new TextDecoder('latin1').decode(this.#sequences().subarray(at, at + READ_LENGTH));
  }

  /** Share of the first `sample` records that have a frame without a stop, by the plain translator. */
  openShare(sample: number): number {
    let open = 0;
    for (let i = 0; i < sample; i += 1) {
      if (sixFrames(this.sequence(i)).some((protein) => !protein.includes('*'))) open += 1;
    }
    return open / sample;
  }

  #sequences(): Uint8Array {
    this.#pool ??= makePool();
    return this.#pool;
  }

  #write(path: string, records: number): void {
    const pool = this.#sequences();
    const block = Buffer.allocUnsafe(WRITE_BYTES);
    const digits = new Uint8Array(NAME_DIGITS).fill(0x30);
    let name = Buffer.concat([Buffer.from('>read_'), digits, Buffer.from('\n')]);
    const file = openSync(`${path}.part`, 'w');
    let used = 0;
    for (let i = 0; i < records; i += 1) {
      name = nextName(name);
      if (used + name.length + READ_LENGTH + 1 > block.length) {
        writeAll(file, block.subarray(0, used));
        used = 0;
      }
      block.set(name, used);
      used += name.length;
      const at = (i % POOL_RECORDS) * READ_LENGTH;
      block.set(pool.subarray(at, at + READ_LENGTH), used);
      used += READ_LENGTH;
      block[used++] = 0x0a;
    }
    writeAll(file, block.subarray(0, used));
    closeSync(file);
    renameSync(`${path}.part`, path);
  }

  #derived(path: string, make: () => readonly Uint8Array[]): string {
    if (existsSync(path)) return path;
    const file = openSync(`${path}.part`, 'w');
    for (const bytes of make()) writeAll(file, bytes);
    closeSync(file);
    renameSync(`${path}.part`, path);
    return path;
  }
}

/** Counts up the digits in place; a new buffer where one more digit is needed. */
function nextName(name: Buffer<ArrayBuffer>): Buffer<ArrayBuffer> {
  let at = name.length - 2;
  while (name[at] === 0x39) name[at--] = 0x30;
  if (name[at] !== 0x5f) {
    name[at] = name[at]! + 1;
    return name;
  }
  return Buffer.concat([name.subarray(0, at + 1), Buffer.from('1'), name.subarray(at + 1)]);
}

function makePool(): Uint8Array {
  let state = SEED;
  // xorshift32: the low bits of a plain congruential generator repeat after a few steps.
  const below = (limit: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return Math.floor(((state >>> 0) / 2 ** 32) * limit);
  };
  const pool = new Uint8Array(POOL_RECORDS * READ_LENGTH);
  for (let record = 0; record < POOL_RECORDS; record += 1) {
    const read = pool.subarray(record * READ_LENGTH, (record + 1) * READ_LENGTH);
    const open = below(1000) < OPEN_SHARE * 1000;
    for (let i = 0; i < READ_LENGTH; i += 1) read[i] = LETTERS[below(4)]!;
    if (!open) continue;
    for (let i = below(3); i + 3 <= READ_LENGTH; i += 3) read.set(CODONS[below(CODONS.length)]!, i);
    if (below(2) === 1) reverseComplement(read);
  }
  return pool;
}

function reverseComplement(read: Uint8Array): void {
  read.reverse();
  for (let i = 0; i < read.length; i += 1) read[i] = LETTERS[3 - LETTERS.indexOf(read[i]!)]!;
}

/** Bases per block as the bgzip tool takes them: a block that does not compress still fits into 64 KiB. */
const BGZIP_INPUT_BYTES = 0xff00;
const BGZIP_HEADER = [0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, 0x42, 0x43, 2, 0];

function bgzipBlocks(bytes: Uint8Array): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += BGZIP_INPUT_BYTES) {
    blocks.push(bgzipBlock(bytes.subarray(at, at + BGZIP_INPUT_BYTES)));
  }
  blocks.push(bgzipBlock(new Uint8Array(0)));
  return blocks;
}

function bgzipBlock(bytes: Uint8Array): Uint8Array {
  const body = deflateRawSync(bytes, { level: 6 });
  const block = Buffer.alloc(BGZIP_HEADER.length + 2 + body.length + 8);
  block.set(BGZIP_HEADER);
  block.writeUInt16LE(block.length - 1, BGZIP_HEADER.length);
  block.set(body, BGZIP_HEADER.length + 2);
  block.writeUInt32LE(crc32(bytes), block.length - 8);
  block.writeUInt32LE(bytes.length, block.length - 4);
  return block;
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
}
