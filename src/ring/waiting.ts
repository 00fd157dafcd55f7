/** Sleeping on a waiting word and waking from it; the head of layout.ts says why no wake-up is lost. */

import { WORD } from './layout.ts';

export type WaitingWord = typeof WORD.producerWaits | typeof WORD.consumerWaits;

/** Wakes who sleeps on `word`; without a system call when nobody does. Comes after the change that is to be seen. */
export function wake(control: Int32Array, word: WaitingWord): void {
  if (Atomics.load(control, word) === 0) return;
  Atomics.store(control, word, 0);
  Atomics.notify(control, word);
}

/** Wakes both sides whatever the words say: at an abnormal end, where a waker may have died half-way. */
export function wakeAll(control: Int32Array): void {
  for (const word of [WORD.producerWaits, WORD.consumerWaits]) {
    Atomics.store(control, word, 0);
    Atomics.notify(control, word);
  }
}

/** One round of sleep; the caller looks again afterwards. `ready` has to see what the waker changes. */
export function sleep(control: Int32Array, word: WaitingWord, ready: () => boolean): void {
  Atomics.store(control, word, 1);
  if (ready()) Atomics.store(control, word, 0);
  else Atomics.wait(control, word, 1);
}

/** As `sleep`, without blocking the thread. Undefined: there is nothing to wait for. */
export function sleepAsync(control: Int32Array, word: WaitingWord, ready: () => boolean): Promise<unknown> | undefined {
  Atomics.store(control, word, 1);
  if (ready()) {
    Atomics.store(control, word, 0);
    return undefined;
  }
  const { async, value } = Atomics.waitAsync(control, word, 1);
  return async ? value : undefined;
}
