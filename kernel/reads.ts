/**
 * The usual reads in one go: record after record, one chunk each, their frames as FASTA text. What a read costs beside its
 * letters - calls from JavaScript, a header copied twice, a protein copied once - was half of all time.
 *
 * It gives what readers, frames and text give one after the other, and leaves to them every record that is not of the
 * usual kind, and those for which there may be no room.
 */

import { LINE_FEED } from './letters';
import { nameEnd, nameStart, nextRecord, recordLength, recordLines, wholeRecord } from './record';
import { openFrames } from './stops';
import { reverseComplement, upperCase } from './strands';
import { translate } from './translate';

/** Given and left, as u32; src/kernel/reads-block.ts names them. */
const BLOCK: usize = memory.data(20 * 4, 16);
/** Where that lies. */
export function readsBlock(): usize {
  return BLOCK;
}

const FROM: usize = 0;
const END: usize = 4;
const STOP: usize = 8;
const LETTERS: usize = 12;
const SHORTEST: usize = 16;
const LONGEST: usize = 20;
const ALL: usize = 24;
const NUCLEOTIDE: usize = 28;
const NUCLEOTIDE_LIMIT: usize = 32;
const PROTEIN: usize = 36;
const PROTEIN_LIMIT: usize = 40;
const RECORDS: usize = 44;
const LINES: usize = 48;
const BASES: usize = 52;
const TRANSLATED: usize = 56;
const FRAMES: usize = 60;

/** `_chunk_1`, the first letter in the low byte, in two halves. */
const CHUNK_ONE: u64 = 0x7568635f | ((<u64>0x315f6b6e) << 32);
/** `F1` to `R3` likewise. */
const SUFFIXES: usize = memory.data<u16>([0x3146, 0x3246, 0x3346, 0x3152, 0x3252, 0x3352]);
/** Bytes of an entry beside name and letters, and what may be written behind it. */
const OTHER_BYTES: i32 = 32;

/**
 * Takes the records that begin at `FROM`, a `>`, before `STOP` and lie in [.., `END`), as long as they are of the usual
 * kind: `wholeRecord`, and a length from `SHORTEST` (at least 1) to `LONGEST`. Their letters go to `LETTERS` in turn, where
 * there is room for one more than `LONGEST`. Of every frame without a stop (of every frame with `ALL`) that has a residue, an
 * entry is written to `NUCLEOTIDE` and one to `PROTEIN`, where those are not 0, while all six are sure to end before the
 * limits. `FROM`, `NUCLEOTIDE` and `PROTEIN` are moved on; the rest is left: records taken, their lines and bases, how many
 * had a frame without a stop, and how many such frames there were.
 */
export function reads(): void {
  const end = <usize>load<u32>(BLOCK, END);
  const stop = <usize>load<u32>(BLOCK, STOP);
  const letters = <usize>load<u32>(BLOCK, LETTERS);
  const shortest = load<i32>(BLOCK, SHORTEST);
  const longest = load<i32>(BLOCK, LONGEST);
  const all = load<i32>(BLOCK, ALL) !== 0;
  const nucleotideLimit = <usize>load<u32>(BLOCK, NUCLEOTIDE_LIMIT);
  const proteinLimit = <usize>load<u32>(BLOCK, PROTEIN_LIMIT);
  let from = <usize>load<u32>(BLOCK, FROM);
  let nucleotide = <usize>load<u32>(BLOCK, NUCLEOTIDE);
  let protein = <usize>load<u32>(BLOCK, PROTEIN);
  let records = 0;
  let lines = 0;
  let bases = 0;
  let translated = 0;
  let frames = 0;
  while (from < stop && wholeRecord(from, end, letters, longest + 1)) {
    const length = recordLength;
    if (length < shortest) break;
    const most = 6 * <usize>(<i32>(nameEnd - nameStart) + length + OTHER_BYTES);
    if (nucleotide !== 0 && nucleotide + most > nucleotideLimit) break;
    if (protein !== 0 && protein + most > proteinLimit) break;
    const open = openFrames(letters, length);
    let kept = 0;
    for (let left = all ? 63 : open; left !== 0; left &= left - 1) {
      const frame = <i32>ctz(left);
      const head = protein !== 0 ? protein : nucleotide;
      const start = writeHead(head, frame);
      // Nucleotides overwrite it where no proteins are wanted.
      const residues = translate(letters, length, frame, start);
      if (residues === 0) continue;
      if (((open >> frame) & 1) !== 0) kept++;
      if (protein !== 0) protein = endLine(start + residues);
      if (nucleotide === 0) continue;
      const offset = frame < 3 ? frame : frame - 3;
      const taken = min(length - offset, 1 + 3 * residues);
      const to = writeHead(nucleotide, frame);
      if (frame < 3) upperCase(letters + offset, taken, to);
      else reverseComplement(letters + length - offset - taken, taken, to);
      nucleotide = endLine(to + taken);
    }
    records++;
    lines += recordLines;
    bases += length;
    frames += kept;
    if (kept > 0) translated++;
    from = nextRecord;
  }
  store<u32>(BLOCK, <u32>from, FROM);
  store<u32>(BLOCK, <u32>nucleotide, NUCLEOTIDE);
  store<u32>(BLOCK, <u32>protein, PROTEIN);
  store<i32>(BLOCK, records, RECORDS);
  store<i32>(BLOCK, lines, LINES);
  store<i32>(BLOCK, bases, BASES);
  store<i32>(BLOCK, translated, TRANSLATED);
  store<i32>(BLOCK, frames, FRAMES);
}

/** `>`, the name, `_chunk_1`, the frame's suffix, a line feed; the address behind them. */
function writeHead(to: usize, frame: i32): usize {
  store<u8>(to, 0x3e);
  const name = nameEnd - nameStart;
  for (let i: usize = 0; i < name; i += 16) v128.store(to + 1 + i, v128.load(nameStart + i));
  const at = to + 1 + name;
  store<u64>(at, CHUNK_ONE);
  store<u16>(at, load<u16>(SUFFIXES + 2 * <usize>frame), 8);
  store<u8>(at, LINE_FEED, 10);
  return at + 11;
}

function endLine(at: usize): usize {
  store<u8>(at, LINE_FEED);
  return at + 1;
}
