import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BGZIP_END,
  bgzip,
  bytesOf,
  fasta,
  gzip,
  joined,
  type Read,
  readStream,
  ZSTD_SKIPPED,
  zstd,
} from '../../test/helpers/containers.ts';
import { openStream, STREAM_BLOCK_BYTES } from './open-stream.ts';

let folder = '';
let path = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'virnucpro-stream-'));
  path = join(folder, 'reads.fa');
});
afterAll(() => rm(folder, { recursive: true }));

const data = fasta(2 * STREAM_BLOCK_BYTES + 12_345);
const small = data.subarray(0, 300_000);
const sha256 = (bytes: Uint8Array) => new Bun.CryptoHasher('sha256').update(bytes).digest('hex');

async function read(file: Uint8Array): Promise<Read> {
  await Bun.write(path, file);
  return await readStream(path);
}

function isPrefix(bytes: Uint8Array, truth: Uint8Array): boolean {
  return Buffer.compare(bytes, truth.subarray(0, bytes.length)) === 0;
}

const make = { plain: (bytes: Uint8Array) => bytes, gzip, bgzip, zstd };

describe.each(Object.entries(make))('%s', (_, pack) => {
  test('comes out whole, in blocks, with the digest of the file', async () => {
    const file = pack(data);
    await Bun.write(path, file);
    const stream = openStream(path, { sha256: true });
    const lengths: number[] = [];
    let at = 0;
    for await (const block of stream.blocks()) {
      // The next block is made in the meantime: this one must not change with it.
      await Bun.file(path).bytes();
      expect(Buffer.compare(block, data.subarray(at, at + block.length))).toBe(0);
      at += block.length;
      lengths.push(block.length);
      expect(stream.rawBytes).toBeGreaterThan(0);
    }
    expect(lengths).toEqual([STREAM_BLOCK_BYTES, STREAM_BLOCK_BYTES, 12_345]);
    expect([stream.cut, stream.rawBytes, stream.digest()]).toEqual([undefined, file.length, sha256(file)]);
  });

  test('of nothing is nothing', async () => {
    expect(await read(pack(new Uint8Array(0)))).toEqual({ bytes: new Uint8Array(0), cut: undefined });
  });

  test('can be left early, and is read once', async () => {
    await Bun.write(path, pack(data));
    const stream = openStream(path, { sha256: true });
    for await (const block of stream.blocks()) {
      expect(isPrefix(block, data)).toBe(true);
      break;
    }
    expect(() => stream.digest()).toThrow('before its end');
    await expect(stream.blocks().next()).rejects.toThrow('only once');
  });
});

describe('gzip', () => {
  test('members follow each other, small, large, empty and blocks, with zeros between and behind', async () => {
    const [a, b] = [bytesOf('a'), bytesOf('b')];
    const zeros = new Uint8Array(300_000);
    const parts = [gzip(a), gzip(data), gzip(new Uint8Array(0)), bgzip(small), gzip(b), BGZIP_END, gzip(data), gzip(a)];
    const truth = joined(a, data, small, b, data, a);
    for (const file of [joined(...parts), joined(...parts, zeros), joined(...parts.flatMap((part) => [part, zeros]))]) {
      const { bytes, cut } = await read(file);
      expect([Buffer.compare(bytes, truth), cut]).toEqual([0, undefined]);
    }
  });

  test('a thousand small members', async () => {
    const parts: Uint8Array[] = [];
    for (let at = 0; at < small.length; at += 300) parts.push(gzip(small.subarray(at, at + 300)));
    const { bytes, cut } = await read(joined(...parts));
    expect([Buffer.compare(bytes, small), cut]).toEqual([0, undefined]);
  });

  test('stray bytes behind the data are left out, the digest is of all', async () => {
    for (const [pack, content] of [
      [gzip, data],
      [gzip, small],
      [bgzip, small],
    ] as const) {
      const file = joined(pack(content), new Uint8Array(9), fasta(1_000_000));
      await Bun.write(path, file);
      const stream = openStream(path, { sha256: true });
      let length = 0;
      for await (const block of stream.blocks()) length += block.length;
      expect(length).toBe(content.length);
      expect(stream.cut).toBe(
        `behind ${length.toLocaleString('en-US')} bytes of data the file goes on with something that is not gzip, which was left out`,
      );
      expect(stream.digest()).toBe(sha256(file));
    }
  });

  test('truncated, everything before comes out, and how much it was', async () => {
    const file = gzip(data);
    let longest = 0;
    for (const length of [5, 20, 1000, 70_000, 300_000, file.length - 8, file.length - 1]) {
      const { bytes, cut } = await read(file.subarray(0, length));
      expect(isPrefix(bytes, data)).toBe(true);
      expect(cut).toBe(
        `the file ends early: its gzip data break off after ${bytes.length.toLocaleString('en-US')} bytes`,
      );
      // Deflated letters of DNA take some 2.4 bits: nothing of what is there is kept back.
      expect(bytes.length).toBeGreaterThan(2.5 * (length - 1000));
      longest = bytes.length;
    }
    expect(longest).toBe(data.length);
  });

  test('a wrong checksum or length is told, the data come out', async () => {
    for (const content of [small, data]) {
      for (const back of [8, 5, 4, 1]) {
        const file = gzip(content);
        file[file.length - back]! ^= 1;
        const { bytes, cut } = await read(joined(file, gzip(small)));
        expect(Buffer.compare(bytes, content)).toBe(0);
        expect(cut).toBe(
          `the gzip data are damaged somewhere in their first ${content.length.toLocaleString('en-US')} bytes (incorrect data check)`,
        );
      }
    }
  });

  test('begins at a member, with bytes left out', async () => {
    const first = gzip(bytesOf('first'));
    await Bun.write(path, joined(first, gzip(data)));
    const { bytes } = await readStream(path, { from: first.length, skip: 1_500_000, offset: 1_500_005 });
    expect(Buffer.compare(bytes, data.subarray(1_500_000))).toBe(0);
  });
});

