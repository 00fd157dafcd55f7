/** What a run needs of the hash of one input: that of a prefix whenever a window ends, and that of the whole at the end. */

import type { FileState } from './file-state.ts';

/** Of all bytes of an input as stored, or as they came through the pipe. */
export interface FileDigest {
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

export interface PrefixHash {
  /** Undefined for what is no regular file. */
  readonly state: FileState | undefined;
  /**
   * SHA-256 in hexadecimal of the input from its beginning to a place that follows from `offset` and the input alone, and
   * never lies before it. Which bytes are hashed, and to which place, each implementation says.
   *
   * @param offset of the text, decompressed; never smaller than the one before. Infinity is the end
   * @throws UserError where the input changed before all of it was read
   */
  prefix(offset: number): Promise<string>;
  /**
   * Once all of the input was read.
   *
   * @throws UserError where it changed before
   */
  finish(): Promise<FileDigest>;
  /** Gives up. Never throws. */
  close(): void;
}
