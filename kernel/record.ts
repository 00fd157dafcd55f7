/** A FASTA record of the usual kind, read in one go. */

import { findByte } from './find';
import { gather, gathered } from './gather';
import { LINE_FEED, RETURN, SPACE, TAB } from './letters';

/** Of the record that `wholeRecord` read: where its name begins, and behind it. */
export let nameStart: usize = 0;
export let nameEnd: usize = 0;
/** Where the next record begins. */
export let nextRecord: usize = 0;
/** Its line feeds, the header's with them. */
export let recordLines: i32 = 0;
/** Its letters. */
export let recordLength: i32 = 0;

/** Position of the first byte of [from, end) that is not printable ASCII, or `end` or more. Reads up to 15 bytes behind. */
function behindWord(from: usize, end: usize): usize {
  for (let p = from; p < end; p += 16) {
    const x = v128.load(p);
    // As signed bytes, those above 127 are negative.
    const printable = v128.and(i8x16.gt_s(x, i8x16.splat(0x20)), i8x16.lt_s(x, i8x16.splat(0x7f)));
    const other = i8x16.bitmask(printable) ^ 0xffff;
    if (other !== 0) return p + <usize>ctz(other);
  }
  return end;
}

/**
 * Reads the FASTA record whose `>` stands at `from`, if it lies whole in [from, end) - the next record begins there too -,
 * has a name of printable ASCII, no U, no foreign letters, and fewer letters than `room`. They go to `to` as by `gather`.
 *
 * @returns false where the record is of another kind
 */
export function wholeRecord(from: usize, end: usize, to: usize, room: i32): bool {
  nameStart = from + 1;
  nameEnd = behindWord(nameStart, end);
  if (nameEnd === nameStart || nameEnd >= end) return false;
  const byte = load<u8>(nameEnd);
  const isLineEnd = byte === LINE_FEED || (byte === RETURN && nameEnd + 1 < end && load<u8>(nameEnd, 1) === LINE_FEED);
  if (!isLineEnd && byte !== SPACE && byte !== TAB) return false;
  const lineEnd = findByte(nameEnd, end, LINE_FEED);
  if (lineEnd === end || findByte(nameEnd, lineEnd, RETURN) + 1 < lineEnd) return false;
  gather(lineEnd + 1, end, to, room, true, false);
  const left = gathered();
  nextRecord = <usize>load<u32>(left);
  recordLength = <i32>(load<u32>(left, 4) - <u32>to);
  recordLines = 1 + load<i32>(left, 8);
  const isOdd = (load<u32>(left, 12) | load<u32>(left, 16)) !== 0;
  // Nothing but a `>`, the end or a lack of room stops the letters.
  return nextRecord < end && recordLength < room && !isOdd;
}
