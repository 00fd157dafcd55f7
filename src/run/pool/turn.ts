/**
 * Whose turn it is: the job whose results main is taking at the moment, and how many records came before it.
 *
 * Most jobs never look. A Worker waits for its turn where the method needs to know everything before: the number of a
 * record without a name, and room for a very long record (only one Worker at a time may hold one). Jobs are taken in order
 * and the job in turn never waits, so nobody waits for ever.
 *
 * Layout of the shared memory: Int32 [0] the job in turn (-1 before the first, 2^31-1 when the run was given up);
 * Float64 [1] the records before it, written before the job's number is.
 */

const NUMBER = 0;
const RECORDS = 1;
const GIVEN_UP = 2 ** 31 - 1;

export class RunGivenUp extends Error {
  override readonly name = 'RunGivenUp';
}

export class Turn {
  readonly #number: Int32Array;
  readonly #records: Float64Array;

  constructor(readonly memory: SharedArrayBuffer) {
    this.#number = new Int32Array(memory);
    this.#records = new Float64Array(memory);
  }

  static create(): Turn {
    const turn = new Turn(new SharedArrayBuffer(16));
    Atomics.store(turn.#number, NUMBER, -1);
    return turn;
  }

  /** Main: job `number` is in turn, `records` of the run came before it. */
  give(number: number, records: number): void {
    this.#records[RECORDS] = records;
    this.#set(number);
  }

  /** Main: nobody is to wait any more. */
  giveUp(): void {
    this.#set(GIVEN_UP);
  }

  /**
   * Worker: blocks until job `number` is in turn.
   *
   * @returns records of the run before the job
   */
  wait(number: number): number {
    for (;;) {
      const now = Atomics.load(this.#number, NUMBER);
      if (now === GIVEN_UP) throw new RunGivenUp('the run was given up');
      if (now === number) return this.#records[RECORDS]!;
      if (now > number) throw new Error(`job ${number} waits for its turn, which is over: ${now}`);
      Atomics.wait(this.#number, NUMBER, now);
    }
  }

  #set(number: number): void {
    Atomics.store(this.#number, NUMBER, number);
    Atomics.notify(this.#number, NUMBER);
  }
}
