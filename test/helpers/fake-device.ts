/**
 * A device in virtual time: lanes that take their calls in order, a memory, and whatever goes wrong on demand. Its
 * embeddings name the row: token sum and length, so it shows who mixed up what; its scores name the pair.
 */

import type { Batch, Session } from '../../src/device/backend.ts';
import type { EncoderName } from '../../src/model/bundle/manifest.ts';
import type { Work } from '../../src/run/fleet/work.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What a call does: fail with an error after its time, never answer, or answer with too few numbers. */
export type Fault = Error | 'silence' | 'short';

export interface FakeDevice {
  /** Tokens per second of all its lanes. */
  readonly speeds?: Readonly<Record<EncoderName, number>>;
  readonly parallel?: number;
  readonly inFlight?: number;
  /** Seconds before any work of a call begins; others overlap with it. */
  readonly latency?: number;
  /** Factor of a call's time. @param name first token of the batch, 0 for the classifier */
  readonly noise?: (name: number) => number;
  /** Called for each call, 1 for the first. */
  readonly fault?: (call: number, batch: Batch | undefined, underWay: number) => Fault | undefined;
}

export class FakeSession implements Session {
  readonly probe = (): Promise<never> => Promise.reject(new Error('a fake has no probes'));
  readonly device;
  readonly parallel: number;
  readonly inFlight: number;
  /** What was asked for. */
  readonly batches: Batch[] = [];
  /** Calls of the classifier. */
  classified = 0;
  mostUnderWay = 0;
  closed = 0;
  #calls = 0;
  #underWay = 0;
  readonly #lanes: number[];

  constructor(
    id: string,
    readonly clock: VirtualClock,
    readonly about: FakeDevice = {},
  ) {
    this.device = { id, backend: 'native-cpu', name: `fake ${id}`, threads: 1 } as const;
    this.parallel = about.parallel ?? 1;
    this.inFlight = about.inFlight ?? 2;
    this.#lanes = Array.from({ length: this.parallel }, () => 0);
  }

  get underWay(): number {
    return this.#underWay;
  }

  speed(encoder: EncoderName): number {
    return this.about.speeds?.[encoder] ?? 1000;
  }

  async encode(batch: Batch) {
    this.batches.push(batch);
    // Taken away, as a Worker does.
    const tokens = structuredClone(batch.tokens, { transfer: [batch.tokens.buffer] });
    const seconds = (tokens.length * this.parallel) / this.speed(batch.encoder);
    const short = await this.#take(seconds, batch, tokens[0]!);
    const embeddings = new Float32Array(2 * batch.rows);
    for (let row = 0; row < batch.rows; row += 1) {
      let sum = 0;
      for (let i = row * batch.length; i < (row + 1) * batch.length; i += 1) sum += tokens[i]!;
      embeddings.set([sum, batch.length], 2 * row);
    }
    return { embeddings: short ? embeddings.slice(1) : embeddings, seconds };
  }

  async classify(rows: number, nucleotide: Float32Array<ArrayBuffer>, protein: Float32Array<ArrayBuffer>) {
    this.classified += 1;
    const [left, right] = [nucleotide, protein].map((one) => structuredClone(one, { transfer: [one.buffer] }));
    const short = await this.#take(rows / 1000, undefined, 0);
    return Float32Array.from(
      { length: 2 * rows - Number(short) },
      (_, i) => (i % 2 === 0 ? left : right)![i - (i % 2)]!,
    );
  }

  async close(): Promise<void> {
    this.closed += 1;
  }

  /** Lets the time of a call pass. @returns whether its answer is too short */
  async #take(seconds: number, batch: Batch | undefined, name: number): Promise<boolean> {
    const { clock, about } = this;
    this.#calls += 1;
    this.#underWay += 1;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.#underWay);
    const fault = about.fault?.(this.#calls, batch, this.#underWay);
    if (fault === 'silence') await new Promise(() => undefined);
    const lane = this.#lanes.indexOf(Math.min(...this.#lanes));
    const begins = Math.max(this.#lanes[lane]!, clock.now() + (about.latency ?? 0));
    const ends = begins + seconds * (about.noise?.(name) ?? 1);
    this.#lanes[lane] = ends;
    await clock.wait(ends - clock.now());
    this.#underWay -= 1;
    if (fault instanceof Error) throw fault;
    return fault === 'short';
  }
}

/** Rows of token ids as a fleet's batches, in the order given; row numbers begin at 0 in each batch. */
export function worksOf(
  window: number,
  shapes: readonly { readonly encoder: EncoderName; readonly rows: number; readonly length: number }[],
): Work[] {
  return shapes.map(({ encoder, rows, length }, index) => ({
    ...{ window, batch: index + 1, batches: shapes.length, encoder, rows, length, width: 2 },
    tokens: (from, to) => {
      const tokens = new Int32Array((to - from) * length);
      // The first token of a row names it.
      for (let row = from; row < to; row += 1)
        tokens[(row - from) * length] = 1_000_000 * window + 100 * (index + 1) + row;
      return tokens;
    },
  }));
}

/** The embeddings that any sound device gives for the batch. */
export function expectedOf({ rows, length, ...work }: Work): number[] {
  return Array.from({ length: rows }, (_, row) => [work.tokens(row, row + 1)[0]!, length]).flat();
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
