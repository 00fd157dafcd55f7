/**
 * The hash of a run's inputs while they are read: of all that comes before a place, so that a journal can hold it and a later
 * run can tell whether it reads the same. One pass also gives the SHA-256 of every whole input.
 *
 * Of a regular file, plain or bgzip, the bytes are read here once more, right behind the Workers and no further than asked
 * for (and a block of 1 MiB); what main itself decompresses, and pipes, are hashed as they pass. That a file changed while it was
 * read is noticed with the next place that is asked for, or in `finish`.
 */

import { BgzipHash } from './bgzip-hash.ts';
import type { InputFile } from './container.ts';
import { FileState } from './file-state.ts';
import type { InputPosition } from './position.ts';
import type { FileDigest, PrefixHash } from './prefix-hash.ts';
import { StoredHash } from './stored-hash.ts';
import { StreamHash } from './stream-hash.ts';

export class RunningHash {
  readonly #hashes: readonly PrefixHash[];
  /** Of the inputs that ended. */
  readonly #digests: FileDigest[] = [];
  /** A line for each of them. */
  readonly #ended = new Bun.CryptoHasher('sha256');
  /** Calls wait for those before them. */
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Before anything of them is read: from now on they must not change.
   *
   * @throws UserError where one is not there any more
   */
  constructor(readonly files: readonly InputFile[]) {
    this.#hashes = files.map(hashOf);
  }

  /** Undefined for an input that is hashed without help; to any other one its blocks have to be given. */
  streamOf(input: number): StreamHash | undefined {
    const hash = this.#hashes[input];
    return hash instanceof StreamHash ? hash : undefined;
  }

  /**
   * SHA-256 in hexadecimal of a line for each input before the position's with the hash of its whole, and one with `offset`
   * and the hash of the position's own input up to it. So equal hashes mean the same place and the same content before it,
   * whatever the names, the number of threads and the cuts into jobs. Which bytes an input's hash is of: `PrefixHash`.
   *
   * @param position never before the one asked for last
   * @throws UserError where an input changed while it was read
   */
  at({ input, offset }: InputPosition): Promise<string> {
    return this.#next(async () => {
      if (input < this.#digests.length) throw new Error(`input ${input} was hashed to its end before`);
      await this.#endBefore(input);
      const hash = this.#hashes[input];
      if (hash === undefined) throw new Error(`there is no input ${input}`);
      return this.#ended
        .copy()
        .update(`${offset} ${await hash.prefix(offset)}\n`)
        .digest('hex');
    });
  }

  /**
   * Once all inputs were read; nothing can be asked afterwards.
   *
   * @returns one for each input, of its bytes as stored, or as they came through the pipe
   * @throws UserError where one changed while it was read
   */
  finish(): Promise<readonly FileDigest[]> {
    return this.#next(async () => {
      await this.#endBefore(this.#hashes.length);
      return this.#digests;
    });
  }

  /** Gives up. Never throws. */
  close(): void {
    for (const hash of this.#hashes) hash.close();
  }

  async #endBefore(input: number): Promise<void> {
    while (this.#digests.length < input) {
      const hash = this.#hashes[this.#digests.length]!;
      try {
        const content = await hash.prefix(Number.POSITIVE_INFINITY);
        this.#digests.push(await hash.finish());
        this.#ended.update(`${content}\n`);
      } finally {
        hash.close();
      }
    }
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

function hashOf({ name, size, container }: InputFile): PrefixHash {
  if (container === 'stream') return new StreamHash(undefined);
  if (size === undefined) throw new Error('a regular file of unknown size');
  switch (container) {
    case 'plain':
      return new StoredHash(name, size);
    case 'bgzip':
      return new BgzipHash(name, size);
    case 'gzip':
    case 'zstd':
      return new StreamHash(new FileState(name, size));
    default:
      return container satisfies never;
  }
}
