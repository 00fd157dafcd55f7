/**
 * The inputs of an encoder graph that follow from the token count alone. Every backend passes the same ones.
 */

import type { EncoderName } from '../model/bundle/manifest.ts';

/** ESM-2's mean is over this many residues at the most; the whole protein goes through the network. */
const RESIDUE_CAP = 1024;

/**
 * Weights of the mean, `[1, 1, length]`: 1/n for tokens that count, 0 for the rest. DNABERT-S counts all tokens,
 * [CLS] and [SEP] included; ESM-2 counts residues only, the first 1024 of them, not `<cls>` and `<eos>`.
 */
export function poolingRow(encoder: EncoderName, length: number): Float32Array<ArrayBuffer> {
  const row = new Float32Array(length);
  if (encoder === 'nucleotide') return row.fill(1 / length);
  const residues = Math.min(length - 2, RESIDUE_CAP);
  return row.fill(1 / residues, 1, 1 + residues);
}

/** `[1, 1, length, length]` holding -|i - j|; the graph multiplies it by each head's ALiBi slope. */
export function alibiDistance(length: number): Float32Array<ArrayBuffer> {
  const distance = new Float32Array(length * length);
  for (let i = 0; i < length; i += 1) {
    for (let j = 0; j < length; j += 1) distance[i * length + j] = -Math.abs(i - j);
  }
  return distance;
}
