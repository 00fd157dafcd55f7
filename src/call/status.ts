/** What became of an input record: every record of the input has exactly one status. */

/**
 * - `called`: at least one chunk has a frame, so there is a call
 * - `no_orf`: no chunk has an open frame
 * - `empty`: the record has no letters
 * - `too_short`: shorter than the minimum length that was asked for
 * - `invalid`: the record could not be read
 */
export type RecordStatus = 'called' | 'no_orf' | 'empty' | 'too_short' | 'invalid';

/**
 * The status of a record that could be read.
 *
 * @param length letters of the record
 * @param minimumLength letters; 0 refuses nothing
 * @param scoredChunks chunks that have a frame
 */
export function recordStatus(length: number, minimumLength: number, scoredChunks: number): RecordStatus {
  if (length === 0) return 'empty';
  if (length < minimumLength) return 'too_short';
  return scoredChunks > 0 ? 'called' : 'no_orf';
}
