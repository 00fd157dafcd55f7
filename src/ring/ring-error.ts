/** The other side of a ring, or this one, ended it before its time. */

import { type RingSide, STATE } from './layout.ts';

export class RingAborted extends Error {
  override readonly name = 'RingAborted';

  /**
   * @param side who ended the ring
   * @param reason `aborted`: it said so itself; `dead`: its thread ended without a word, and the supervisor said so
   */
  constructor(
    readonly side: RingSide,
    readonly reason: 'aborted' | 'dead',
  ) {
    super(reason === 'dead' ? `the ring's ${side} died` : `the ring's ${side} gave up`);
  }
}

/** Throws when a side's state is an abnormal end. */
export function throwIfAborted(side: RingSide, state: number): void {
  if (state >= STATE.aborted) throw new RingAborted(side, state === STATE.dead ? 'dead' : 'aborted');
}
