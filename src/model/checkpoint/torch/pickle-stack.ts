/**
 * The interpreter's stack with its marks, and its memo. Nothing is taken from below the last mark.
 *
 * The limits are far above what checkpoints need (batches of a thousand items, a few levels) and keep a hostile pickle
 * from growing; nesting needs a waiting value for each level and is bounded with them.
 */

import { PickleProblem } from './pickle-problem.ts';
import type { Value } from './pickle-value.ts';

const MAX_VALUES = 50_000;
const MAX_MARKS = 1000;

export class PickleStack {
  readonly #values: Value[] = [];
  /** Number of values below each mark. */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, Value>();

  push(value: Value): void {
    if (this.#values.length >= MAX_VALUES) {
      throw new PickleProblem(`is nested too deeply: more than ${MAX_VALUES} values wait on its stack`);
    }
    this.#values.push(value);
  }

  pop(): Value {
    const value = this.top();
    this.#values.pop();
    return value;
  }

  top(): Value {
    const value = this.#values.at(-1);
    if (value === undefined || this.#values.length <= (this.#marks.at(-1) ?? 0)) {
      throw new PickleProblem('takes a value from an empty stack');
    }
    return value;
  }

  mark(): void {
    if (this.#marks.length >= MAX_MARKS) {
      throw new PickleProblem(`is nested too deeply: more than ${MAX_MARKS} marks`);
    }
    this.#marks.push(this.#values.length);
  }

  /** Takes the last mark and everything above it. */
  popToMark(): Value[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw new PickleProblem('has no mark where one is needed');
    return this.#values.splice(mark);
  }

  /** What POP does: the last mark, when nothing lies above it, or the last value. */
  drop(): void {
    if (this.#marks.length > 0 && this.#marks.at(-1) === this.#values.length) this.#marks.pop();
    else this.pop();
  }

  /** The only value. */
  last(): Value {
    const value = this.pop();
    const left = this.#values.length + this.#marks.length;
    if (left > 0) throw new PickleProblem(`ends with ${left} values or marks too many on its stack`);
    return value;
  }

  put(index: number): void {
    this.#memo.set(index, this.top());
  }

  memoize(): void {
    this.put(this.#memo.size);
  }

  get(index: number): Value {
    const value = this.#memo.get(index);
    if (value === undefined) throw new PickleProblem(`uses memo entry ${index}, which was never stored`);
    return value;
  }
}
