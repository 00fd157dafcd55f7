/** What the proof of a device found: one device, one bundle, one head. In the form of `devices --verify --json`. */

import type { EncoderName } from '../../model/bundle/manifest.ts';
import type { EncoderCheck, ScoreCheck } from '../verify.ts';

export interface ProbeCheck {
  /** What was computed, as it begins a sentence: `attention over 64 tokens`. */
  readonly name: string;
  /** Largest |difference| from the known values; NaN where the device gave no numbers (null in JSON). */
  readonly max_diff: number;
  readonly allowed_diff: number;
  /** Of float16 arithmetic: cosine between the device's values and the known ones. */
  readonly cosine?: number;
  readonly verdict: 'pass' | 'fail';
}

export interface Proof {
  readonly verdict: 'pass' | 'fail';
  /** Why it failed, with figures, without a full stop: `attention over 64 tokens is off by 1.2e-2, 1e-5 is allowed`. */
  readonly problem: string | undefined;
  /**
   * False for what may be over the next time: no memory, because something else uses the card, or a device that was
   * lost. Such a failure is not remembered.
   */
  readonly lasting: boolean;
  readonly probes: readonly ProbeCheck[];
  /** Undefined where the golden sequences were not reached. */
  readonly encoders: Readonly<Record<EncoderName, EncoderCheck>> | undefined;
  readonly scores: ScoreCheck | undefined;
  /** Tokens per second of the whole device; undefined where the proof failed. */
  readonly speeds: Readonly<Record<EncoderName, number>> | undefined;
  /** That the proof took. */
  readonly seconds: number;
}
