/** How much arithmetic a token takes, so that tokens/s can be set against a card's matrix products. */

import type { EncoderArchitecture } from '../../src/model/architecture.ts';

/**
 * Floating-point operations of one token in a forward pass, a multiplication and an addition counted as two:
 * 2 N + 4 L D T (Chowdhery et al. 2022, "PaLM", appendix B: the forward third of 6 N + 12 L H Q T).
 *
 * N: weights that are multiplied; L layers; D = heads x head size = the width; T tokens of the row. Each layer multiplies a
 * token by four D x D matrices (query, key, value, output) and by its feed-forward matrices of D x F: two in ESM-2, three
 * in MosaicBERT (gate, value, out). Norms, softmax, GELU and the look-up of embeddings are left out, as everywhere.
 */
export function flopsOfToken({ kind, layers, width, feedForward }: EncoderArchitecture, tokensOfRow: number): number {
  const feedForwardMatrices = kind === 'esm2' ? 2 : 3;
  const weights = layers * (4 * width * width + feedForwardMatrices * width * feedForward);
  return 2 * weights + 4 * layers * width * tokensOfRow;
}
