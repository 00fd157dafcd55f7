import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BGZIP_END,
  bgzip,
  bgzipBlock,
  bytesOf,
  fasta,
  gzip,
  joined,
  piecesOf,
  readRange,
  readRuns,
  readStream,
} from '../../test/helpers/containers.ts';
import { BgzipRange } from './bgzip-range.ts';
import { closeFiles } from './open-files.ts';

let folder = '';
let path = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'virnucpro-bgzip-'));
  path = join(folder, 'reads.fa');
});
afterEach(closeFiles);
afterAll(() => rm(folder, { recursive: true }));

const data = fasta(1_000_000);

async function runs(file: Uint8Array, bytesPerRun: number) {
  await Bun.write(path, file);
  return (await piecesOf(path, bytesPerRun)).filter((piece) => piece.kind === 'run');
}

describe('bgzipRuns', () => {
  test('cuts the file at blocks, and knows the decompressed places', async () => {
    const blocks = [data.subarray(0, 500), new Uint8Array(0), data.subarray(500, 700), data.subarray(700, 800)];
    const files = blocks.map((block) => bgzipBlock(block));
    const ends = files.map((_, i) => files.slice(0, i + 1).reduce((sum, { length }) => sum + length, 0));
    const cut = undefined;
    expect(await runs(joined(...files, BGZIP_END), 1)).toEqual([
      { kind: 'run', start: 0, end: ends[0]!, previous: undefined, offset: 0, bytes: 500, cut },
      // A run without data would be a job without bytes.
      { kind: 'run', start: ends[0]!, end: ends[2]!, previous: 0, offset: 500, bytes: 200, cut },
      { kind: 'run', start: ends[2]!, end: ends[3]!, previous: ends[1]!, offset: 700, bytes: 100, cut },
    ]);
    expect(await runs(joined(...files), 1e9)).toMatchObject([{ start: 0, end: ends[3], bytes: 800, cut }]);
  });

  test('no data, no runs', async () => {
    expect(await runs(BGZIP_END, 1)).toEqual([]);
    expect(await runs(joined(BGZIP_END, BGZIP_END, new Uint8Array(99)), 1)).toEqual([]);
  });

  test('runs are about as long as asked for', async () => {
    const file = bgzip(data);
    const all = await runs(file, 50_000);
    expect(all.length).toBeGreaterThan(4);
    for (const { start, end } of all.slice(0, -1)) {
      expect(end - start).toBeGreaterThanOrEqual(50_000);
      expect(end - start).toBeLessThan(50_000 + (1 << 16));
    }
  });

  test('stray bytes, a truncation and an impossible length end it, with a sentence', async () => {
    const block = bgzipBlock(data.subarray(0, 500));
    const bytes = Number.POSITIVE_INFINITY;
    expect(await runs(joined(block, bytesOf('stray')), 1)).toMatchObject([
      { bytes: 500, cut: undefined },
      { start: block.length, end: block.length, previous: 0, bytes, cut: expect.stringContaining('behind 500 bytes') },
    ]);
    for (const length of [1, 15, 40, block.length - 1]) {
      expect(await runs(joined(block, block.subarray(0, length)), 1e9)).toMatchObject([
        { start: 0, end: block.length, bytes, cut: expect.stringContaining('break off after 500 bytes') },
      ]);
    }
    const long = block.slice();
    long[long.length - 2] = 1;
    expect(await runs(joined(block, long), 1e9)).toMatchObject([{ bytes, cut: expect.stringContaining('after 500') }]);
  });
});

