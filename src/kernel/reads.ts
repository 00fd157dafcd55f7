/** What the kernel is given, and leaves, when it takes many reads at once. All are addresses or counts below 2^32. */

/** In the order in which they lie in the kernel's memory (kernel/reads.ts). */
export const READS_FIELDS = [
  'from',
  'end',
  'stop',
  'letters',
  'shortest',
  'longest',
  'all',
  'nucleotide',
  'nucleotideLimit',
  'protein',
  'proteinLimit',
  'records',
  'lines',
  'bases',
  'translated',
  'frames',
] as const;

/**
 * Of the usual kind is a FASTA record that lies whole in [from, end), with the `>` of the next one there too, whose name is
 * printable ASCII, whose letters are IUPAC codes but U, or gaps, and whose length is in [shortest, longest]: one chunk.
 */
export interface Reads {
  /** The `>` of a record; moved on to that of the first record that was not taken. */
  from: number;
  end: number;
  /** Records that begin here or behind are left. */
  stop: number;
  /** Room for the letters of one record, `longest` and one more. */
  letters: number;
  /** Bases, at least 1. */
  shortest: number;
  /** Bases: of a chunk. */
  longest: number;
  /** 1 where frames with a stop are wanted too, else 0. */
  all: number;
  /** Where the next entry of nucleotides goes, 0 where none are wanted; moved on. */
  nucleotide: number;
  /** Entries of a record are written where all of them are sure to end before this. */
  nucleotideLimit: number;
  /** As `nucleotide`, of proteins. */
  protein: number;
  proteinLimit: number;
  /** Left: records taken, their line feeds and their bases. */
  records: number;
  lines: number;
  bases: number;
  /** Left: those that have a frame without a stop, and the number of such frames. */
  translated: number;
  frames: number;
}
