/** From the frames of one chunk to the chunk: the highest score of each side, and which side is higher. */

/** Scores are float32 values between 0 and 1; the two maxima may come from different frames and need not add to 1. */
export interface Consensus {
  /** max1 >= max0: here a tie is a virus, other than in the label of a frame. */
  readonly isVirus: boolean;
  /** Highest P(others). */
  readonly max0: number;
  /** Highest P(virus). */
  readonly max1: number;
}

/**
 * @param scores `[n, 2]`, float32: P(others), P(virus) of frame after frame
 * @param frames how many frames of `scores` belong to the chunk, from the first one on; at least 1
 */
export function consensus(scores: Float32Array, frames = scores.length / 2): Consensus {
  if (frames < 1 || 2 * frames > scores.length) throw new Error(`${frames} frames in ${scores.length} scores`);
  let max0 = Number.NEGATIVE_INFINITY;
  let max1 = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < 2 * frames; at += 2) {
    const score0 = scores[at]!;
    const score1 = scores[at + 1]!;
    // A NaN loses every comparison: it would vanish here and leave a call that looks sound.
    if (Number.isNaN(score0) || Number.isNaN(score1)) throw new Error('a score is not a number');
    if (score0 > max0) max0 = score0;
    if (score1 > max1) max1 = score1;
  }
  return { isVirus: max1 >= max0, max0, max1 };
}