describe('BgzipRange', () => {
  test.each([1, 999, 70_000, 3_000_000])(
    'all runs together are the data, read %d bytes at a time',
    async (readBytes) => {
      for (const file of [bgzip(data.subarray(0, 200_000), 65_280), bgzip(data.subarray(0, 20_000), 777)]) {
        await Bun.write(path, file);
        for (const bytesPerRun of [1, 4000, 1e9]) {
          const truth = (await readStream(path)).bytes;
          const read = await readRuns(path, bytesPerRun, readBytes);
          expect(Buffer.compare(read.bytes, truth)).toBe(0);
          expect(read.cut).toBeUndefined();
        }
      }
    },
  );

  test('begins one byte before the run and goes on to the end of the file', async () => {
    for (const run of await runs(bgzip(data.subarray(0, 10_000), 1000), 1)) {
      const range = new BgzipRange(path, run);
      const first = run.previous === undefined ? 0 : run.offset - 1;
      expect(range.rangeBytes).toBe(1000);
      expect(Buffer.compare(readRange(range, 1e9), data.subarray(first, 10_000))).toBe(0);
      expect([range.read(new Uint8Array(9), 0, 9), range.cut]).toEqual([0, undefined]);
    }
  });

  test('a block that is damaged ends it; so does one before the run', async () => {
    const file = bgzip(data.subarray(0, 10_000), 1000);
    const sound = await runs(file, 1);
    file[sound[3]!.start + 60]! ^= 0x10;
    const read = (await runs(file, 1)).map((run) => {
      const range = new BgzipRange(path, run);
      return [readRange(range, 1e9).length, range.cut];
    });
    const cut = 'the gzip data are damaged after 3,000 bytes (incorrect data check)';
    expect(read.slice(0, 4)).toEqual([
      [3000, cut],
      [2001, cut],
      [1001, cut],
      [1, cut],
    ]);
    expect(read[4]).toEqual([0, expect.stringContaining('damaged after')]);
    expect(read[5]).toEqual([5001, undefined]);
  });

  test('of a block that the file breaks off in, what there is is read', async () => {
    const file = bgzip(data.subarray(0, 100_000));
    const [first] = await runs(file, 1);
    const truncated = file.subarray(0, first!.end + 5000);
    const [run, last, ...more] = await runs(truncated, 1);
    expect([run?.bytes, last?.bytes, more]).toEqual([65_280, Number.POSITIVE_INFINITY, []]);
    const { bytes, cut } = await readRuns(path, 1);
    expect(bytes.length).toBeGreaterThan(65_280 + 10_000);
    expect(Buffer.compare(bytes, data.subarray(0, bytes.length))).toBe(0);
    expect(cut).toBe(
      `the file ends early: its gzip data break off after ${bytes.length.toLocaleString('en-US')} bytes`,
    );
    expect(await readStream(path)).toEqual({ bytes, cut });
  });
});

describe('bgzip followed by ordinary gzip', () => {
  const blocks = bgzip(data.subarray(0, 10_000), 4000);
  const member = gzip(data.subarray(10_000));

  test('the rest is handed over as a stream, from the byte before it on', async () => {
    for (const bytesPerRun of [1, 1e9]) {
      await Bun.write(path, joined(blocks, member, gzip(bytesOf('end'))));
      expect((await piecesOf(path, bytesPerRun)).at(-1)).toMatchObject({ kind: 'rest', skip: 1999, offset: 9999 });
      const read = await readRuns(path, bytesPerRun);
      expect(Buffer.compare(read.bytes, joined(data, bytesOf('end')))).toBe(0);
      expect(read.cut).toBeUndefined();
    }
  });

  test('empty blocks before it do not matter', async () => {
    await Bun.write(path, joined(BGZIP_END, member));
    expect(await piecesOf(path, 1)).toEqual([
      { kind: 'rest', from: BGZIP_END.length, skip: 0, follows: false, offset: 0 },
    ]);
    expect(Buffer.compare((await readRuns(path, 1)).bytes, data.subarray(10_000))).toBe(0);
  });

  test('a range reads on into it', async () => {
    const truth = joined(data, bytesOf('end'));
    for (const padding of [0, 70_000]) {
      const file = joined(blocks, member, gzip(new Uint8Array(0)), gzip(bytesOf('end')), new Uint8Array(padding));
      const [run] = await runs(file, 1e9);
      const range = new BgzipRange(path, run!);
      expect([range.rangeBytes, range.cut]).toEqual([10_000, undefined]);
      expect(Buffer.compare(readRange(range, 1e9, 60_000), truth)).toBe(0);
      expect(range.cut).toBeUndefined();
    }
  });

  test('and meets truncation, damage and stray bytes there', async () => {
    const read = async (file: Uint8Array) => {
      const [run] = await runs(file, 1e9);
      const range = new BgzipRange(path, run!);
      const bytes = readRange(range, 1e9, 60_000);
      expect(Buffer.compare(bytes, data.subarray(0, bytes.length))).toBe(0);
      return [bytes.length, range.cut] as const;
    };
    const [length, cut] = await read(joined(blocks, member.subarray(0, 200_000)));
    expect(length).toBeGreaterThan(500_000);
    expect(cut).toBe(`the file ends early: its gzip data break off after ${length.toLocaleString('en-US')} bytes`);
    expect((await read(joined(blocks, member.subarray(0, -1))))[1]).toContain('break off after 1,000,000 bytes');
    expect((await read(joined(blocks, member, bytesOf('stray'))))[1]).toContain('behind 1,000,000 bytes');
    const damaged = member.slice();
    damaged[damaged.length - 6]! ^= 1;
    expect((await read(joined(blocks, damaged)))[1]).toContain('damaged somewhere in their first 1,000,000 bytes');
  });
});

test('a file that ends within its run was longer when it was cut', async () => {
  const blocks = bgzip(data, 60_000);
  const [run] = await runs(blocks, 1 << 20);
  await Bun.write(path, blocks.subarray(0, 100_000));
  closeFiles();
  const source = new BgzipRange(path, run!);
  const read = () => {
    while (source.read(new Uint8Array(1 << 16), 0, 1 << 16) > 0);
  };
  expect(read).toThrow('the file shrank while it was read');
});
