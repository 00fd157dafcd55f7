/**
 * Reads the FASTA records of a job.
 *
 * A record begins at a `>` at the start of a line, also where a byte order mark stands before it (as when marked files are
 * joined); elsewhere `>` is an ordinary character. Blanks within sequence lines are skipped, U and u become T and t, all
 * other bytes stay, in their case.
 */

import { UserError } from '../system/errors.ts';
import type { ByteWindow } from './byte-window.ts';
import { notSequences } from './format.ts';
import type { InputSpace } from './input-space.ts';
import { BLANK, CR, GREATER, hasMark, LF, MARK, MARK_BYTES } from './letters.ts';
import type { OpenRecord } from './open-record.ts';
import type { ByteSource, InputKernel, JobBounds, RecordReader, SequenceRecord, TakeReads } from './record.ts';

const RECORDS_IN_HEADER =
  "its header holds further records, whose lines end with a carriage return alone: convert the file with tr '\\r' '\\n'";

export class FastaReader implements RecordReader {
  private readonly kernel: InputKernel;
  private readonly window: ByteWindow;
  private readonly record: OpenRecord;
  private state: 'before' | 'reading' | 'done' = 'done';
  private start: JobBounds['start'] = 'file';
  /** Offset in the source at and behind which records belong to other jobs. */
  private range = 0;
  private count = 0;
  private lineCount = 0;
  /**
   * Address up to which the bytes here may be looked at: bytes at the end of the window that may be the head of a byte
   * order mark wait for those behind them.
   */
  private limit = 0;
  /** The header at hand holds what begins with `>` behind a CR. */
  private holdsRecords = false;
  /** Offset in the source of the first CR of the file, as long as its first line is read. */
  private firstReturn = Number.POSITIVE_INFINITY;

  /**
   * @param file path as typed, for errors
   * @param numberOf number in the run, from 1, of the job's record of that index; asked for records without a name only
   */
  constructor(
    space: InputSpace,
    private readonly file: string,
    private readonly numberOf: (index: number) => number,
  ) {
    this.kernel = space.kernel;
    this.window = space.window;
    this.record = space.record;
  }

  get records(): number {
    return this.count;
  }

  get lines(): number {
    return this.lineCount;
  }

  begin(source: ByteSource, bounds: JobBounds): void {
    this.window.begin(source);
    this.state = 'before';
    this.start = bounds.start;
    this.range = bounds.range + (bounds.start === 'anywhere' ? 1 : 0);
    this.count = 0;
    this.lineCount = 0;
    this.limit = this.window.at;
    this.firstReturn = Number.POSITIVE_INFINITY;
  }

  next(): SequenceRecord | undefined {
    if (this.state === 'done') return undefined;
    if (this.state === 'before') {
      this.state = 'reading';
      if (this.start === 'file') this.skipPreamble();
      else if (this.start === 'anywhere' && !this.findOwn()) return this.stop();
      else if (!this.isAtEnd() && !this.startsRecord(this.kernel.memory, this.window.at)) {
        throw new Error('a job was said to begin with a record, and does not');
      }
    }
    const { window, record } = this;
    if (this.isAtEnd()) return this.finish();
    if (window.offset >= this.range) return this.stop();
    record.begin(this.count++, this.lineCount);
    if (this.readHeader()) this.readSequence();
    record.bases.close();
    // They would be taken for one header, and be gone without a word.
    if (this.holdsRecords) record.spoil(record.line, RECORDS_IN_HEADER);
    if (this.isAtEnd() && window.cut !== undefined) {
      record.spoil(this.lineCount - (window.lastByte === LF ? 1 : 0), 'the file ends in the middle of this record');
    }
    return record;
  }

  many(take: TakeReads): void {
    const { window, record, limit } = this;
    if (this.state !== 'reading' || window.at >= limit || this.kernel.memory[window.at] !== GREATER) return;
    const { bases } = record;
    bases.clear();
    const stop = Math.min(limit, window.at + (this.range - window.offset));
    const { from, records, lines } = take(window.at, limit, stop, bases.to, bases.room);
    window.at = from;
    this.count += records;
    this.lineCount += lines;
  }

  private stop(): undefined {
    this.state = 'done';
    return undefined;
  }

  /** The file ended within this job. */
  private finish(): undefined {
    if (this.window.lastByte !== LF && this.window.lastByte >= 0) this.lineCount++;
    return this.stop();
  }

  private isAtEnd(): boolean {
    const { window } = this;
    while (window.at >= this.limit) if (!this.more()) return window.at >= this.limit;
    return false;
  }

  /** Brings bytes; false at the end. */
  private more(): boolean {
    const { window } = this;
    const came = window.more();
    this.limit = window.end;
    if (came) {
      this.limit -= markHead(this.kernel.memory, window.at, window.end);
      if (this.lineCount === 0 && this.start === 'file') this.lookForReturn();
    }
    return came;
  }

  private lookForReturn(): void {
    const { window } = this;
    const at = this.kernel.findByte(window.at, window.end, CR);
    if (at < window.end) this.firstReturn = Math.min(this.firstReturn, window.offset + (at - window.at));
  }

  /** A record begins at this address, which is the start of a line. */
  private startsRecord(memory: Uint8Array, at: number): boolean {
    const byte = memory[at];
    if (byte === GREATER) return true;
    const { end } = this.window;
    return byte === MARK && at + MARK_BYTES < end && memory[at + MARK_BYTES] === GREATER && hasMark(memory, at, end);
  }

