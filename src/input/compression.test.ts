import { expect, test } from 'bun:test';
import { uncompressed } from './compression.ts';

/** Passes `file` on in blocks of a length, as a pipe might. */
async function passed(file: Uint8Array, blockLength: number, name = 'reads.fa'): Promise<number[]> {
  async function* blocks() {
    for (let at = 0; at < file.length; at += blockLength) {
      yield file.subarray(at, at + blockLength);
      yield new Uint8Array(0);
    }
  }
  const bytes: number[] = [];
  for await (const block of uncompressed(blocks(), name)) {
    expect(block.length).toBeGreaterThan(0);
    bytes.push(...block);
  }
  return bytes;
}

test.each<[string, Uint8Array]>([
  ['gzip', Bun.gzipSync('x')],
  ['gzip', Uint8Array.from([0x1f, 0x8b])],
  ['zstd', Bun.zstdCompressSync('x')],
  ['bzip2', new TextEncoder().encode('BZh91AY')],
  ['xz', Uint8Array.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0])],
  ['zip', Uint8Array.from([0x50, 0x4b, 3, 4, 20, 0, 0])],
])('%s is named, with what to do', async (kind, file) => {
  for (const length of [1, 5, 1000]) {
    await expect(passed(file, length)).rejects.toThrow(
      new RegExp(`^reads.fa: the file is ${kind}-compressed, .* Decompress it first: \\S+ .*reads.fa$`),
    );
    await expect(passed(file, length, '-')).rejects.toThrow(`standard input is ${kind}-compressed`);
  }
});

test('text passes, however short and however cut', async () => {
  for (const text of ['', '>', '>a', '>a\nACGT\n', 'BZ', 'PK\x03', '>long\nACGTACGTACGTACGT\n']) {
    const file = new TextEncoder().encode(text);
    for (const length of [1, 2, 5, 6, 7, 1000]) expect(await passed(file, length)).toEqual([...file]);
  }
});
