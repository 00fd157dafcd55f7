/**
 * Reads FASTA from blocks of bytes, however they are cut.
 *
 * `feed` a block, then call `next` until it gives nothing more; at the end of the file call `end` and drain once more.
 * The loop over records is synchronous, so that a caller handles all short records of a block for one `await`.
 *
 * A record begins at a `>` at the start of a line; elsewhere `>` is an ordinary character. Blanks within sequence lines are
 * skipped, U and u become T and t, all other bytes stay, in their case. Lines count from 1.
 */

import { UserError } from '../system/errors.ts';
import { BaseStore } from './bases.ts';
import { AT, BLANK, CR, GREATER, LF, LOWER_U, PLAIN, thymine, UPPER_U } from './letters.ts';
import { HeaderWord } from './record-id.ts';

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

export interface FastaRecord {
  /** From 1, over all inputs of the run. */
  readonly number: number;
  readonly id: string;
  /** Line of its header, from 1. */
  readonly line: number;
  /** Bases. */
  readonly length: number;
  /** Valid until the next record is asked for. */
  readonly bases: BaseStore;
  /** Bytes of the sequence that are no IUPAC nucleotide code and no gap (`-`, `.`). */
  readonly nonIupac: number;
  /** U or u was read as T or t. */
  readonly hadUracil: boolean;
}

/** Records that can be had without waiting. */
export interface RecordBatch {
  /** The next record, or undefined when more bytes are needed. Ends the life of the last record's bases. */
  next(): FastaRecord | undefined;
}

type State = 'preamble' | 'word' | 'description' | 'sequence';

export class FastaReader implements RecordBatch {
  private readonly bases = new BaseStore();
  private block: Uint8Array = new Uint8Array(0);
  private at = 0;
  private ended = false;
  private state: State = 'preamble';
  private atLineStart = true;
  private line = 1;
  /** Bytes of the blocks before this one; tells the byte order mark at the very start of the file. */
  private passed = 0;
  /** The sequence of this block without line ends; as long as the longest block. */
  private scratch = new Uint8Array(0);

  /** A header was begun and its record not handed out yet. */
  private open = false;
  private handedOut = false;
  private id = '';
  private headerLine = 0;
  private nonIupac = 0;
  private hadUracil = false;
  /** Byte of the file, while its first line is read. */
  private firstReturn: number | undefined;
  private readonly word = new HeaderWord();

  /**
   * @param file path as typed, for errors
   * @param recordNumber of the last record of the run's earlier inputs; 0 when there are none
   */
  constructor(
    private readonly file: string,
    private recordNumber = 0,
  ) {}

  /** Number of the last record begun. */
  get lastNumber(): number {
    return this.recordNumber;
  }

  /** Takes a block, which must stay as it is until `next` gives nothing more. */
  feed(block: Uint8Array): void {
    if (this.at < this.block.length) throw new Error('a block was fed before the last one was drained');
    this.passed += this.block.length;
    this.block = block;
    this.at = 0;
    const carriageReturn = this.line === 1 && this.firstReturn === undefined ? block.indexOf(CR) : -1;
    if (carriageReturn >= 0) this.firstReturn = this.passed + carriageReturn;
    if (this.scratch.length < block.length) this.scratch = new Uint8Array(block.length);
  }

  /** No more blocks will come: the record that is open is whole. */
  end(): void {
    // Without a single line feed the whole file is one header, and its sequences would vanish in it.
    if (this.open && this.line === 1 && (this.firstReturn ?? Infinity) < this.passed + this.block.length - 1) {
      throw new UserError(
        'the lines end with a carriage return alone, as on very old Macs',
        "Convert it first: tr '\\r' '\\n' < old.fa > new.fa",
        { file: this.file, line: 1 },
      );
    }
    this.ended = true;
  }

  next(): FastaRecord | undefined {
    if (this.handedOut) this.forget();
    while (this.at < this.block.length) {
      if (this.state === 'sequence') {
        this.readSequence();
        if (this.at < this.block.length) {
          if (this.open) return this.handOut();
          this.beginHeader();
        }
      } else if (this.state === 'preamble') this.readPreamble();
      else if (this.state === 'description') this.skipDescription();
      else this.readWord();
    }
    if (!this.ended || !this.open) return undefined;
    if (this.state === 'word') this.id = this.word.name(this.recordNumber, true);
    return this.handOut();
  }

