/** A file of which any part can be read: what the readers of zip archives need. */

export interface ByteSource {
  /** In bytes, when it was opened. */
  readonly size: number;
  /** Fills `bytes` from `position`; throws where the file ends before. */
  read<T extends Uint8Array>(bytes: T, position: number): Promise<T>;
  /** The same without a promise, for a few bytes. */
  readSmall<T extends Uint8Array>(bytes: T, position: number): T;
}
