/** A region of the kernel's memory in which a piece of a job's result grows until it is sent. */

import type { Kernel } from '../../kernel/kernel.ts';

export class Staging {
  /** Bytes written. */
  used = 0;
  #address: number;
  #capacity: number;

  constructor(
    readonly kernel: Kernel,
    bytes: number,
  ) {
    this.#address = kernel.allocate(bytes);
    this.#capacity = bytes;
  }

  /** Address behind the last byte written. */
  get end(): number {
    return this.#address + this.used;
  }

  get start(): number {
    return this.#address;
  }

  /** Whether `bytes` more fit. */
  fits(bytes: number): boolean {
    return this.used + bytes <= this.#capacity;
  }

  /** Makes sure that `bytes` more fit; a region that is too small for a single piece is empty when this is asked. */
  ensure(bytes: number): void {
    if (this.fits(bytes)) return;
    if (this.used > 0) throw new Error('a staging region in use cannot be enlarged');
    this.#capacity = bytes * 2;
    this.#address = this.kernel.allocate(this.#capacity);
  }
}
