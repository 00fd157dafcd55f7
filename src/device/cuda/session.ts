/**
 * One NVIDIA card as a device, by ONNX Runtime's CUDA provider.
 *
 * Two lanes over one set of sessions: each run has a stream of its own, so one lane's copies and its preparations on this
 * machine go along with the other's arithmetic. Batches share the card, so it counts as one that computes.
 *
 * One process can hold the provider of one version only: all versions export a function of the same name, and what is loaded
 * second would be given the first one's, which ends the process.
 */

import {
  type Arithmetic,
  type Batch,
  DeviceError,
  type DeviceInfo,
  type ModelFiles,
  type Probe,
  type Session,
} from '../backend.ts';
import { NativeLanes } from '../native/lanes.ts';
import { divideMemory } from './arenas.ts';
import { openFailure, runFailure } from './failure.ts';

const LANES = 2;
/** One that each lane computes, and one more for each, so that no lane waits for the main thread. */
const IN_FLIGHT = 4;

export interface CudaOptions {
  /** Path of ONNX Runtime; its CUDA provider lies beside it. Its files were checked: a provider that was cut kills the process. */
  readonly library: string;
  /** Full paths of the libraries that the provider needs, each after those it needs itself. */
  readonly libraries: readonly string[];
  readonly model: ModelFiles;
  readonly device: DeviceInfo;
  /** As CUDA counts the cards of this process. */
  readonly ordinal: number;
  readonly arithmetic: Arithmetic;
  /** Bytes of the card's memory for weights and batches; the driver and cuBLAS take some more. */
  readonly memoryLimit: number;
}

/** Path of the one ONNX Runtime with a CUDA provider in this process. */
let loaded: string | undefined;

export class CudaSession implements Session {
  readonly parallel = 1;
  readonly inFlight = IN_FLIGHT;
  #isLost = false;

  private constructor(
    readonly device: DeviceInfo,
    readonly lanes: NativeLanes,
  ) {}

  /** @throws DeviceError 'Unsupported' with a sentence where the files, the driver, the card or the models do not allow it */
  static async open(options: CudaOptions): Promise<CudaSession> {
    const { library, libraries, model, device, ordinal, arithmetic, memoryLimit } = options;
    if (loaded !== undefined && loaded !== library) {
      throw new DeviceError(
        'Unsupported',
        'CUDA cannot be used: another card of this run needs another version of the CUDA provider, and one process holds one',
      );
    }
    const memory = divideMemory(model, arithmetic, memoryLimit);
    loaded = library;
    try {
      const cuda = { libraries, ordinal, arithmetic, memory };
      const lanes = await NativeLanes.open(device.id, LANES, { library, model, operatorThreads: 1, cuda });
      return new CudaSession(device, lanes);
    } catch (error) {
      throw openFailure(error);
    }
  }

  async encode(batch: Batch): Promise<{ readonly embeddings: Float32Array<ArrayBuffer>; readonly seconds: number }> {
    const { numbers, seconds } = await this.#watch(this.lanes.encode(batch));
    return { embeddings: numbers, seconds };
  }

  classify(
    rows: number,
    nucleotide: Float32Array<ArrayBuffer>,
    protein: Float32Array<ArrayBuffer>,
  ): Promise<Float32Array<ArrayBuffer>> {
    return this.#watch(this.lanes.classify(rows, nucleotide, protein));
  }

  probe(probe: Probe): Promise<Float32Array<ArrayBuffer>> {
    return this.#watch(this.lanes.probe(probe));
  }

  /** Of a card that was lost nothing is released: CUDA would fail at that too, in places where a failure ends the process. */
  close(): Promise<void> {
    return this.lanes.close(!this.#isLost);
  }

  async #watch<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (caught) {
      const error = runFailure(caught);
      if (error instanceof DeviceError && error.kind === 'DeviceLost') this.#isLost = true;
      throw error;
    }
  }
}
