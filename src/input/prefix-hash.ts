/** What a run needs of the hash of one input: that of a prefix whenever a window ends, and that of the whole at the end. */

/** Of all bytes of an input as stored, or as they came through the pipe. */
export interface FileDigest {
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

export interface PrefixHash {
  /**
   * SHA-256 in hexadecimal of the input from its beginning to a place that follows from `offset` and the input alone, and
   * never lies before it. Which bytes are hashed, and to which place, each implementation says.
   *
   * @param offset of the text, decompressed; never smaller than the one before. Infinity is the end
   */
  prefix(offset: number): Promise<string>;
  /**
   * Once all of the input was read.
   *
   * @throws UserError where it changed meanwhile
   */
  finish(): Promise<FileDigest>;
  /** Gives up. Never throws. */
  close(): void;
}
