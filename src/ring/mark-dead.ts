/** For the supervisor of Workers: what a thread that died cannot say itself. */

import { type RingSide, ringViews, STATE, WORD } from './layout.ts';
import { wakeAll } from './waiting.ts';

/**
 * Says that a side's thread is gone ('error' or 'close' event of its Worker). The other side's next call, or the one it sleeps
 * in, throws RingAborted. Without effect when that side closed or aborted the ring before, so it may be called for every
 * Worker that ends.
 */
export function markDead(memory: SharedArrayBuffer, side: RingSide): void {
  const { control } = ringViews(memory);
  const word = side === 'producer' ? WORD.producerState : WORD.consumerState;
  Atomics.compareExchange(control, word, STATE.open, STATE.dead);
  wakeAll(control);
}
