/**
 * Short probes of the operators that are known to go wrong on some devices without any error, or could. Known values come from the
 * float64 oracle, when they are needed: an independent computation, in no need of a file, for any shape. All of
 * them take half a second to prepare and 0.6 GFLOP to compute.
 */

import type { Arithmetic } from '../../device/backend.ts';
import { ATTENTION_TOKENS, attentionProbe, rotaryProbe } from './attention-probes.ts';
import { longHalfProductProbe, longProductProbes, meanProbe, pointwiseProbe } from './layer-probes.ts';
import type { KnownProbe } from './probe-graph.ts';

/**
 * One after the other, so that the thread is not held for long; the cheapest first.
 *
 * @param arithmetic how the device computes: of a device that only stores weights in float16, and computes in float32,
 * fp32
 */
export function* eachProbe(arithmetic: Arithmetic): Generator<KnownProbe> {
  yield pointwiseProbe(arithmetic);
  yield meanProbe(arithmetic);
  yield rotaryProbe(arithmetic);
  for (const tokens of ATTENTION_TOKENS) {
    yield attentionProbe(tokens, 'none', arithmetic);
    yield attentionProbe(tokens, 'alibi', arithmetic);
  }
  if (arithmetic === 'fp16') yield longHalfProductProbe();
  else yield* longProductProbes();
}

/** All of `eachProbe`. */
export function probes(arithmetic: Arithmetic): readonly KnownProbe[] {
  return [...eachProbe(arithmetic)];
}
