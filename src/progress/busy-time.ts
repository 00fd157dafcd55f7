/**
 * How much of the recent time a device computed: the share in which at least one batch was under way, the same meaning as the
 * busy seconds of the summary. A batch is told when it ends, with the seconds it took, and batches of one device overlap,
 * so each adds only the time that no batch before it covered.
 */

import { Rate } from './rate.ts';

/** Idle times that a batch still on its way may yet cover; there are never more batches under way than lanes. */
const MOST_GAPS = 32;

interface Span {
  readonly from: number;
  readonly to: number;
}

export class BusyTime {
  readonly #rate = new Rate();
  /** Before `#coveredTo` and not covered, in order. */
  #gaps: Span[] = [];
  #coveredTo: number | undefined;

  begin(now: number): void {
    this.#coveredTo ??= now;
    this.#rate.begin(now);
  }

  /** A batch that took `seconds` ended. */
  add(seconds: number, now: number): void {
    const batch = { from: now - seconds, to: now };
    const coveredTo = this.#coveredTo ?? batch.from;
    this.begin(batch.from);
    let covered = 0;
    const gaps: Span[] = [];
    for (const gap of this.#gaps) {
      const from = Math.max(gap.from, batch.from);
      const to = Math.min(gap.to, batch.to);
      if (from >= to) gaps.push(gap);
      else {
        covered += to - from;
        if (gap.from < from) gaps.push({ from: gap.from, to: from });
        if (to < gap.to) gaps.push({ from: to, to: gap.to });
      }
    }
    if (batch.from > coveredTo) gaps.push({ from: coveredTo, to: batch.from });
    covered += Math.max(0, batch.to - Math.max(coveredTo, batch.from));
    this.#gaps = gaps.slice(-MOST_GAPS);
    this.#coveredTo = Math.max(coveredTo, batch.to);
    this.#rate.add(covered, now);
  }

  /** 0 to 1; undefined while there is too little to tell. */
  at(now: number): number | undefined {
    const busy = this.#rate.at(now);
    return busy === undefined ? undefined : Math.min(1, busy);
  }
}
