/** What is compared: something that encodes equal batches as fast as it can. One of ours, or PyTorch. */

import { type Arithmetic, type Batch, DeviceError, type Session } from '../../src/device/backend.ts';
import { matrixPeakOf } from './peak.ts';

export interface Contestant {
  /** Heads its column: `CUDA fp16`. */
  readonly label: string;
  readonly arithmetic: Arithmetic;
  /** Device, driver and version. */
  readonly on: string;
  /** Mean embeddings of the batch, `[rows, width]`. */
  embed(batch: Batch): Promise<Float32Array>;
  /** Encodes the batch so many times, from token ids in main memory to embeddings there. @returns seconds */
  run(batch: Batch, times: number): Promise<number>;
  /** Floating-point operations per second of large matrix products alone, in this arithmetic. */
  matrixPeak(): Promise<number>;
  close(): Promise<void>;
}

/** One of the product's sessions, used as a run uses it: as many batches under way as it asks for. */
export class SessionContestant implements Contestant {
  constructor(
    readonly label: string,
    readonly arithmetic: Arithmetic,
    readonly session: Session,
    readonly matrixSize: number,
  ) {}

  get on(): string {
    const { id, name, driver, threads } = this.session.device;
    return [id, name, driver, threads === undefined ? undefined : `${threads} threads`]
      .filter((part) => part !== undefined)
      .join(', ');
  }

  async embed(batch: Batch): Promise<Float32Array> {
    return (await this.session.encode(copyOf(batch))).embeddings;
  }

  async run(batch: Batch, times: number): Promise<number> {
    let left = times;
    const began = performance.now();
    const one = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        await this.session.encode(copyOf(batch));
      }
    };
    await Promise.all(Array.from({ length: Math.min(times, this.session.inFlight) }, one));
    return (performance.now() - began) / 1000;
  }

  matrixPeak(): Promise<number> {
    return matrixPeakOf(this.session, this.arithmetic, this.matrixSize);
  }

  close(): Promise<void> {
    return this.session.close();
  }
}

/** A session takes the tokens for itself. */
const copyOf = (batch: Batch): Batch => ({ ...batch, tokens: batch.tokens.slice() });

/** One line for a cell or a note. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const [line = ''] = text.split('\n');
  return error instanceof DeviceError && error.kind === 'OutOfMemory' ? 'out of memory' : line.slice(0, 200);
}
