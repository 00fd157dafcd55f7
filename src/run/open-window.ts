/** A window whose scores are not on the disk yet: which of its records need nothing more. */

import type { EncoderName } from '../model/bundle/manifest.ts';
import { endsHere, type Window } from './window.ts';

/** Of each row of a window: 1 where something is so. */
export type RowFlags = Readonly<Record<EncoderName, Uint8Array>>;

export class OpenWindow {
  /** Records that end in it. */
  readonly records: number;
  /** Forgotten once it is scored: windows are large, and many of them may wait for the disk. */
  #window: Window | undefined;
  /** Records that were whole when it was scored. */
  #whole = 0;
  #isNoted: boolean;

  /**
   * @param safe rows that are on the disk; changed from outside
   * @param isNoted whether its note is on the disk: without that its rows are of no use
   */
  constructor(
    window: Window,
    readonly safe: RowFlags,
    isNoted: boolean,
  ) {
    this.#window = window;
    this.#isNoted = isNoted;
    let records = 0;
    for (const record of window.records) if (endsHere(record)) records += 1;
    this.records = records;
  }

  get isNoted(): boolean {
    return this.#isNoted;
  }

  /** The window's note is on the disk. */
  noted(): void {
    this.#isNoted = true;
  }

  /** Its scores are under way to the disk: its rows are not asked for again. */
  scored(): void {
    this.#whole = this.whole;
    this.#window = undefined;
  }

  /** Records that end in it and whose frames all have both rows on the disk. */
  get whole(): number {
    const window = this.#window;
    if (window === undefined) return this.#whole;
    // The usual one in input of which nothing is computed.
    return window.frames.length === 0 ? this.records : wholeRecords(window, this.safe);
  }
}

function wholeRecords({ records, masks, frames, pairNucleotide, pairProtein }: Window, safe: RowFlags): number {
  let whole = 0;
  let chunk = 0;
  let frame = 0;
  for (const record of records) {
    let isWhole = endsHere(record);
    for (const end = chunk + record.chunks; chunk < end; chunk += 1) {
      for (let mask = masks[chunk]!; mask > 0; mask &= mask - 1) {
        const pair = frames[frame]!;
        frame += 1;
        isWhole &&= safe.nucleotide[pairNucleotide[pair]!] === 1 && safe.protein[pairProtein[pair]!] === 1;
      }
    }
    if (isWhole) whole += 1;
  }
  return whole;
}