  private handOut(): FastaRecord {
    this.open = false;
    this.handedOut = true;
    return {
      number: this.recordNumber,
      id: this.id,
      line: this.headerLine,
      length: this.bases.length,
      bases: this.bases,
      nonIupac: this.nonIupac,
      hadUracil: this.hadUracil,
    };
  }

  private forget(): void {
    this.handedOut = false;
    this.bases.clear();
    this.nonIupac = 0;
    this.hadUracil = false;
  }

  /** What stands before the first header: blank lines, or something that is no FASTA. */
  private readPreamble(): void {
    const byte = this.block[this.at]!;
    if (byte === GREATER && this.atLineStart) {
      this.beginHeader();
      return;
    }
    const offset = this.passed + this.at++;
    if (byte === BYTE_ORDER_MARK[offset]) return;
    this.atLineStart = byte === LF;
    if (byte === LF) this.line++;
    else if (BLANK[byte] === 0) throw notFasta(byte, this.file, this.line);
  }

  /** Stands on the `>` of a header. */
  private beginHeader(): void {
    this.at++;
    this.open = true;
    this.recordNumber++;
    this.headerLine = this.line;
    this.word.clear();
    this.state = 'word';
  }

  private readWord(): void {
    this.at = this.word.take(this.block, this.at, this.file, this.headerLine);
    if (this.at === this.block.length) return;
    this.id = this.word.name(this.recordNumber, this.block[this.at] === LF);
    this.state = 'description'; // it begins with the byte that ended the word
  }

  private skipDescription(): void {
    const lineEnd = this.block.indexOf(LF, this.at);
    if (lineEnd < 0) {
      this.at = this.block.length;
      return;
    }
    this.at = lineEnd + 1;
    this.line++;
    this.atLineStart = true;
    this.state = 'sequence';
  }

  /** Takes over sequence until the next header, on whose `>` it stops, or the end of the block. */
  private readSequence(): void {
    const block = this.block;
    const scratch = this.scratch;
    const end = block.length;
    let p = this.at;
    let taken = 0;
    let atLineStart = this.atLineStart;
    while (p < end) {
      if (atLineStart && block[p] === GREATER) break;
      atLineStart = false;
      // Four at a time: nearly every byte of a real file is plain, and one branch for four is what makes this fast.
      while (p + 4 <= end) {
        const a = block[p]!;
        const b = block[p + 1]!;
        const c = block[p + 2]!;
        const d = block[p + 3]!;
        if ((PLAIN[a]! & PLAIN[b]! & PLAIN[c]! & PLAIN[d]!) === 0) break;
        scratch[taken] = a;
        scratch[taken + 1] = b;
        scratch[taken + 2] = c;
        scratch[taken + 3] = d;
        taken += 4;
        p += 4;
      }
      // Then one at a time to the end of the line.
      if (p >= end) break;
      const byte = block[p++]!;
      if (PLAIN[byte] !== 0) scratch[taken++] = byte;
      else if (byte === LF) {
        this.line++;
        atLineStart = true;
      } else if (BLANK[byte] === 0) scratch[taken++] = this.unusual(byte);
    }
    this.at = p;
    this.atLineStart = atLineStart;
    this.bases.append(scratch, 0, taken);
  }

  /** A byte of the sequence that is neither plain nor blank, as it is taken over. */
  private unusual(byte: number): number {
    if (byte === UPPER_U || byte === LOWER_U) {
      this.hadUracil = true;
      return thymine(byte);
    }
    this.nonIupac++;
    return byte;
  }
}

function notFasta(byte: number, file: string, line: number): UserError {
  if (byte === AT) {
    return new UserError(
      'this looks like FASTQ, which this version does not read yet',
      'Convert it first, for example: seqtk seq -A reads.fq > reads.fa',
      { file, line },
    );
  }
  return new UserError(
    'this is not FASTA: text stands before the first line that begins with >',
    'Check that the file is what you meant; a FASTA record begins with a line such as >name.',
    { file, line },
  );
}
