/** What every part of the translation benchmark is told. */

import type { BenchData } from './data.ts';
import type { Translate } from './ours.ts';

export interface Settings {
  readonly data: BenchData;
  /** Folder for data and results; on the disk that is measured. */
  readonly folder: string;
  readonly translate: Translate;
  /** A Python with biopython and tokenizers. */
  readonly python: string;
  readonly rounds: number;
  /** Records of our runs in `compare` and `scaling`. */
  readonly records: number;
  readonly gzipRecords: number;
  readonly largeRecords: number;
  readonly largeRounds: number;
  readonly largeThreads: number;
  /** Worker counts of `scaling`. */
  readonly threads: readonly number[];
  /** Whether the large file is in the page cache, as far as it fits, or not at all. */
  readonly cache: 'cold' | 'warm';
  /** Goes before every command of `compare`: pins it to one core, or nothing. */
  readonly pin: readonly string[];
  readonly keep: boolean;
}
