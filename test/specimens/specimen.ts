/** What a specimen is, and the words that the lists of them share. */

export type SpecimenRecord =
  /** `line` of its header. */
  | { readonly id: string; readonly line: number; readonly sequence: string }
  /** `line` where the problem shows. */
  | { readonly id: string; readonly line: number; readonly problem: string };

export interface Specimen {
  /** Of the file; the content and not the name must decide. */
  readonly file: string;
  readonly what: string;
  readonly bytes: Uint8Array;
  readonly records: readonly SpecimenRecord[];
  /** Why the bytes stop early. */
  readonly cut?: string;
  /** It is bgzip without the empty block at its end, which is told of files (a pipe is not asked for it). */
  readonly unmarked?: true;
  /** The whole message behind the file's name, where nothing is read. */
  readonly refusal?: string;
  /** Exit codes. */
  readonly translate: 0 | 2 | 3;
  readonly validate: 0 | 2;
}

export const ORF = 'ATGAAATTTGGG';
export const ENDS_EARLY = 'the file ends in the middle of this record';
export const PLUS_MISSING =
  'its third line does not begin with +; a FASTQ record has four lines: @name, sequence, +, quality';
export const QUALITY_MISSING = 'its quality is missing: the line behind + is the name of another record';
export const RECORDS_IN_HEADER =
  "its header holds further records, whose lines end with a carriage return alone: convert the file with tr '\\r' '\\n'";
export const NO_SEQUENCES =
  'this is not FASTA or FASTQ: text stands before the first line that begins with > or @. Check that the file is what ' +
  'you meant; a FASTA record begins with a line such as >name, a FASTQ record with @name.';
export const MARK = '\xef\xbb\xbf';

export const raw = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
export const ok = (id: string, line: number, sequence = ORF): SpecimenRecord => ({ id, line, sequence });
export const bad = (id: string, line: number, problem: string): SpecimenRecord => ({ id, line, problem });
export const notRead = (line: number, message: string) => ({ records: [], refusal: `, line ${line}: ${message}` });

/** Both commands are content. */
export const SOUND = { translate: 0, validate: 0 } as const;
/** Read, but not as it should be. */
export const POOR = { translate: 0, validate: 2 } as const;
/** Some of it cannot be read. */
export const BROKEN = { translate: 3, validate: 2 } as const;
export const REFUSED = { translate: 2, validate: 2 } as const;
