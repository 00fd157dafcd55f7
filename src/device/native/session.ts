/**
 * The CPU as a device: one lane per thread, each running whole batches on its own core over shared sessions.
 *
 * Whole batches in parallel, and not one batch on all cores: operators need no barrier between threads, a batch's
 * activations stay in one core's cache, and a row's bits cannot depend on the thread count, because one thread computes
 * all of it. Beyond MOST_LANES, further threads help inside the operators instead: a Worker costs memory.
 */

import { availableParallelism } from 'node:os';
import type { Batch, DeviceInfo, ModelFiles, Probe, Session } from '../backend.ts';
import { NativeLanes } from './lanes.ts';
import type { Setup } from './protocol.ts';

const MOST_LANES = 16;
/** Requests per lane: one that is computed and one that waits, so that no lane waits for the main thread. */
const REQUESTS_PER_LANE = 2;

export class NativeSession implements Session {
  private constructor(
    readonly device: DeviceInfo,
    readonly lanes: NativeLanes,
    readonly parallel: number,
  ) {}

  get memory(): number {
    return process.memoryUsage.rss();
  }

  get inFlight(): number {
    return REQUESTS_PER_LANE * this.parallel;
  }

  /**
   * @param library path of the extracted ONNX Runtime
   * @param crash for tests
   * @throws DeviceError when the library or a model cannot be loaded
   */
  static async open(
    library: string,
    model: ModelFiles,
    device: DeviceInfo,
    crash?: Setup['crash'],
  ): Promise<NativeSession> {
    const threads = device.threads ?? availableParallelism();
    const count = Math.min(threads, MOST_LANES);
    // More threads than cores would only get in each other's way.
    const operatorThreads = 1 + Math.max(0, Math.min(threads, availableParallelism()) - count);
    const lanes = await NativeLanes.open('native', count, { library, model, operatorThreads, crash });
    return new NativeSession(device, lanes, count);
  }

  async encode(batch: Batch): Promise<{ readonly embeddings: Float32Array<ArrayBuffer>; readonly seconds: number }> {
    const { numbers, seconds } = await this.lanes.encode(batch);
    return { embeddings: numbers, seconds };
  }

  classify(
    rows: number,
    nucleotide: Float32Array<ArrayBuffer>,
    protein: Float32Array<ArrayBuffer>,
  ): Promise<Float32Array<ArrayBuffer>> {
    return this.lanes.classify(rows, nucleotide, protein);
  }

  probe(probe: Probe): Promise<Float32Array<ArrayBuffer>> {
    return this.lanes.probe(probe);
  }

  close(): Promise<void> {
    return this.lanes.close();
  }
}
