/** A place in the inputs of a run that is the same in every run, however they are cut into jobs. */

export interface InputPosition {
  /** Index of the input. */
  readonly input: number;
  /** Bytes of its text, decompressed, before the place. */
  readonly offset: number;
}
