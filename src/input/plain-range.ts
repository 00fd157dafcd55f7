/** Bytes of a plain file from an offset on, up to its end, read straight into the reader's memory. For Workers. */

import { readAt } from './open-files.ts';
import type { ByteSource } from './record.ts';

export class PlainRange implements ByteSource {
  readonly cut = undefined;

  /**
   * @param name path as typed
   * @param at offset of the first byte
   */
  constructor(
    private readonly name: string,
    private at: number,
  ) {}

  read(memory: Uint8Array, to: number, max: number): number {
    const bytes = readAt(this.name, memory, to, max, this.at);
    this.at += bytes;
    return bytes;
  }
}
