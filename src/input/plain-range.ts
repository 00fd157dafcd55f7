/** Bytes of a plain file from an offset on, up to its end, read straight into the reader's memory. For Workers. */

import { endedEarly } from './file-state.ts';
import { readAt } from './open-files.ts';
import type { ByteSource } from './record.ts';

/** Behind its range a job needs only the end of its last record: small pieces first, larger ones where it goes on. */
const FIRST_BEHIND_BYTES = 4096;

export class PlainRange implements ByteSource {
  readonly cut = undefined;
  private behind = FIRST_BEHIND_BYTES;

  /**
   * @param name path as typed
   * @param at offset of the first byte
   * @param to offset of the range's end; reading goes on behind it
   */
  constructor(
    private readonly name: string,
    private at: number,
    private readonly to: number = Number.POSITIVE_INFINITY,
  ) {}

  /** @throws UserError where the file ends within the range: it had those bytes when it was cut */
  read(memory: Uint8Array, to: number, max: number): number {
    const bytes = readAt(this.name, memory, to, Math.min(max, this.wanted()), this.at);
    this.at += bytes;
    if (bytes === 0 && this.at < this.to && this.to !== Number.POSITIVE_INFINITY) {
      throw endedEarly(this.name, this.to, this.at);
    }
    return bytes;
  }

  private wanted(): number {
    if (this.at < this.to) return this.to - this.at;
    this.behind *= 2;
    return this.behind;
  }
}
