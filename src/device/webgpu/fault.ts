/**
 * Faults on purpose, for tests of what the program does when a GPU fails. Each is as real as it can be made: memory that the
 * driver refuses, a device that is destroyed, a Worker that dies, a run that never ends.
 */

import { DeviceError } from '../backend.ts';
import { crashOnPurpose, type Fault } from '../fault.ts';

/** More than any driver gives for one buffer, and yet a size that Dawn passes on to it. */
const TOO_MUCH_BYTES = 2 ** 31 - 4;

export class FaultInjector {
  #batches = 0;

  constructor(
    readonly fault: Fault | undefined,
    readonly device: GPUDevice,
  ) {}

  /** Before each batch. */
  async beforeBatch(): Promise<void> {
    this.#batches += 1;
    if (this.fault === undefined || this.#batches !== this.fault.at) return;
    switch (this.fault.what) {
      case 'memory':
        return this.#exhaust();
      case 'lost':
        this.device.destroy();
        return;
      case 'exception':
        throw new TypeError('an exception on purpose');
      case 'hang':
        await new Promise(() => undefined);
        return;
      case 'unrepaired':
        return;
      case 'segfault':
      case 'abort':
        crashOnPurpose(this.fault.what);
        return;
      default:
        this.fault.what satisfies never;
    }
  }

  async #exhaust(): Promise<void> {
    this.device.pushErrorScope('out-of-memory');
    this.device.pushErrorScope('validation');
    const size = Math.min(TOO_MUCH_BYTES, this.device.limits.maxBufferSize);
    const hoard: GPUBuffer[] = [];
    const told: string[] = [];
    for (let i = 0; i < 64; i += 1) {
      hoard.push(this.device.createBuffer({ size, usage: GPUBufferUsage.STORAGE }));
    }
    for (const _ of [1, 2]) {
      const error = await this.device.popErrorScope();
      if (error !== null) told.push(`${error.constructor.name}: ${error.message}`);
    }
    for (const buffer of hoard) buffer.destroy();
    throw new DeviceError('OutOfMemory', told.join('; ') || 'out of memory on purpose');
  }
}
