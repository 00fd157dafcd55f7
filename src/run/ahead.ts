/**
 * Windows that are read and encoded ahead of the one that is to be delivered. As soon as a window is read its batches go to
 * the devices, behind those of the windows before it: no device waits for the last batches of a window.
 *
 * At most `most` windows are alive, whether they are read, encoded or with the caller: the next one is read when the
 * caller comes back for another one.
 */

import type { EncodedRows } from './encode.ts';
import { FirstFailure } from './first-failure.ts';
import type { Window } from './window.ts';

export interface EncodedWindow extends EncodedRows {
  readonly window: Window;
  /** In the input, from 1. */
  readonly number: number;
}

interface Begun {
  readonly window: Window;
  readonly number: number;
  readonly encoding: Promise<EncodedRows>;
}

export class WindowsAhead {
  readonly #source: AsyncIterator<Window>;
  readonly #begun: Promise<Begun | undefined>[] = [];
  readonly #failure = new FirstFailure();
  #count = 0;

  /**
   * @param encode called for each window in order
   * @param most windows that may be alive
   * @param onLast called once all windows were read
   */
  constructor(
    windows: AsyncIterable<Window>,
    readonly encode: (window: Window, number: number) => Promise<EncodedRows>,
    readonly most: number,
    readonly onLast: () => void,
  ) {
    this.#source = windows[Symbol.asyncIterator]();
  }

  /**
   * The next window in input order, encoded. Who calls gives back the one before it.
   * @returns undefined after the last one
   * @throws whatever failed first, of this window or of a later one
   */
  async next(): Promise<EncodedWindow | undefined> {
    while (this.#begun.length < this.most) this.#begun.push(this.#begin());
    const begun = await this.#failure.unless(this.#begun.shift()!);
    if (begun === undefined) return undefined;
    const { window, number, encoding } = begun;
    return { window, number, ...(await this.#failure.unless(encoding)) };
  }

  #begin(): Promise<Begun | undefined> {
    const begun = this.#source.next().then((read): Begun | undefined => {
      if (read.done === true) {
        this.onLast();
        return undefined;
      }
      this.#count += 1;
      const encoding = this.encode(read.value, this.#count);
      encoding.catch((error: unknown) => this.#failure.set(error));
      return { window: read.value, number: this.#count, encoding };
    });
    begun.catch((error: unknown) => this.#failure.set(error));
    return begun;
  }
}
