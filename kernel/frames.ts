/** The six frames of a chunk in one call: five of them cost as much as the search for stops. */

import { openFrames } from './stops';
import { reverseComplement, upperCase } from './strands';
import { translate } from './translate';

const FORWARD: i32 = 0b000_111;
const REVERSE: i32 = 0b111_000;

/** What `sixFrames` leaves: the residues of each frame, six i32. */
const RESIDUES: usize = memory.data(24, 16);
/** Where that lies. */
export function residues(): usize {
  return RESIDUES;
}

/**
 * Translates the frames of the bases [at, at + length), in any case, that hold no stop: frame i to `proteins + i *
 * compartment`. Where one of the forward frames has a residue, the bases go to `forward` in upper case, where one of the
 * reverse frames has one, their reverse complement to `reverse`. Leaves the number of residues of each frame, 0 for one
 * with a stop; bit i of the result is set where it is not 0. Reads and writes as the kernels that it calls.
 */
export function sixFrames(
  at: usize,
  length: i32,
  forward: usize,
  reverse: usize,
  proteins: usize,
  compartment: i32,
): i32 {
  const open = openFrames(at, length);
  let kept = 0;
  v128.store(RESIDUES, i8x16.splat(0));
  store<u64>(RESIDUES, 0, 16);
  for (let left = open; left !== 0; left &= left - 1) {
    const frame = <i32>ctz(left);
    const written = translate(at, length, frame, proteins + <usize>(frame * compartment));
    if (written === 0) continue;
    store<i32>(RESIDUES + 4 * <usize>frame, written);
    kept |= 1 << frame;
  }
  if ((kept & FORWARD) !== 0) upperCase(at, length, forward);
  if ((kept & REVERSE) !== 0) reverseComplement(at, length, reverse);
  return kept;
}
