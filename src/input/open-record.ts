/** The record that a reader is filling, and then hands out: the one object of its kind, used again and again. */

import type { BaseRegion } from './base-region.ts';
import type { RecordProblem, SequenceRecord } from './record.ts';
import { HeaderWord } from './record-id.ts';

export class OpenRecord implements SequenceRecord {
  index = 0;
  line = 0;
  foreign = 0;
  hadUracil = false;
  problem: RecordProblem | undefined;
  readonly word = new HeaderWord();

  constructor(readonly bases: BaseRegion) {}

  get idBytes(): Uint8Array {
    return this.word.bytes;
  }

  get idLength(): number {
    return this.word.length;
  }

  get length(): number {
    return this.bases.length;
  }

  locate(start: number, end: number): number {
    return this.bases.locate(start, end);
  }

  begin(index: number, line: number): void {
    this.index = index;
    this.line = line;
    this.foreign = 0;
    this.hadUracil = false;
    this.problem = undefined;
    this.word.clear();
    this.bases.clear();
  }

  /** It is malformed or cut off: what was read of its sequence is dropped. */
  spoil(line: number, sentence: string): void {
    this.problem = { line, sentence };
    this.foreign = 0;
    this.hadUracil = false;
    this.bases.clear();
  }
}
