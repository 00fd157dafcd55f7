/**
 * What `validate` wants to know of each record: its length, its letters, its frames, the tokens they would cost, and its id
 * as a 64-bit hash with its text, for finding ids that come twice.
 *
 * Ids travel as pieces: for each record eight bytes of hash (little-endian), four bytes with the id's length in bytes, and
 * the id. Everything else is added up and stands in the job's report.
 */

import type { SequenceRecord } from '../../input/record.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { SixFrames } from '../../sequence/frames.ts';
import { proteinTokens } from '../../tokens/residues.ts';
import { RESULT_FRAME } from '../pool/job.ts';
import type { SendPiece, Sink } from './sink.ts';

const PIECE_BYTES = 1 << 18;
const HEAD_BYTES = 12;
/** Frames of a record are counted up to here one by one; the last class holds all beyond. */
export const FRAME_CLASSES = 8;
/** A record's length falls into the class of its decimal digits and leading digit: 1, 2, … 9, 10, 20, … */
const LENGTH_CLASSES = 9 * 16;

export interface SurveyOptions {
  readonly kind: 'survey';
}

/** Sums over the records of a job. */
export interface Survey {
  /** Bases that are IUPAC codes for more than one base, N included, and the records that hold any. */
  ambiguousBases: number;
  ambiguousRecords: number;
  gaps: number;
  /** null without a record: it travels as JSON, which has no Infinity. */
  shortest: number | null;
  longest: number;
  /** Number of records by length class, see `lengthClass`. */
  lengths: number[];
  /** Number of records with 0, 1, … frames; the last class holds all beyond. */
  frameClasses: number[];
  nucleotideBases: number;
  proteinTokens: number;
}

export function noSurvey(): Survey {
  return {
    ambiguousBases: 0,
    ambiguousRecords: 0,
    gaps: 0,
    shortest: null,
    longest: 0,
    lengths: new Array<number>(LENGTH_CLASSES).fill(0),
    frameClasses: new Array<number>(FRAME_CLASSES).fill(0),
    nucleotideBases: 0,
    proteinTokens: 0,
  };
}

/** Class of a length of at least 1: nine for each power of ten. */
export function lengthClass(length: number): number {
  let power = 0;
  let unit = 1;
  while (unit * 10 <= length) {
    unit *= 10;
    power += 1;
  }
  return 9 * power + Math.floor(length / unit) - 1;
}

/** The shortest length of a class. */
export function lengthClassStart(index: number): number {
  return ((index % 9) + 1) * 10 ** Math.floor(index / 9);
}

/** Byte -> 1 for IUPAC codes of more than one base, 2 for gaps. */
const LETTER_KIND = new Uint8Array(256);
for (const letter of 'RYSWKMBDHVNryswkmbdhvn') LETTER_KIND[letter.charCodeAt(0)] = 1;
for (const letter of '-.') LETTER_KIND[letter.charCodeAt(0)] = 2;

export class SurveySink implements Sink {
  #survey = noSurvey();
  #frames = 0;
  #open = false;
  #ids = Buffer.alloc(2 * PIECE_BYTES);
  #used = 0;

  /** @param step letters that a record can give at once */
  constructor(
    readonly kernel: Kernel,
    readonly step: number,
    readonly send: SendPiece,
  ) {}

  begin(record: SequenceRecord): void {
    const { length } = record;
    const survey = this.#survey;
    this.#id(record);
    this.#frames = 0;
    this.#open = length > 0;
    if (length > 0) survey.lengths[lengthClass(length)]! += 1;
    survey.shortest = Math.min(survey.shortest ?? length, length);
    survey.longest = Math.max(survey.longest, length);
    let ambiguous = 0;
    for (let start = 0; start < length; start += this.step) {
      const end = Math.min(length, start + this.step);
      const at = record.locate(start, end);
      const { memory } = this.kernel;
      for (let p = at; p < at + end - start; p += 1) {
        const kind = LETTER_KIND[memory[p]!]!;
        if (kind === 1) ambiguous += 1;
        else if (kind === 2) survey.gaps += 1;
      }
    }
    survey.ambiguousBases += ambiguous;
    if (ambiguous > 0) survey.ambiguousRecords += 1;
  }

  chunk(_number: number, _at: number, _length: number, six: SixFrames): void {
    for (let frame = 0; frame < 6; frame += 1) {
      if (!six.kept(frame)) continue;
      this.#frames += 1;
      this.#survey.nucleotideBases += six.nucleotideEnd(frame) - six.nucleotideStart(frame);
      this.#survey.proteinTokens += proteinTokens(six.residues[frame]!);
    }
  }

  end(): void {
    if (this.#open) this.#survey.frameClasses[Math.min(this.#frames, FRAME_CLASSES - 1)]! += 1;
  }

  invalid(record: SequenceRecord): void {
    this.#id(record);
  }

  finish(): Survey {
    if (this.#used > 0) this.#flush();
    const survey = this.#survey;
    this.#survey = noSurvey();
    return survey;
  }

  #id({ idBytes, idLength }: SequenceRecord): void {
    if (this.#used + HEAD_BYTES + idLength > this.#ids.length) this.#flush();
    if (HEAD_BYTES + idLength > this.#ids.length) this.#ids = Buffer.alloc(2 * (HEAD_BYTES + idLength));
    const id = idBytes.subarray(0, idLength);
    this.#ids.writeBigUInt64LE(Bun.hash.wyhash(id), this.#used);
    this.#ids.writeUInt32LE(idLength, this.#used + 8);
    this.#ids.set(id, this.#used + HEAD_BYTES);
    this.#used += HEAD_BYTES + idLength;
  }

  #flush(): void {
    this.send(RESULT_FRAME.ids, this.#ids, 0, this.#used);
    this.#used = 0;
  }
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Calls `see` for each id of a piece: the halves of its hash, and its text when asked. */
export function eachId(
  memory: Uint8Array,
  start: number,
  end: number,
  see: (low: number, high: number, id: () => string) => void,
): void {
  const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
  for (let at = start; at < end; ) {
    const from = at + HEAD_BYTES;
    const length = view.getUint32(at + 8, true);
    see(view.getUint32(at, true), view.getUint32(at + 4, true), () =>
      decoder.decode(memory.subarray(from, from + length)),
    );
    at = from + length;
  }
}
