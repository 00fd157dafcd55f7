/**
 * The regular files among a run's inputs, looked at before anything of them is read and once each was read to its end: one
 * that changed in between is refused, whatever was made of it.
 */

import type { InputFile } from './container.ts';
import { FileState } from './file-state.ts';

export class InputStates {
  /** One for each input; undefined for a pipe. */
  readonly #states: readonly (FileState | undefined)[];
  /** Inputs that were held against what they are now. */
  #checked = 0;

  /** @throws UserError where one is not there any more */
  constructor(files: readonly InputFile[]) {
    this.#states = files.map(({ name, size }) => (size === undefined ? undefined : new FileState(name, size)));
  }

  /**
   * All inputs before that one were read to their ends.
   *
   * @throws UserError where one of them changed before
   */
  endBefore(input: number): void {
    for (; this.#checked < input; this.#checked += 1) this.#states[this.#checked]?.compare();
  }

  /**
   * Something is wrong in that input: first of all, whether it is still the same.
   *
   * @throws UserError where it changed
   */
  check(input: number): void {
    this.#states[input]?.compare();
  }

  /** Names of the files that are not any more what was read, as those that are still growing. */
  changedSince(): readonly string[] {
    return this.#states.flatMap((state) => (state === undefined || state.isUnchanged() ? [] : [state.name]));
  }
}
