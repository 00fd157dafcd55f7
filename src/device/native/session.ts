/**
 * The CPU as a device: one lane per thread, each running whole batches on its own core over shared sessions.
 *
 * Whole batches in parallel, and not one batch on all cores: operators need no barrier between threads, a batch's
 * activations stay in one core's cache, and a row's bits cannot depend on the thread count, because one thread computes
 * all of it. Beyond MOST_LANES, further threads help inside the operators instead: a Worker costs memory.
 */

import { availableParallelism } from 'node:os';
import type { Batch, DeviceInfo, ModelFiles, Session } from '../backend.ts';
import { Lane } from './lane.ts';
import type { Request, SharedHandles } from './protocol.ts';

const MOST_LANES = 16;
/** Requests per lane: one that is computed and one that waits, so that no lane waits for the main thread. */
const REQUESTS_PER_LANE = 2;

export class NativeSession implements Session {
  private constructor(
    readonly device: DeviceInfo,
    readonly lanes: readonly Lane[],
  ) {}

  get parallel(): number {
    return this.lanes.length;
  }

  get inFlight(): number {
    return REQUESTS_PER_LANE * this.lanes.length;
  }

  /**
   * @param library path of the extracted ONNX Runtime
   * @throws DeviceError when the library or a model cannot be loaded
   */
  static async open(library: string, model: ModelFiles, device: DeviceInfo): Promise<NativeSession> {
    const count = Math.min(device.threads, MOST_LANES);
    // More threads than cores would only get in each other's way.
    const operatorThreads = 1 + Math.max(0, Math.min(device.threads, availableParallelism()) - count);
    const lanes = Array.from({ length: count }, (_, i) => new Lane(`native-${i + 1}`));
    const [first, ...others] = lanes;
    if (first === undefined) throw new Error('a native session needs a thread');
    try {
      const { result } = await first.ask({ kind: 'open', library, model, operatorThreads });
      const handles = sharedHandles(result);
      await Promise.all(others.map((lane) => lane.ask({ kind: 'join', library, model, handles })));
      return new NativeSession(device, lanes);
    } catch (error) {
      for (const lane of lanes) lane.end();
      throw error;
    }
  }

  async encode(batch: Batch): Promise<{ readonly embeddings: Float32Array<ArrayBuffer>; readonly seconds: number }> {
    const { numbers, seconds } = await this.#compute({ kind: 'encode', batch }, [batch.tokens.buffer]);
    return { embeddings: numbers, seconds };
  }

  async classify(
    rows: number,
    nucleotide: Float32Array<ArrayBuffer>,
    protein: Float32Array<ArrayBuffer>,
  ): Promise<Float32Array<ArrayBuffer>> {
    const request = { kind: 'classify', rows, nucleotide, protein } as const;
    return (await this.#compute(request, [nucleotide.buffer, protein.buffer])).numbers;
  }

  /** Releases every handle. Nothing may be under way. */
  async close(): Promise<void> {
    const busy = this.lanes.reduce((sum, lane) => sum + lane.load, 0);
    if (busy > 0) throw new Error(`a native session was closed with ${busy} requests under way`);
    await this.lanes[0]!.ask({ kind: 'close' });
    for (const lane of this.lanes) lane.end();
  }

  /** Gives the request to the lane that has the least to do. */
  async #compute(
    request: Request,
    transfer: ArrayBuffer[],
  ): Promise<{ readonly numbers: Float32Array<ArrayBuffer>; readonly seconds: number }> {
    const lane = this.lanes.reduce((least, other) => (other.load < least.load ? other : least));
    const { result, seconds } = await lane.ask(request, transfer);
    if (!(result instanceof Float32Array)) throw new Error(`a lane answered ${request.kind} without numbers`);
    return { numbers: result, seconds };
  }
}

function sharedHandles(result: unknown): SharedHandles {
  if (typeof result === 'object' && result !== null && 'cpuMemory' in result) return result as SharedHandles;
  throw new Error('the first lane gave no handles');
}
