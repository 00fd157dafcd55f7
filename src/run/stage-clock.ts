/**
 * Seconds spent in each stage, added up over a run. Stages overlap (reading goes on while a device computes), and the
 * seconds of the encoders are added up over all lanes that were busy: with several threads they pass the run's own time.
 * Classifying is timed from the question to the answer, and may wait behind batches. Those of the journal are what its frames and checkpoints take of the main thread; writing itself is done by others.
 */

export const STAGES = ['load', 'read', 'nucleotide', 'protein', 'classify', 'journal', 'write'] as const;
export type Stage = (typeof STAGES)[number];

export class StageClock {
  readonly #seconds = new Map<Stage, number>(STAGES.map((stage) => [stage, 0]));

  add(stage: Stage, seconds: number): void {
    this.#seconds.set(stage, (this.#seconds.get(stage) ?? 0) + seconds);
  }

  /** Runs `work`, which must not wait for anything, and adds its time to the stage. */
  time<T>(stage: Stage, work: () => T): T {
    const began = performance.now();
    try {
      return work();
    } finally {
      this.add(stage, (performance.now() - began) / 1000);
    }
  }

  /** Seconds by stage, rounded to milliseconds. */
  seconds(): Record<Stage, number> {
    const rounded = STAGES.map((stage) => [stage, Math.round((this.#seconds.get(stage) ?? 0) * 1000) / 1000]);
    return Object.fromEntries(rounded) as Record<Stage, number>;
  }
}