describe('zstd', () => {
  test('frames follow each other, skippable ones among them', async () => {
    const { bytes, cut } = await read(
      joined(ZSTD_SKIPPED, zstd(data), ZSTD_SKIPPED, zstd(new Uint8Array(0)), zstd(small)),
    );
    expect([Buffer.compare(bytes, joined(data, small)), cut]).toEqual([0, undefined]);
    expect(await read(joined(ZSTD_SKIPPED, ZSTD_SKIPPED))).toEqual({ bytes: new Uint8Array(0), cut: undefined });
  });

  test('stray bytes are left out', async () => {
    const zeros = new Uint8Array(100);
    for (const stray of [bytesOf('x'), bytesOf('stray'), Uint8Array.of(0x28, 0xb5, 0x2f, 0), zeros]) {
      const { bytes, cut } = await read(joined(zstd(small), stray));
      expect(Buffer.compare(bytes, small)).toBe(0);
      expect(cut).toMatch(/^behind 300,000 bytes of data .* not zstd/);
    }
    for (const start of [Uint8Array.of(0x28), Uint8Array.of(0x5f, 0x2a, 0x4d), ZSTD_SKIPPED.subarray(0, -1)]) {
      expect((await read(joined(zstd(small), start))).cut).toMatch(/^the file ends early.* after 300,000 bytes$/);
    }
  });

  test('truncated, all whole blocks come out', async () => {
    const file = zstd(data);
    for (const length of [4, 5, 1000, 300_000, file.length - 4, file.length - 1]) {
      const { bytes, cut } = await read(file.subarray(0, length));
      expect(isPrefix(bytes, data)).toBe(true);
      expect(bytes.length).toBeGreaterThan(3 * length - (1 << 17) - 10_000);
      expect(cut).toBe(
        `the file ends early: its zstd data break off after ${bytes.length.toLocaleString('en-US')} bytes`,
      );
    }
  });

  test('a window that is too large is refused with what to do', async () => {
    const file = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0xa8, 1, 0, 0);
    await expect(read(file)).rejects.toThrow(/window of more than 128 MiB.*zstd -d --long=31 -c \S+reads.fa \|/);
  });
});

test.each([['gzip', gzip] as const, ['zstd', zstd] as const])('a %s bomb comes in blocks', async (_, pack) => {
  const total = 1 << 28;
  await Bun.write(path, pack(new Uint8Array(total).fill(65)));
  const stream = openStream(path);
  let length = 0;
  for await (const block of stream.blocks()) {
    expect(block.length).toBe(STREAM_BLOCK_BYTES);
    length += block.length;
    if (length === STREAM_BLOCK_BYTES * 8) Bun.gc(true);
    // Whatever is decompressed and not yet given out lies in array buffers.
    if (length === total / 2) {
      Bun.gc(true);
      expect(process.memoryUsage().arrayBuffers).toBeLessThan(32 << 20);
    }
  }
  expect([length, stream.cut]).toEqual([total, undefined]);
});

test('bzip2 is refused, and an absent file named', async () => {
  await expect(read(bytesOf('BZh91AY'))).rejects.toThrow('the file is bzip2-compressed');
  await expect(readStream(join(folder, 'absent'))).rejects.toThrow('absent: the file was removed before it was read');
});

describe('a pipe', () => {
  const module = join(import.meta.dir, 'open-stream.ts');
  const program = `
    const { openStream } = await import(${JSON.stringify(module)});
    const stream = openStream(process.argv[1], { sha256: true });
    const hasher = new Bun.CryptoHasher('sha256');
    for await (const block of stream.blocks()) hasher.update(block);
    await Bun.write(Bun.stdout, JSON.stringify([hasher.digest('hex'), stream.rawBytes, stream.digest()]));`;

  async function output(name: string, stdin: 'ignore' | Uint8Array | Bun.BunFile): Promise<unknown> {
    const child = Bun.spawn([process.execPath, '-e', program, name], { stdin, stdout: 'pipe', stderr: 'inherit' });
    const text = await new Response(child.stdout).text();
    expect(await child.exited).toBe(0);
    return JSON.parse(text);
  }

  test.each(Object.entries(make))('standard input, %s, from a pipe and from a file', async (_, pack) => {
    const file = pack(data);
    await Bun.write(path, file);
    const expected = [sha256(data), file.length, sha256(file)];
    expect(await output('-', file)).toEqual(expected);
    expect(await output('-', Bun.file(path))).toEqual(expected);
  });

  test('nothing', async () => {
    const nothing = new Uint8Array(0);
    expect(await output('-', 'ignore')).toEqual([sha256(nothing), 0, sha256(nothing)]);
  });

  test('by name, a few bytes at a time', async () => {
    const fifo = join(folder, 'fifo');
    expect(Bun.spawnSync(['mkfifo', fifo]).exitCode).toBe(0);
    const file = gzip(small.subarray(0, 2000));
    await Bun.write(path, file);
    const writer = Bun.spawn(['dd', `if=${path}`, `of=${fifo}`, 'bs=7'], { stderr: 'ignore' });
    expect(await output(fifo, 'ignore')).toEqual([sha256(small.subarray(0, 2000)), file.length, sha256(file)]);
    expect(await writer.exited).toBe(0);
  });
});
