/**
 * Reads the FASTQ records of a job, of four lines each: `@name`, sequence, `+`, quality.
 *
 * A record begins at a line that begins with `@` (a byte order mark may stand before it), where the next line begins with
 * neither `@` nor `+` and the one behind that with `+`: in a well-formed file these are the headers and nothing else, as a
 * quality that begins with `@` is followed by a header. Blank lines may stand between records. Every other line with text
 * belongs to a record that is handed out with a problem: one for each line that begins with `@` though no record begins
 * there, with the lines up to the next `@`, and one for a run of lines behind a whole record.
 *
 * Offsets named `…At` and `…End` count from the window's first unread byte, as in `fastq-lines.ts`.
 */

import type { ByteWindow } from './byte-window.ts';
import { FastqLines } from './fastq-lines.ts';
import { notSequences } from './format.ts';
import type { InputSpace } from './input-space.ts';
import { BLANK, hasMark, LF, MARK, MARK_BYTES, PLUS } from './letters.ts';
import type { OpenRecord } from './open-record.ts';
import { ENDS_EARLY, MISSING, qualityLength } from './problems.ts';
import type { ByteSource, InputKernel, JobBounds, RecordReader, SequenceRecord } from './record.ts';

export class FastqReader implements RecordReader {
  private readonly kernel: InputKernel;
  private readonly window: ByteWindow;
  private readonly record: OpenRecord;
  private readonly text: FastqLines;
  private state: 'before' | 'reading' | 'done' = 'done';
  private start: JobBounds['start'] = 'file';
  /** Offset in the source at and behind which records belong to other jobs. */
  private range = 0;
  private count = 0;

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
    this.text = new FastqLines(space, file);
  }

  get records(): number {
    return this.count;
  }

  get lines(): number {
    return this.text.count;
  }

  begin(source: ByteSource, bounds: JobBounds): void {
    this.window.begin(source);
    this.state = 'before';
    this.start = bounds.start;
    this.range = bounds.range + (bounds.start === 'anywhere' ? 1 : 0);
    this.count = 0;
    this.text.count = 0;
  }

  next(): SequenceRecord | undefined {
    if (this.state === 'done') return undefined;
    const { window, record } = this;
    // Also ends the life of the bases of the last record, before bytes of the next are looked at.
    record.begin(this.count, this.text.count);
    if (this.state === 'before') {
      this.state = 'reading';
      if (this.start === 'file') this.skipPreamble();
      else if (this.start === 'anywhere' && !this.findOwn()) return this.stop();
    }
    while (!this.text.ended) {
      const signAt = this.text.sign(0);
      if (signAt < 0) {
        if (this.text.skipBlankLine()) continue;
        return this.takeText();
      }
      const headerEnd = this.text.lineEnd(0);
      if (!this.text.startsRecord(headerEnd)) return this.takeMalformed(signAt, headerEnd);
      if (window.offset >= this.range) return this.stop();
      return this.takeRecord(signAt, headerEnd);
    }
    if (window.lastByte !== LF && window.lastByte >= 0) this.text.count++;
    return this.stop();
  }

  private stop(): undefined {
    this.state = 'done';
    return undefined;
  }

  /** Blank lines may stand before the first record of a file, and then there must be one. */
  private skipPreamble(): void {
    const { window } = this;
    if (this.text.byteAt(0) === MARK && this.text.sign(0) < 0 && hasMark(this.kernel.memory, window.at, window.end)) {
      window.at += MARK_BYTES;
      if (!this.text.skipBlankLine()) throw notSequences(this.file, 1);
    }
    while (!this.text.ended) {
      if (this.text.sign(0) >= 0) return;
      if (!this.text.skipBlankLine()) throw notSequences(this.file, this.text.count + 1);
    }
  }

  /** Passes over the lines of what began before the range; false when no record begins in it. */
  private findOwn(): boolean {
    const { window } = this;
    let found = false;
    this.text.skipLine();
    while (!found && !this.text.ended && window.offset < this.range) {
      found = this.text.sign(0) >= 0 && this.text.startsRecord(this.text.lineEnd(0));
      if (!found) this.text.skipLine();
    }
    this.text.count = 0; // they are counted by their own job
    this.record.begin(0, 0);
    return found;
  }

  private takeRecord(signAt: number, headerEnd: number): SequenceRecord {
    const { window, record, kernel } = this;
    const sequenceAt = headerEnd + 1;
    const { sequenceEnd } = this.text;
    const plusAt = sequenceEnd + 1;
    const plusEnd = this.text.byteAt(plusAt + 1) === LF ? plusAt + 1 : this.text.lineEnd(plusAt); // nearly always + alone
    const qualityAt = plusEnd + 1;
    const qualityEnd = this.text.lineEnd(qualityAt);
    // Its fourth line may turn out to be the header of another record.
    const isOther = this.text.sign(qualityAt) >= 0 && this.text.startsRecord(qualityEnd);
    const here = window.end - window.at;
    const isHeader = isOther || (qualityAt >= here && window.partial);
    this.name(signAt, headerEnd);
    if (isHeader || plusEnd >= here) {
      this.text.pass(isHeader ? qualityAt : here, isHeader ? 3 : 2);
      record.spoil(this.text.lastLine(), isHeader ? MISSING.quality : ENDS_EARLY);
      return record;
    }
    this.takeSequence(window.at + sequenceAt, window.at + sequenceEnd);
    const { memory } = kernel;
    let last = window.at + qualityEnd;
    const first = window.at + qualityAt;
    while (last > first && BLANK[memory[last - 1]!] === 1) last--;
    const bases = record.bases.length;
    const letters = last - first;
    if (qualityEnd < here) this.text.pass(qualityEnd + 1, 4);
    else this.text.pass(here, 3);
    if (letters === bases) return record;
    if (letters < bases && qualityEnd >= here) record.spoil(this.text.lastLine(), ENDS_EARLY);
    else record.spoil(record.line + 3, qualityLength(letters, bases));
    this.skipRest();
    return record;
  }

  /** A line that begins with `@`, where no record begins. */
  private takeMalformed(signAt: number, headerEnd: number): SequenceRecord {
    const { window, record } = this;
    const sequenceIsMissing = this.text.byteAt(headerEnd + 1) === PLUS;
    this.name(signAt, headerEnd);
    this.text.skipLine();
    const others = this.skipRest();
    if (others < 2 && window.at === window.end && !window.partial) record.spoil(this.text.lastLine(), ENDS_EARLY);
    else if (others === 0) record.spoil(record.line, MISSING.all);
    else if (sequenceIsMissing) record.spoil(record.line + 1, MISSING.sequence);
    else if (others === 1) record.spoil(record.line + 1, MISSING.plusAndQuality);
    else record.spoil(record.line + 2, MISSING.plus);
    return record;
  }

  /** Lines behind a whole record that are none. */
  private takeText(): SequenceRecord {
    const { record } = this;
    record.index = this.count++;
    record.line = this.text.count;
    record.word.number(this.numberOf(record.index));
    this.skipRest();
    record.spoil(record.line, MISSING.header);
    return record;
  }

  private name(signAt: number, headerEnd: number): void {
    const { window, record } = this;
    record.index = this.count++;
    record.line = this.text.count;
    const end = window.at + headerEnd;
    const wordEnd = record.word.take(this.kernel.memory, window.at + signAt + 1, end, this.file, this.text.count + 1);
    if (!record.word.finish(wordEnd === end)) record.word.number(this.numberOf(record.index));
  }

  private takeSequence(start: number, end: number): void {
    const { record, kernel } = this;
    const { bases } = record;
    const { gathered } = kernel;
    for (let from = start; from < end; from = gathered.from) {
      kernel.gather(from, end, bases.to, bases.room, true, true);
      record.foreign += gathered.foreign;
      if (gathered.uracil) record.hadUracil = true;
      bases.filledTo(gathered.to);
    }
    bases.close();
  }

  /** Passes over the lines before the next that begins with `@`; how many of them hold text. */
  private skipRest(): number {
    let lines = 0;
    while (!this.text.ended && this.text.sign(0) < 0) if (this.text.skipLine()) lines++;
    return lines;
  }
}
