import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bgzip, fasta, gzip, joined } from '../../test/helpers/containers.ts';
import { inspectInput } from './container.ts';
import { openStream } from './open-stream.ts';
import { RunningHash } from './running-hash.ts';

const folder = mkdtempSync(join(tmpdir(), 'virnucpro-running-hash-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;

function write(bytes: Uint8Array): string {
  const path = join(folder, `input-${files++}`);
  writeFileSync(path, bytes);
  return path;
}

async function hashOf(...paths: string[]): Promise<RunningHash> {
  return new RunningHash(await Promise.all(paths.map(inspectInput)));
}

const sha = (content: Uint8Array | string) => new Bun.CryptoHasher('sha256').update(content).digest('hex');
const digest = (bytes: Uint8Array) => ({ bytes: bytes.length, sha256: sha(bytes) });

/** As main does it. @returns end of each block */
async function pass(hash: RunningHash, input: number, path: string): Promise<number[]> {
  const stream = openStream(path, { sha256: true });
  const ends: number[] = [];
  for await (const block of stream.blocks()) {
    hash.streamOf(input)!.take(block);
    ends.push((ends.at(-1) ?? 0) + block.length);
  }
  hash.streamOf(input)!.end({ bytes: stream.rawBytes, sha256: stream.digest() });
  return ends;
}

const DATA = fasta(2_500_000);

/** The last byte of the second block's length is 9: some 150 MB. */
function oversized(blocks: Uint8Array): Uint8Array {
  const bytes = blocks.slice();
  const size = (at: number) => 1 + (bytes[at + 16]! | (bytes[at + 17]! << 8));
  bytes[size(0) + size(size(0)) - 1] = 9;
  return bytes;
}

describe('a plain file', () => {
  test('to any place, and as a whole', async () => {
    const hash = await hashOf(write(DATA));
    for (const offset of [0, 0, 1, 80, (1 << 20) + 3, (1 << 20) + 3, 2_499_999, DATA.length]) {
      expect(await hash.at({ input: 0, offset })).toBe(sha(`${offset} ${sha(DATA.subarray(0, offset))}\n`));
    }
    expect(await hash.finish()).toEqual([digest(DATA)]);
  });

  test('asked many times at once', async () => {
    const hash = await hashOf(write(DATA));
    const offsets = [10, 20, 2_000_000];
    const all = await Promise.all(offsets.map((offset) => hash.at({ input: 0, offset })));
    expect(all).toEqual(offsets.map((offset) => sha(`${offset} ${sha(DATA.subarray(0, offset))}\n`)));
    hash.close();
  });

  test('nothing in it, or nothing asked of it', async () => {
    const [empty, whole] = [write(new Uint8Array(0)), write(DATA)];
    expect(await (await hashOf(empty, whole)).finish()).toEqual([digest(new Uint8Array(0)), digest(DATA)]);
  });
});

test('the inputs before count as a whole, each for itself', async () => {
  const [a, b] = [DATA.subarray(0, 1000), DATA.subarray(1000, 3000)];
  const hash = await hashOf(write(a), write(b));
  expect(await hash.at({ input: 0, offset: 10 })).toBe(sha(`10 ${sha(a.subarray(0, 10))}\n`));
  expect(await hash.at({ input: 1, offset: 10 })).toBe(sha(`${sha(a)}\n10 ${sha(b.subarray(0, 10))}\n`));
  await expect(hash.at({ input: 0, offset: 20 })).rejects.toThrow('hashed to its end before');
  expect(await hash.finish()).toEqual([digest(a), digest(b)]);
});

describe('a bgzip file', () => {
  const BLOCKS = bgzip(DATA, 50_000);

  test('to the end of the block that holds the byte before the place', async () => {
    const hash = await hashOf(write(BLOCKS));
    let end = 0;
    // Sizes of the blocks stand in their heads.
    const ends = Array.from({ length: 50 }, () => {
      end += 1 + (BLOCKS[end + 16]! | (BLOCKS[end + 17]! << 8));
      return end;
    });
    for (const [offset, blocks] of [
      ...[[0, 0] as const, [1, 1] as const, [50_000, 1] as const, [50_001, 2] as const],
      ...[[2_450_000, 49] as const, [2_500_000, 50] as const],
    ]) {
      const stored = blocks === 0 ? 0 : ends[blocks - 1]!;
      expect(await hash.at({ input: 0, offset })).toBe(sha(`${offset} ${sha(BLOCKS.subarray(0, stored))}\n`));
    }
    expect(await hash.finish()).toEqual([digest(BLOCKS)]);
  });

  test.each([
    ['broken off', BLOCKS.subarray(0, BLOCKS.length - 1000)],
    ['with ordinary gzip behind', joined(BLOCKS, gzip(DATA))],
    ['with zeros behind', joined(BLOCKS, new Uint8Array(999))],
    ['with a block that says it holds more than one can', oversized(BLOCKS)],
    ['with stray bytes behind', joined(BLOCKS, DATA.subarray(0, 999))],
  ])('%s: what is no block counts as one', async (_, bytes) => {
    const hash = await hashOf(write(bytes));
    const first = await hash.at({ input: 0, offset: 10 });
    expect(first).not.toBe(sha(`10 ${sha(bytes)}\n`));
    expect(await hash.at({ input: 0, offset: 2_600_000 })).toBe(sha(`2600000 ${sha(bytes)}\n`));
    expect(await hash.finish()).toEqual([digest(bytes)]);
    expect(await (await hashOf(write(bytes))).finish()).toEqual([digest(bytes)]);
  });
});

describe('a stream', () => {
  test('to the end of the block of text that the place lies in; the whole as stored', async () => {
    const bytes = gzip(DATA);
    const [path, next] = [write(bytes), write(DATA)];
    const hash = await hashOf(path, next);
    const ends = await pass(hash, 0, path);
    expect(ends).toEqual([1 << 20, 2 << 20, DATA.length]);
    for (const [offset, end] of [
      ...[[0, 0] as const, [1, 1 << 20] as const, [1 << 20, 1 << 20] as const],
      ...[[(1 << 20) + 1, 2 << 20] as const, [DATA.length, DATA.length] as const],
    ]) {
      expect(await hash.at({ input: 0, offset })).toBe(sha(`${offset} ${sha(DATA.subarray(0, end))}\n`));
    }
    expect(await hash.at({ input: 1, offset: 0 })).toBe(sha(`${sha(DATA)}\n0 ${sha('')}\n`));
    expect(await hash.finish()).toEqual([digest(bytes), digest(DATA)]);
  });

  test('a place that was not read is a bug', async () => {
    const hash = new RunningHash([{ name: '-', size: undefined, container: 'stream' }]);
    await expect(hash.at({ input: 0, offset: 1 })).rejects.toThrow('of which 0 were read');
    await expect(hash.finish()).rejects.toThrow('not known before its end');
  });
});

describe('a file that changes while it is read', () => {
  const small = DATA.subarray(0, 5000);

  const changes: readonly [string, (path: string) => void, RegExp][] = [
    [
      'grows',
      (path) => writeFileSync(path, 'more', { flag: 'a' }),
      /: the file grew while it was read: it had 5,000 bytes and has 5,004 bytes now/,
    ],
    [
      'shrinks',
      (path) => truncateSync(path, 100),
      /: the file shrank while it was read: it had 5,000 bytes and has 100 bytes now/,
    ],
    [
      'is written to',
      (path) => {
        writeFileSync(path, small);
        utimesSync(path, 9, 9);
      },
      /: the file was written to while it was read/,
    ],
  ];

  test.each(changes)('%s', async (_, change, sentence) => {
    const packed = joined(gzip(small), new Uint8Array(5000 - gzip(small).length));
    const blocks = joined(bgzip(small, 900), new Uint8Array(5000 - bgzip(small, 900).length));
    for (const bytes of [small, packed, blocks]) {
      const path = write(bytes);
      const hash = await hashOf(path);
      const before = await pass(hash, 0, path).catch(() => []);
      // What main reads itself is whole now; asked for a place, it would be done with.
      if (before.length === 0) await hash.at({ input: 0, offset: 10 });
      change(path);
      if (before.length > 0) hash.streamOf(0)!.end({ bytes: 5000, sha256: 'as it was' });
      const error = await hash.finish().catch((thrown: unknown) => thrown);
      hash.close();
      expect(String(error)).toMatch(sentence);
      expect(String(error)).toContain(path);
      expect(String(error)).toEndWith('Wait until nothing writes to it any more, then run again.');
    }
  });

  test('is told when the next input begins', async () => {
    const [path, next] = [write(small), write(small)];
    const hash = await hashOf(path, next);
    await hash.at({ input: 0, offset: 10 });
    truncateSync(path, 100);
    await expect(hash.at({ input: 1, offset: 10 })).rejects.toThrow('shrank');
    hash.close();
  });

  test('had another size when it was looked at', async () => {
    const file = await inspectInput(write(small));
    await expect(new RunningHash([{ ...file, size: 4000 }]).finish()).rejects.toThrow('has 5,000 bytes now');
  });

  test('is replaced: the content decides', async () => {
    for (const [bytes, said] of [
      [small, 'nothing'],
      [DATA.subarray(5000, 10_000), 'another file was put in its place while it was read'],
    ] as const) {
      const [path, other] = [write(small), write(bytes)];
      for (const each of [path, other]) utimesSync(each, 9, 9);
      const hash = await hashOf(path);
      await hash.at({ input: 0, offset: 10 });
      renameSync(other, path);
      const told = await hash.finish().then(
        () => 'nothing',
        (error: unknown) => String(error),
      );
      expect(told).toContain(said);
    }
  });

  test('is told with the next place, not at the end of a long run', async () => {
    for (const [bytes, change] of [
      [small, (path: string) => writeFileSync(path, 'more', { flag: 'a' })],
      [joined(bgzip(small, 900), DATA.subarray(0, 2000)), (path: string) => utimesSync(path, 9, 9)],
    ] as const) {
      const path = write(bytes);
      const hash = await hashOf(path);
      await hash.at({ input: 0, offset: 10 });
      change(path);
      await expect(hash.at({ input: 0, offset: 2000 })).rejects.toThrow('while it was read');
      hash.close();
    }
    const packed = gzip(small);
    const path = write(packed);
    const hash = await hashOf(path);
    hash.streamOf(0)!.take(small);
    utimesSync(path, 9, 9);
    await expect(hash.at({ input: 0, offset: 10 })).rejects.toThrow('was written to while it was read');
  });

  test('only when all of it was read is as it was', async () => {
    const blocks = bgzip(small, 900);
    for (const bytes of [small, blocks, gzip(small)]) {
      const path = write(bytes);
      const hash = await hashOf(path);
      await pass(hash, 0, path).catch(() => undefined);
      await hash.at({ input: 0, offset: small.length });
      writeFileSync(path, 'more', { flag: 'a' });
      expect(await hash.finish()).toEqual([digest(bytes)]);
    }
  });

  test('is removed, while somebody reads it', async () => {
    const path = write(small);
    const hash = await hashOf(path);
    await hash.at({ input: 0, offset: 10 });
    rmSync(path);
    expect(await hash.finish()).toEqual([digest(small)]);
  });

  test('is not there at all', () => {
    const name = join(folder, 'absent');
    expect(() => new RunningHash([{ name, size: 5, container: 'plain' }])).toThrow(
      'absent: the file was removed before it was read',
    );
  });
});
