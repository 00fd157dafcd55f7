/** Sequence files of at most about 2 kB, and what accidents make of them. */

import type { SequenceFormat } from '../../src/input/format.ts';
import { bgzip, bytesOf, gzip, joined, ZSTD_SKIPPED, zstd } from '../helpers/containers.ts';
import type { Dice } from './dice.ts';

const MOST_BYTES = 2048;
const HEADERS = ['a', 'r1 one two', '', ' x', 'id\twith tab', 'a', 'caf\u00e9', 'e\u001b[31m', 'nul\u0000x', '>@+'];
const LETTERS = ['ACGT', 'ACGT', 'ACGT', 'acgtn', 'ACGUNRYSWKM', 'AC-.*', 'MKLV'];
const LINE_ENDS = ['\n', '\n', '\n', '\r\n', '\r'];
/** Bytes that mean something to some reader. */
const TELLING = [0, 9, 10, 10, 10, 11, 13, 13, 32, 43, 43, 45, 62, 62, 64, 64, 65, 0x1f, 0x8b, 0xbb, 0xbf, 0xef, 0xff];
const TELLING_PIECES = [
  '\n>',
  '\n@',
  '\n+\n',
  '\r\n',
  '\n\n',
  '\ufeff',
  '\n\ufeff>',
  '@x\nAC\n+\nII\n',
  '>y\nAC\n',
].map(bytesOf);

export function sequenceText(dice: Dice, format: SequenceFormat): Uint8Array {
  const lineEnd = dice.pick(LINE_ENDS);
  const records = Array.from({ length: dice.below(9) }, () => (format === 'fasta' ? fasta(dice) : fastq(dice)));
  const body = records.flat().join(lineEnd);
  const head = dice.chance(0.1) ? dice.pick(['\ufeff', '\n', ' \n\n', '\ufeff\n']) : '';
  return bytesOf(head + body + (dice.chance(0.8) ? lineEnd : '')).subarray(0, MOST_BYTES);
}

function fasta(dice: Dice): string[] {
  const sequence = letters(dice, dice.below(dice.chance(0.1) ? 700 : 120));
  const width = dice.chance(0.5) ? 1000 : 1 + dice.below(70);
  const lines = [`>${dice.pick(HEADERS)}`];
  for (let at = 0; at < sequence.length; at += width) lines.push(sequence.slice(at, at + width));
  return lines;
}

function fastq(dice: Dice): string[] {
  const name = dice.pick(HEADERS);
  const sequence = letters(dice, dice.below(90));
  const quality = Array.from(sequence, () => String.fromCharCode(33 + dice.below(94))).join('');
  const lines = [`@${name}`, sequence, dice.chance(0.2) ? `+${name}` : '+', quality];
  return dice.chance(0.1) ? [...lines, ''] : lines;
}

function letters(dice: Dice, length: number): string {
  const alphabet = dice.pick(LETTERS);
  return Array.from({ length }, () => alphabet[dice.below(alphabet.length)]!).join('');
}

/** One accident. @param other where a splice comes from */
export function mutated(dice: Dice, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  const at = dice.below(bytes.length + 1);
  const span = Math.min(bytes.length - at, dice.chance(0.7) ? 1 + dice.below(4) : dice.below(200));
  const before = bytes.subarray(0, at);
  const after = bytes.subarray(at);
  const behind = bytes.subarray(at + span);
  switch (dice.below(11)) {
    case 0: {
      const flipped = bytes.slice();
      if (at < bytes.length) flipped[at]! ^= 1 << dice.below(8);
      return flipped;
    }
    case 1:
      return joined(before, behind);
    case 2:
      return joined(
        before,
        Uint8Array.from({ length: span }, () => dice.below(256)),
        after,
      );
    case 3:
      return joined(
        before,
        Uint8Array.from({ length: span }, () => dice.pick(TELLING)),
        behind,
      );
    case 4:
      return joined(before, dice.pick(TELLING_PIECES), after);
    case 5:
      return before;
    case 6:
      return after;
    case 7:
      return joined(before, bytes.subarray(at, at + span), after);
    case 8:
      return joined(before, other.subarray(dice.below(other.length + 1)));
    case 9:
      return otherLineEnds(dice, bytes);
    default:
      return joined(before, other.subarray(0, dice.below(other.length + 1)), after);
  }
}

function otherLineEnds(dice: Dice, bytes: Uint8Array): Uint8Array {
  const [from, to] = dice.pick([
    ['\n', '\r\n'],
    ['\r\n', '\n'],
    ['\n', '\r'],
    ['\n', ''],
    ['\n', '\n\n'],
  ] as const);
  const share = dice.chance(0.5) ? 1 : 0.3;
  const text = Buffer.from(bytes)
    .toString('latin1')
    .replaceAll(from, (end) => (dice.chance(share) ? to : end));
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

/** Between none and six accidents; often few, as in life. */
export function battered(dice: Dice, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  let result = bytes;
  for (let left = dice.below(dice.chance(0.5) ? 3 : 7); left > 0; left -= 1) {
    result = mutated(dice, result, other).subarray(0, 2 * MOST_BYTES);
  }
  return result;
}

export function batteredText(dice: Dice, format: SequenceFormat): Uint8Array {
  const other = sequenceText(dice, dice.chance(0.8) ? format : 'fasta');
  return battered(dice, sequenceText(dice, format), other);
}

/** A compressed file, its text or its bytes or both battered. */
export function batteredFile(dice: Dice, format: SequenceFormat): Uint8Array {
  const text = dice.chance(0.5) ? sequenceText(dice, format) : batteredText(dice, format);
  const file = compressed(dice, text);
  return dice.chance(0.75) ? battered(dice, file, compressed(dice, sequenceText(dice, format))) : file;
}

function compressed(dice: Dice, text: Uint8Array): Uint8Array {
  const half = dice.below(text.length + 1);
  const head = text.subarray(0, half);
  const tail = text.subarray(half);
  const block = 1 + dice.below(300);
  switch (dice.below(9)) {
    case 0:
    case 1:
      return gzip(text);
    case 2:
      return joined(gzip(head), gzip(tail), new Uint8Array(dice.below(4)));
    case 3:
    case 4:
    case 5:
      return bgzip(text, block);
    case 6:
      return joined(bgzip(head, block), gzip(tail));
    case 7:
      return zstd(text);
    default:
      return joined(zstd(head), ZSTD_SKIPPED, zstd(tail));
  }
}
