/** Lets at most `limit` through; the next one waits until one has left. For one waiter at a time. */
export class Gate {
  #inside = 0;
  #opened = false;
  #wake: (() => void) | undefined;

  constructor(readonly limit: number) {}

  async enter(): Promise<void> {
    while (!this.#opened && this.#inside >= this.limit) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#inside += 1;
  }

  leave(): void {
    this.#inside -= 1;
    this.#release();
  }

  /** From now on nobody waits. */
  open(): void {
    this.#opened = true;
    this.#release();
  }

  #release(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
