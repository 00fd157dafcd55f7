/**
 * A GPU as a device: one Worker bound to one adapter. A Worker whose run failed for want of memory is replaced by a fresh one,
 * because ONNX Runtime's state is not to be trusted then; that takes a second or two and is not seen from outside.
 *
 * A Worker is ended only after it has closed its device: ended while Dawn has a promise to settle it would take the process
 * with it. One that gives no answer is left to itself.
 */

import { withCEnvironment } from '../../system/c-environment.ts';
import { type Batch, DeviceError, type DeviceInfo, type Probe, type Session } from '../backend.ts';
import { type ComputeRequest, transferOf } from '../compute-request.ts';
import type { Fault } from '../fault.ts';
import { Lane } from '../lane.ts';
import type { Notice, OpenRequest, Request, Result } from './protocol.ts';

const WORKER = 'run/workers/gpu-lane.ts';
/** One that is computed and one that waits in the Worker: no more, so that little is lost with the device. */
const IN_FLIGHT = 2;
/** Finding an adapter takes milliseconds; on a machine that is very busy, seconds. */
const BIND_SECONDS = 30;
/** A Worker that has not closed its device after so long is left to itself. */
const CLOSE_SECONDS = 5;

export interface WebGpuOptions extends Omit<OpenRequest, 'kind' | 'fault'> {
  readonly device: DeviceInfo;
  /** C environment in which Dawn finds this adapter and no other. */
  readonly environment: Readonly<Record<string, string>>;
  /** For tests; the first Worker has it, those after it do not. */
  readonly fault?: Fault | undefined;
}

/** What lives on the GPU, as its Worker told last. */
interface Held {
  bytes: number;
}

type GpuLane = Lane<Request, Result, Notice>;

export class WebGpuSession implements Session {
  readonly parallel = 1;
  readonly inFlight = IN_FLIGHT;
  #lane: Promise<GpuLane>;
  #isClosed = false;

  private constructor(
    readonly options: WebGpuOptions,
    lane: GpuLane,
    readonly held: Held,
  ) {
    this.#lane = Promise.resolve(lane);
  }

  get memory(): number {
    return this.held.bytes;
  }

  get device(): DeviceInfo {
    return this.options.device;
  }

  /** @throws DeviceError */
  static async open(options: WebGpuOptions): Promise<WebGpuSession> {
    const held: Held = { bytes: 0 };
    return new WebGpuSession(options, await openLane(options, options.fault, held), held);
  }

  async encode(batch: Batch): Promise<{ readonly embeddings: Float32Array<ArrayBuffer>; readonly seconds: number }> {
    const { numbers, seconds } = await this.#compute({ kind: 'encode', batch });
    return { embeddings: numbers, seconds };
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

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // One that could not be opened again has ended by itself.
    await this.#lane.then(closeLane, () => undefined);
  }

  async #compute(
    request: ComputeRequest,
  ): Promise<{ readonly numbers: Float32Array<ArrayBuffer>; readonly seconds: number }> {
    if (this.#isClosed) throw new DeviceError('DeviceLost', 'its session is closed');
    const opening = this.#lane;
    const lane = await opening;
    try {
      const { result, seconds } = await lane.ask(request, transferOf(request));
      if (result === undefined) throw new Error(`a GPU Worker answered ${request.kind} without numbers`);
      return { numbers: result, seconds };
    } catch (error) {
      // Others may have failed with it; the first one replaces the Worker.
      const isMemory = error instanceof DeviceError && error.kind === 'OutOfMemory';
      if (isMemory && opening === this.#lane && !this.#isClosed) this.#replace(lane);
      throw error;
    }
  }

  #replace(lane: GpuLane): void {
    this.#lane = closeLane(lane).then(() => openLane(this.options, undefined, this.held));
    this.#lane.catch(() => undefined);
  }
}

/** The adapter is looked for under its own environment; loading the model needs none, so Workers load side by side. */
async function openLane(options: WebGpuOptions, fault: Fault | undefined, held: Held): Promise<GpuLane> {
  const { dawn, wasm, adapterName, isSoftware, model, precision, device } = options;
  const request: OpenRequest = { kind: 'open', dawn, wasm, adapterName, isSoftware, model, precision, fault };
  const { promise: bound, resolve: onBound } = Promise.withResolvers<void>();
  const onNotice = (notice: Notice): void => {
    if (notice.kind === 'bound') onBound();
    else held.bytes = notice.bytes;
  };
  const { lane, opened } = await withCEnvironment(options.environment, async () => {
    const started: GpuLane = new Lane(WORKER, device.id, onNotice);
    const answer = started.ask(request);
    // One that hangs must not keep the others from their turn.
    await Promise.race([bound, answer, Bun.sleep(1000 * BIND_SECONDS)]).catch(() => undefined);
    return { lane: started, opened: answer };
  });
  try {
    await opened;
    return lane;
  } catch (error) {
    await closeLane(lane);
    throw error;
  }
}

async function closeLane(lane: GpuLane): Promise<void> {
  if (lane.load > 0) lane.post({ kind: 'abort' });
  const { promise: late, resolve } = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => resolve('late'), 1000 * CLOSE_SECONDS);
  try {
    const closed = lane.ask({ kind: 'close' }).then(
      () => 'closed' as const,
      () => 'closed' as const,
    );
    if ((await Promise.race([closed, late])) === 'closed') lane.end();
    else lane.abandon('it was given up');
  } finally {
    clearTimeout(timer);
  }
}
