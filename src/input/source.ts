/**
 * Bytes of a file or of standard input, in blocks, with their SHA-256.
 *
 * A block is valid until the next one is asked for: two buffers take turns, one being read while the other is worked on.
 */

import { constants } from 'node:fs';
import { access, type FileHandle, open, stat } from 'node:fs/promises';
import { EXIT, UserError } from '../system/errors.ts';
import { uncompressed } from './compression.ts';

export const BLOCK_BYTES = 1 << 20;
export const STANDARD_INPUT = '-';

/** Why a file cannot be read, by the system's code. */
const REASONS: Readonly<Record<string, readonly [sentence: string, remedy: string]>> = {
  ENOENT: ['there is no such file', 'Check the spelling and the folder you are in.'],
  ENOTDIR: ['there is no such file', 'A part of the path is a file, not a folder.'],
  EISDIR: ['this is a folder', 'Name the FASTA files in it.'],
  EACCES: ['the file may not be read', 'Ask its owner for permission to read it.'],
  EPERM: ['the file may not be read', 'Ask its owner for permission to read it.'],
  ELOOP: ['the link leads in a circle', 'Name the file itself.'],
  ENAMETOOLONG: ['the path is too long', 'Check what was typed.'],
};

/** Turns what the system reports about `name` into a sentence. */
export function readingError(error: unknown, name: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error;
  const reason = REASONS[error.code];
  if (reason !== undefined) return new UserError(reason[0], reason[1], { file: name });
  return new UserError(
    `the file could not be read (${error.code})`,
    'Check the disk or the connection it is on, then run again.',
    { file: name },
    EXIT.runtime,
  );
}

/**
 * Throws when `name` is absent, a folder, or not readable. Opens nothing: a pipe by name can be opened only once.
 *
 * @returns its bytes; undefined for a pipe
 */
export async function checkSource(name: string): Promise<number | undefined> {
  return name === STANDARD_INPUT ? undefined : await sizeOf(name);
}

export async function openSource(name: string): Promise<Source> {
  return new Source(name, name === STANDARD_INPUT ? undefined : await sizeOf(name));
}

/** Bytes of a regular file; undefined for a pipe or device. */
async function sizeOf(name: string): Promise<number | undefined> {
  try {
    const status = await stat(name);
    if (status.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
    await access(name, constants.R_OK);
    return status.isFile() ? status.size : undefined;
  } catch (error) {
    throw readingError(error, name);
  }
}

export class Source {
  private readonly hasher = new Bun.CryptoHasher('sha256');
  private state: 'new' | 'reading' | 'ended' = 'new';
  private seen = 0;

  /**
   * @param name path as typed, `-` for standard input
   * @param size bytes, where known beforehand
   */
  constructor(
    readonly name: string,
    readonly size: number | undefined,
  ) {}

  /** Bytes given out so far. */
  get bytes(): number {
    return this.seen;
  }

  /** SHA-256 of all bytes, in hexadecimal; once the last block was given out. */
  digest(): string {
    if (this.state !== 'ended') throw new Error('the digest of an input was asked for before its end');
    return this.hasher.digest('hex');
  }

  /** All bytes in order, once. Blocks are never empty; each is valid until the next is asked for. */
  async *blocks(): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.state !== 'new') throw new Error('an input is read only once');
    this.state = 'reading';
    for await (const block of uncompressed(this.raw(), this.name)) {
      this.seen += block.length;
      this.hasher.update(block);
      yield block;
    }
    this.state = 'ended';
  }

  private async *raw(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* this.name === STANDARD_INPUT ? Bun.stdin.stream() : fileBlocks(this.name);
    } catch (error) {
      throw readingError(error, this.name);
    }
  }
}

async function* fileBlocks(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await open(path, 'r');
  const buffers = [new Uint8Array(BLOCK_BYTES), new Uint8Array(BLOCK_BYTES)] as const;
  let turn = 0;
  let pending = readInto(file, buffers[0]);
  try {
    for (;;) {
      const block = await pending;
      if (block.length === 0) return;
      turn = 1 - turn;
      pending = readInto(file, buffers[turn]!);
      yield block;
    }
  } finally {
    // The caller may stop early: a read still under way must not meet a closed file.
    await pending.catch(() => undefined);
    await file.close();
  }
}

function readInto(file: FileHandle, buffer: Uint8Array): Promise<Uint8Array> {
  const read = file.read(buffer, 0, buffer.length, null).then(({ bytesRead }) => buffer.subarray(0, bytesRead));
  // It may fail while the caller works on the block before it; the error is met when the block is awaited, not earlier.
  read.catch(() => undefined);
  return read;
}
