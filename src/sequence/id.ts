/** Names of chunks and frames, as they stand in every table and FASTA file. */

import type { FrameSuffix } from './frames.ts';

/** @param i 0-based number of the chunk in its record; the name counts from 1 */
export function chunkId(recordId: string, i: number): string {
  return `${recordId}_chunk_${i + 1}`;
}

/** `contigA_chunk_3` + `R2` -> `contigA_chunk_3R2`: no separator. */
export function frameId(chunk: string, suffix: FrameSuffix): string {
  return chunk + suffix;
}
