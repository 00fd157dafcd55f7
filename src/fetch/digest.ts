/** Hashes of a file's content, taken while its bytes pass or from the disk, in blocks. */

import type { FileHandle } from 'node:fs/promises';
import type { ExpectedHash } from './remote-file.ts';

export const BLOCK_BYTES = 2 ** 20;

export interface Digests {
  readonly sha256: string;
  /** Undefined where it was not asked for, or the size was not known beforehand: git hashes it first. */
  readonly gitBlobSha1: string | undefined;
}

export class ContentDigest {
  readonly #sha256 = new Bun.CryptoHasher('sha256');
  readonly #sha1: Bun.CryptoHasher | undefined;

  /**
   * @param kind of the hash that the content will be compared with; the SHA-256 is always taken
   * @param bytes size of the whole content, where known
   */
  constructor(kind: ExpectedHash['kind'] | undefined, bytes: number | undefined) {
    if (kind === 'git-blob-sha1' && bytes !== undefined)
      this.#sha1 = new Bun.CryptoHasher('sha1').update(`blob ${bytes}\0`);
  }

  update(bytes: Uint8Array): void {
    this.#sha256.update(bytes);
    this.#sha1?.update(bytes);
  }

  /** Once, at the end. */
  finish(): Digests {
    return { sha256: this.#sha256.digest('hex'), gitBlobSha1: this.#sha1?.digest('hex') };
  }
}

/** The digest of the kind that is expected; undefined where it was not taken. */
export function digestOfKind(digests: Digests, kind: ExpectedHash['kind']): string | undefined {
  return kind === 'sha256' ? digests.sha256 : digests.gitBlobSha1;
}

/** Reads the first `bytes` of a file into a digest; a file that is shorter is read to its end. */
export async function digestFromDisk(
  handle: FileHandle,
  bytes: number,
  digest: ContentDigest,
  signal: AbortSignal,
  onRead: (bytes: number) => void,
): Promise<void> {
  const block = new Uint8Array(Math.min(BLOCK_BYTES, bytes));
  for (let at = 0; at < bytes; ) {
    signal.throwIfAborted();
    const { bytesRead } = await handle.read(block, 0, Math.min(block.length, bytes - at), at);
    if (bytesRead === 0) return;
    digest.update(block.subarray(0, bytesRead));
    at += bytesRead;
    onRead(at);
  }
}
