/** Compressed files, known by their first bytes whatever their name, and what to do with them. */

import { UserError } from '../system/errors.ts';

interface Compression {
  readonly name: string;
  readonly magic: readonly number[];
  readonly command: string;
}

const COMPRESSIONS: readonly Compression[] = [
  { name: 'gzip', magic: [0x1f, 0x8b], command: 'gzip -d' },
  { name: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd], command: 'zstd -d' },
  { name: 'bzip2', magic: [0x42, 0x5a, 0x68], command: 'bzip2 -d' },
  { name: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], command: 'xz -d' },
  { name: 'zip', magic: [0x50, 0x4b, 0x03, 0x04], command: 'unzip' },
];

/** Bytes of a file's head that tell every compression known here. */
const MAGIC_BYTES = Math.max(...COMPRESSIONS.map(({ magic }) => magic.length));

/**
 * The same bytes, or an error when they are compressed. The first block given on is long enough to tell: a pipe may hand
 * out one byte at a time.
 *
 * @param name path as typed
 */
export async function* uncompressed(
  blocks: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  let head: Uint8Array | undefined = new Uint8Array(0);
  for await (const block of blocks) {
    if (block.length === 0) continue;
    if (head === undefined) {
      yield block;
      continue;
    }
    head = join(head, block);
    if (head.length < MAGIC_BYTES) continue;
    refuseCompressed(head, name);
    yield head;
    head = undefined;
  }
  if (head === undefined || head.length === 0) return;
  refuseCompressed(head, name);
  yield head;
}

/** @param head the first `MAGIC_BYTES` of the file or more, fewer when it is shorter */
function refuseCompressed(head: Uint8Array, name: string): void {
  const found = COMPRESSIONS.find(({ magic }) => magic.every((byte, i) => head[i] === byte));
  if (found === undefined) return;
  const decompress = name === '-' ? `${found.command} | virnucpro …` : `${found.command} ${name}`;
  throw new UserError(
    `${name === '-' ? 'standard input' : 'the file'} is ${found.name}-compressed, which this version does not read yet`,
    `Decompress it first: ${decompress}`,
    { file: name },
  );
}

/** A plain Uint8Array, as all blocks are: the reader's loop is slower once it has met a Buffer among them. */
function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
