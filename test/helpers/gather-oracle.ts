/** The letters of a sequence taken out of its lines one byte at a time: what the kernel's `gather` is compared with. */

import type { Gathered } from '../../src/kernel/kernel.ts';

const PLAIN = 'ACGTRYSWKMBDHVNacgtryswkmbdhvn-.';
const BLANK = ' \t\r\v\f';

export interface GatherCase {
  readonly bytes: Uint8Array;
  readonly from: number;
  /** Most letters taken. */
  readonly room: number;
  readonly atLineStart: boolean;
  readonly oneLine: boolean;
}

/** @returns the letters, and what the kernel leaves in `gathered`, with `to` counted from the first letter */
export function gatherPlainly(asked: GatherCase): { letters: Uint8Array; gathered: Gathered } {
  const { bytes, room, oneLine } = asked;
  const letters: number[] = [];
  let { from, atLineStart } = asked;
  let lines = 0;
  let foreign = 0;
  let uracil = false;
  while (from < bytes.length && letters.length < room) {
    const letter = String.fromCharCode(bytes[from]!);
    if (!oneLine && atLineStart && letter === '>') break;
    if (oneLine && letter === '\n') break;
    from++;
    atLineStart = letter === '\n';
    if (letter === '\n') lines++;
    else if (letter === 'U' || letter === 'u') {
      uracil = true;
      letters.push(letter === 'U' ? 0x54 : 0x74);
    } else if (!BLANK.includes(letter)) {
      letters.push(letter.charCodeAt(0));
      if (!PLAIN.includes(letter)) foreign++;
    }
  }
  const to = letters.length;
  return { letters: Uint8Array.from(letters), gathered: { from, to, lines, foreign, uracil, atLineStart } };
}
