/**
 * Memory of this machine that a card copies from and to by itself, while it computes: pages that are pinned in place. One block
 * for what goes to the card and one for what comes back, used again for every run and made larger when they are too small.
 *
 * ORT's CUDA provider hands it out; a block belongs to one lane, the allocator to the lane that opened the sessions.
 */

import { type Pointer, toArrayBuffer } from 'bun:ffi';
import type { Tensor } from '../backend.ts';
import type { Handle, OrtApi } from './ort-api.ts';
import type { OrtSession } from './ort-session.ts';

/** OrtDeviceAllocator, OrtMemTypeCPU. */
const [DEVICE_ALLOCATOR, MEMORY_CPU] = [0, -1];
/** Every tensor begins at a multiple of it, as cudaMalloc's own do. */
const ALIGNMENT = 256;

export interface PinnedHandles {
  readonly allocator: Handle;
  readonly memory: Handle;
}

/** @returns undefined where the provider gives none: then ordinary memory is used, and copies wait */
export function pinnedAllocator(api: OrtApi, session: OrtSession, ordinal: number): PinnedHandles | undefined {
  let memory: Handle | undefined;
  try {
    memory = api.create((slot) => api.call.CreateMemoryInfo('CudaPinned', DEVICE_ALLOCATOR, ordinal, MEMORY_CPU, slot));
    const named = memory;
    return { memory, allocator: api.create((slot) => api.call.CreateAllocator(session.handle, named, slot)) };
  } catch {
    if (memory !== undefined) api.call.ReleaseMemoryInfo(memory);
    return undefined;
  }
}

/** After the last block is released, and before the session that gave it. */
export function releaseAllocator(api: OrtApi, { allocator, memory }: PinnedHandles): void {
  api.call.ReleaseAllocator(allocator);
  api.call.ReleaseMemoryInfo(memory);
}

export class PinnedBlocks {
  readonly #to: Block;
  readonly #from: Block;

  constructor(
    api: OrtApi,
    readonly handles: PinnedHandles,
  ) {
    this.#to = new Block(api, handles.allocator);
    this.#from = new Block(api, handles.allocator);
  }

  /** Runs the graph by way of the blocks; `output.data` is filled in place. */
  run(session: OrtSession, inputs: readonly Tensor[], output: Tensor): void {
    const buffer = this.#to.ofSize(inputs.reduce((sum, { data }) => sum + aligned(data.byteLength), 0));
    let at = 0;
    const staged = inputs.map((tensor) => {
      const data = viewLike(tensor.data, buffer, at);
      data.set(tensor.data);
      at += aligned(tensor.data.byteLength);
      return { ...tensor, data };
    });
    const result = viewLike(output.data, this.#from.ofSize(aligned(output.data.byteLength)), 0);
    session.run(staged, { ...output, data: result }, this.handles.memory);
    output.data.set(result);
  }

  close(): void {
    this.#to.release();
    this.#from.release();
  }
}

class Block {
  #address: Handle | undefined;
  #buffer = new ArrayBuffer(0);

  constructor(
    readonly api: OrtApi,
    readonly allocator: Handle,
  ) {}

  /** At least so many bytes, holding anything. */
  ofSize(bytes: number): ArrayBuffer {
    if (bytes <= this.#buffer.byteLength) return this.#buffer;
    this.release();
    // Some more than is asked for: batches of other lengths come, and pinning pages takes the driver milliseconds.
    const size = aligned(Math.ceil(bytes * 1.25));
    const address = this.api.create((slot) => this.api.call.AllocatorAlloc(this.allocator, size, slot));
    this.#address = address;
    this.#buffer = toArrayBuffer(Number(address) as Pointer, 0, size);
    return this.#buffer;
  }

  release(): void {
    if (this.#address === undefined) return;
    this.#buffer = new ArrayBuffer(0);
    this.api.check(this.api.call.AllocatorFree(this.allocator, this.#address));
    this.#address = undefined;
  }
}

function viewLike(data: Tensor['data'], buffer: ArrayBuffer, at: number): Tensor['data'] {
  return data instanceof Float32Array
    ? new Float32Array(buffer, at, data.length)
    : new Int32Array(buffer, at, data.length);
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
