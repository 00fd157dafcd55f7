/** Sequence in lines. */

import { LINE_FEED } from './letters';

/**
 * Copies [from, from + length) to `to` with a line feed after every `width` bytes, at least 1, and after the last; returns
 * the bytes written. Reads and writes up to 15 bytes behind the ends; the regions must not overlap.
 */
export function wrap(from: usize, length: i32, width: i32, to: usize): i32 {
  let source = from;
  let target = to;
  let left = length;
  while (left > 0) {
    const taken = <usize>min(left, width);
    // What a line writes too much is overwritten by its line feed and the next line.
    for (let i: usize = 0; i < taken; i += 16) v128.store(target + i, v128.load(source + i));
    source += taken;
    target += taken;
    store<u8>(target++, LINE_FEED);
    left -= <i32>taken;
  }
  return <i32>(target - to);
}