  /** What stands before the first header of a file: blank lines, or something that is no FASTA. */
  private skipPreamble(): void {
    const { window } = this;
    let atLineStart = true;
    while (!this.isAtEnd()) {
      const { memory } = this.kernel;
      if (atLineStart && this.startsRecord(memory, window.at)) return;
      if (window.offset === 0 && hasMark(memory, window.at, window.end)) {
        window.at += MARK_BYTES;
        atLineStart = false;
        continue;
      }
      const byte = memory[window.at++]!;
      atLineStart = byte === LF;
      if (atLineStart) this.lineCount++;
      else if (BLANK[byte] === 0) throw notSequences(this.file, this.lineCount + 1);
    }
  }

  /** Passes over the lines of a record that began before the range; false when none begins in it. */
  private findOwn(): boolean {
    const { window } = this;
    let found = false;
    while (!found && this.skipLine() && window.offset < this.range && !this.isAtEnd()) {
      found = this.startsRecord(this.kernel.memory, window.at);
    }
    this.lineCount = 0; // they are counted by the record's own job
    return found;
  }

  /** Goes on behind the next LF; false when the file ends before one. */
  private skipLine(): boolean {
    const { window } = this;
    while (window.at < window.end || this.more()) {
      const lineEnd = this.kernel.findByte(window.at, window.end, LF);
      if (lineEnd < window.end) {
        window.at = lineEnd + 1;
        this.lineCount++;
        return true;
      }
      window.at = window.end;
    }
    return false;
  }

  /** Stands on the `>` of a header or the mark before it; false when the file ends with the header. */
  private readHeader(): boolean {
    const { window, record, file } = this;
    const { word, line } = record;
    window.at += this.kernel.memory[window.at] === GREATER ? 1 : MARK_BYTES + 1;
    for (;;) {
      const { memory } = this.kernel;
      window.at = word.take(memory, window.at, window.end, file, line + 1);
      if (window.at < window.end || !this.more()) break;
    }
    let isNamed = word.finish(window.at === window.end || this.kernel.memory[window.at] === LF);
    if (word.holdsRecords) isNamed = word.endAtReturn();
    if (!isNamed) word.number(this.numberOf(record.index));
    this.holdsRecords = word.holdsRecords;
    if (this.skipHeader()) return true;
    this.refuseReturns();
    return false;
  }

  /** As `skipLine`, and notes a `>` behind a CR. */
  private skipHeader(): boolean {
    const { window, kernel } = this;
    let followsReturn = false;
    while (window.at < window.end || this.more()) {
      const lineEnd = kernel.findByte(window.at, window.end, LF);
      const { memory } = kernel;
      if (followsReturn && memory[window.at] === GREATER) this.holdsRecords = true;
      for (let at = kernel.findByte(window.at, lineEnd, CR); at < lineEnd; at = kernel.findByte(at + 1, lineEnd, CR)) {
        if (at + 1 < lineEnd && memory[at + 1] === GREATER) this.holdsRecords = true;
      }
      followsReturn = lineEnd > window.at ? memory[lineEnd - 1] === CR : followsReturn;
      window.at = lineEnd;
      if (lineEnd === window.end) continue;
      window.at++;
      this.lineCount++;
      return true;
    }
    return false;
  }

  /** Without a single line feed the whole file is one header, and its sequences would vanish in it. */
  private refuseReturns(): void {
    if (this.lineCount > 0 || this.firstReturn >= this.window.offset - 1) return;
    throw new UserError(
      'the lines end with a carriage return alone, as on very old Macs',
      "Convert it first: tr '\\r' '\\n' < old.fa > new.fa",
      { file: this.file, line: 1 },
    );
  }

  /** Takes over sequence until the next record, at which it stops, or the end. */
  private readSequence(): void {
    const { window, record, kernel } = this;
    const { bases } = record;
    const { gathered } = kernel;
    let atLineStart = true;
    while (!this.isAtEnd()) {
      const from = window.at;
      if (atLineStart && this.startsRecord(kernel.memory, from)) return;
      kernel.gather(from, this.limit, bases.to, bases.room, atLineStart, false);
      // The bytes of a byte order mark are foreign to the kernel, so only then may it have passed one.
      if (gathered.foreign > 0) {
        const marked = this.markedStart(from, gathered.from);
        if (marked >= 0) kernel.gather(from, marked, bases.to, bases.room, atLineStart, false);
      }
      window.at = gathered.from;
      atLineStart = gathered.atLineStart;
      this.lineCount += gathered.lines;
      record.foreign += gathered.foreign;
      if (gathered.uracil) record.hadUracil = true;
      bases.filledTo(gathered.to);
    }
  }

  /** The first byte order mark in `(from, end)` before a `>`, at the start of a line or not; -1 when there is none. */
  private markedStart(from: number, end: number): number {
    const { memory } = this.kernel;
    for (let at = this.kernel.findByte(from + 1, end, MARK); at < end; at = this.kernel.findByte(at + 1, end, MARK)) {
      if (this.startsRecord(memory, at)) return at;
    }
    return -1;
  }
}

/** How many of the last bytes of `memory[at, end)` are the first bytes of a byte order mark. */
function markHead(memory: Uint8Array, at: number, end: number): number {
  for (let held = Math.min(MARK_BYTES, end - at); held > 0; held--) {
    const first = end - held;
    if (memory[first] !== MARK) continue;
    if ((held < 2 || memory[first + 1] === 0xbb) && (held < 3 || memory[first + 2] === 0xbf)) return held;
  }
  return 0;
}
