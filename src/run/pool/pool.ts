/**
 * The sequence Workers of a run and their rings. Main never blocks: it waits for rings with promises. Memory is bounded by
 * the rings, whatever the size of the input.
 */

import { RingConsumer, type RingFrame } from '../../ring/consumer.ts';
import { createRing } from '../../ring/layout.ts';
import { markDead } from '../../ring/mark-dead.ts';
import { RingProducer } from '../../ring/producer.ts';
import { RingAborted } from '../../ring/ring-error.ts';
import { workerUrl } from '../../system/program.ts';
import type { SinkOptions, WorkerSetup } from './setup.ts';
import { Turn } from './turn.ts';

/** A stream's blocks are a mebibyte; some of them under way keep a Worker busy while the next ones come. */
const JOB_RING_BYTES = 4 << 20;
/** Pieces are a mebibyte as well; main may be writing one while the Worker makes the next ones. */
const RESULT_RING_BYTES = 8 << 20;

export interface PoolOptions {
  readonly workers: number;
  /** Chunk length, nt. */
  readonly chunkSize: number;
  /** Shorter records get no chunks, nt. */
  readonly minimumLength: number;
  readonly sink: SinkOptions;
}

interface Member {
  readonly worker: Worker;
  readonly jobs: RingProducer;
  readonly results: RingConsumer;
}

export class WorkerPool {
  readonly turn = Turn.create();
  readonly #members: Member[] = [];
  /** Why a Worker ended by itself: a bug. */
  #death: Error | undefined;
  #closed = false;

  constructor(readonly options: PoolOptions) {
    for (let i = 0; i < options.workers; i += 1) this.#members.push(this.#start());
  }

  /** Writes a frame to the Worker that does job `number`. */
  async write(number: number, kind: number, bytes: Uint8Array): Promise<void> {
    await this.#guard(() => this.#memberOf(number).jobs.writeAsync(kind, bytes));
  }

  /** No more jobs will come; Workers end when they have done theirs. */
  endOfJobs(): void {
    if (!this.#closed) for (const { jobs } of this.#members) jobs.close();
  }

  /** The next frame of the Worker that does job `number`; undefined when it ended in good order. Release it after use. */
  async next(number: number): Promise<RingFrame | undefined> {
    const { results } = this.#memberOf(number);
    return await this.#guard(async () => {
      for (;;) {
        const frame = results.poll();
        if (frame !== 'empty') return frame;
        await results.wait();
      }
    });
  }

  release(number: number): void {
    this.#memberOf(number).results.release();
  }

  /** Ends all Workers, whatever they do. Never throws; nothing happens the second time. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.turn.giveUp();
    for (const { worker, jobs, results } of this.#members) {
      jobs.abort();
      results.abort();
      worker.terminate();
    }
  }

  #memberOf(number: number): Member {
    return this.#members[number % this.#members.length]!;
  }

  #start(): Member {
    const { chunkSize, minimumLength, sink } = this.options;
    const jobs = createRing(JOB_RING_BYTES);
    const results = createRing(RESULT_RING_BYTES);
    const worker = new Worker(workerUrl('run/workers/sequence.ts'));
    const died = (reason: Error | undefined): void => {
      if (this.#closed) return;
      this.#death ??= reason;
      markDead(jobs, 'consumer');
      markDead(results, 'producer');
    };
    worker.onerror = (event) => {
      event.preventDefault();
      died(event.error instanceof Error ? event.error : new Error(`a sequence Worker failed: ${event.message}`));
    };
    // After a close in good order this has no effect.
    worker.addEventListener('close', () => died(undefined));
    const setup: WorkerSetup = { jobs, results, turn: this.turn.memory, chunkSize, minimumLength, sink };
    worker.postMessage(setup);
    return { worker, jobs: new RingProducer(jobs), results: new RingConsumer(results) };
  }

  /** A ring tells only that the other side died; the reason came by the Worker's error event. */
  async #guard<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw error instanceof RingAborted && this.#death !== undefined ? this.#death : error;
    }
  }
}
