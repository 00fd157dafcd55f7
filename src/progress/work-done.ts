/**
 * How much of a run with a model is done, from windows and batches.
 *
 * A window stands for the bytes of input that it took; they count as done by the share of its tokens that are encoded. Bytes
 * are known when a job ends, so windows that end within a job have the bytes of the job before: they wait in a group, and
 * the window that moves on gives the group its bytes. Until then the group counts with the bytes that so many tokens
 * took before.
 *
 * A protein token may cost ten nucleotide tokens, and small inputs are one window. So within a group a token counts with the
 * mean seconds that one of its encoder took so far: share = sum(cost * done) / sum(cost * planned).
 */

import type { BatchEvent, WindowEvent } from '../events/event.ts';

type EncoderName = BatchEvent['encoder'];
type Tokens = Record<EncoderName, number>;

interface Group {
  readonly windows: number[];
  /** Input bytes; undefined until a window moves on. */
  bytes: number | undefined;
  readonly planned: Tokens;
  readonly done: Tokens;
}

const ENCODERS = ['nucleotide', 'protein'] as const;
/** A group without bytes is not the whole rest of the input. */
const MOST_OF_REST = 0.9;

const none = (): Tokens => ({ nucleotide: 0, protein: 0 });

export class WorkDone {
  /** Tokens of all windows that were read, and those encoded. */
  readonly planned = none();
  readonly done = none();
  /** Seconds of batches, all devices together. */
  readonly #seconds = none();
  /** In order; only the last one may be without bytes. Those before, if they are done, are in `#doneBytes`. */
  readonly #groups: Group[] = [];
  readonly #groupOf = new Map<number, Group>();
  #doneBytes = 0;
  /** Of the groups that have bytes: where they begin and end in the input, and their tokens. */
  #from = 0;
  #to = 0;
  #measured = 0;

  /** Bytes that were done before the first window: of a run that goes on, or that has no windows at all. */
  startAt(bytes: number): void {
    if (this.#groups.length > 0) return;
    this.#doneBytes = this.#from = this.#to = bytes;
  }

  /** @param bytesTotal undefined for a pipe */
  window({ window, bytes, ...event }: WindowEvent, bytesTotal: number | undefined): void {
    const isMore = bytes > this.#to;
    const isLast = !isMore && bytesTotal !== undefined && bytes >= bytesTotal;
    const group = this.#groupFor(isLast);
    group.windows.push(window);
    this.#groupOf.set(window, group);
    const tokens = { nucleotide: event.nucleotide_tokens, protein: event.protein_tokens };
    for (const encoder of ENCODERS) {
      group.planned[encoder] += tokens[encoder];
      this.planned[encoder] += tokens[encoder];
    }
    if (isMore) {
      group.bytes = bytes - this.#to;
      this.#to = bytes;
      this.#measured += group.planned.nucleotide + group.planned.protein;
    }
    this.#fold();
  }

  batch({ window, encoder, tokens, seconds }: BatchEvent): void {
    this.done[encoder] += tokens;
    this.#seconds[encoder] += seconds;
    const group = this.#groupOf.get(window);
    if (group === undefined) return;
    group.done[encoder] += tokens;
    this.#fold();
  }

  /** 0 to 1; undefined where the size of the input is not known. It may fall when costs become known. */
  fraction(bytesTotal: number | undefined): number | undefined {
    if (bytesTotal === undefined || bytesTotal === 0) return undefined;
    let bytes = this.#doneBytes;
    for (const group of this.#groups) bytes += this.#share(group) * (group.bytes ?? this.#guess(group, bytesTotal));
    return Math.min(1, bytes / bytesTotal);
  }

  /** Tokens of the whole run, as it looks from the part that is read; undefined while nothing tells. */
  expected(encoder: EncoderName, bytesTotal: number | undefined): number | undefined {
    const read = this.#to - this.#from;
    if (bytesTotal === undefined || read <= 0) return undefined;
    const open = this.#groups.at(-1);
    const planned = this.planned[encoder] - (open?.bytes === undefined ? (open?.planned[encoder] ?? 0) : 0);
    return Math.max(this.planned[encoder], (planned * (bytesTotal - this.#from)) / read);
  }

  #groupFor(isLast: boolean): Group {
    const last = this.#groups.at(-1);
    if (last !== undefined && (last.bytes === undefined || isLast)) return last;
    const group = { windows: [], bytes: undefined, planned: none(), done: none() };
    this.#groups.push(group);
    return group;
  }

  #share({ planned, done, bytes }: Group): number {
    const isKnown = ENCODERS.every((encoder) => this.#seconds[encoder] > 0 && this.done[encoder] > 0);
    let all = 0;
    let ready = 0;
    for (const encoder of ENCODERS) {
      const cost = isKnown ? this.#seconds[encoder] / this.done[encoder] : 1;
      all += cost * planned[encoder];
      ready += cost * Math.min(done[encoder], planned[encoder]);
    }
    // Chunks without an open frame have nothing to encode: read is done.
    if (all === 0) return bytes === undefined ? 0 : 1;
    return ready / all;
  }

  #guess({ planned }: Group, bytesTotal: number): number {
    if (this.#measured === 0) return 0;
    const bytes = ((planned.nucleotide + planned.protein) * (this.#to - this.#from)) / this.#measured;
    return Math.max(0, Math.min(bytes, MOST_OF_REST * (bytesTotal - this.#to)));
  }

  /** Groups that are done become a number; the last one stays, since windows may still join it. */
  #fold(): void {
    for (let first = this.#groups[0]; this.#groups.length > 1 && first !== undefined; first = this.#groups[0]) {
      const { bytes, planned, done, windows } = first;
      if (bytes === undefined || ENCODERS.some((encoder) => done[encoder] < planned[encoder])) return;
      this.#doneBytes += bytes;
      for (const window of windows) this.#groupOf.delete(window);
      this.#groups.shift();
    }
  }
}
