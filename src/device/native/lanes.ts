/** The native Workers of one device: the first opens the sessions, the others join, requests go to whoever has least to do. */

import type { Batch, Probe } from '../backend.ts';
import { type ComputeRequest, transferOf } from '../compute-request.ts';
import { Lane } from '../lane.ts';
import type { Request, Result, Setup, SharedHandles } from './protocol.ts';

const WORKER = 'run/workers/native-lane.ts';

interface Numbers {
  readonly numbers: Float32Array<ArrayBuffer>;
  /** Seconds the lane was busy with it. */
  readonly seconds: number;
}

export class NativeLanes {
  #isClosed = false;

  private constructor(readonly lanes: readonly Lane<Request, Result>[]) {}

  /**
   * @param name of the threads
   * @throws DeviceError when a library or a model cannot be loaded; no Worker stays then
   */
  static async open(name: string, count: number, setup: Setup): Promise<NativeLanes> {
    const lanes = Array.from({ length: count }, (_, i) => new Lane<Request, Result>(WORKER, `${name}-${i + 1}`));
    const [first, ...others] = lanes;
    if (first === undefined) throw new Error('a native session needs a thread');
    try {
      const { result } = await first.ask({ kind: 'open', setup });
      const handles = sharedHandles(result);
      await Promise.all(others.map((lane) => lane.ask({ kind: 'join', setup, handles })));
      return new NativeLanes(lanes);
    } catch (error) {
      for (const lane of lanes) lane.end();
      throw error;
    }
  }

  encode(batch: Batch): Promise<Numbers> {
    return this.#compute({ kind: 'encode', batch });
  }

  async classify(
    rows: number,
    nucleotide: Float32Array<ArrayBuffer>,
    protein: Float32Array<ArrayBuffer>,
  ): Promise<Float32Array<ArrayBuffer>> {
    return (await this.#compute({ kind: 'classify', rows, nucleotide, protein })).numbers;
  }

  async probe(probe: Probe): Promise<Float32Array<ArrayBuffer>> {
    return (await this.#compute({ kind: 'probe', probe })).numbers;
  }

  /**
   * Releases every handle and ends the Workers. Where one is still computing, all of them are left to themselves: a thread
   * inside native code cannot be ended, and what it works with cannot be released under it.
   *
   * @param canRelease false after a failure that left the sessions useless: releasing them could end the process
   */
  async close(canRelease = true): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (!canRelease || this.lanes.some(({ load }) => load > 0)) {
      for (const lane of this.lanes) lane.abandon('its session is closed');
      return;
    }
    const [first, ...others] = this.lanes;
    await Promise.all(others.map((lane) => lane.ask({ kind: 'close' })));
    await first!.ask({ kind: 'close' });
    for (const lane of this.lanes) lane.end();
  }

  async #compute(request: ComputeRequest): Promise<Numbers> {
    const lane = this.lanes.reduce((least, other) => (other.load < least.load ? other : least));
    const { result, seconds } = await lane.ask(request, transferOf(request));
    if (!(result instanceof Float32Array)) throw new Error(`a lane answered ${request.kind} without numbers`);
    return { numbers: result, seconds };
  }
}

function sharedHandles(result: Result): SharedHandles {
  if (result === undefined || result instanceof Float32Array) throw new Error('the first lane gave no handles');
  return result;
}
