/** The label of one frame: arg-max of its two scores, a tie is `others`. */

export type FrameLabel = 'virus' | 'others';

/**
 * @param score1 P(others), float32
 * @param score2 P(virus), float32
 */
export function frameLabel(score1: number, score2: number): FrameLabel {
  return score2 > score1 ? 'virus' : 'others';
}
