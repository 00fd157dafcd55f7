/**
 * All records of a run: several inputs, one after the other, numbered through.
 *
 * A batch is what one block of bytes holds; its records are had without waiting:
 *
 *     for await (const batch of run.batches()) {
 *       for (let record = batch.next(); record !== undefined; record = batch.next()) { … }
 *     }
 *
 * A batch must be drained before the next is asked for, and a record's bases live until the next record.
 */

import { UserError } from '../system/errors.ts';
import { FastaReader, type FastaRecord, type RecordBatch } from './fasta.ts';
import { checkSource, openSource, type Source, STANDARD_INPUT } from './source.ts';

/** What was read of one input, for the run's record. */
export interface InputReport {
  /** As typed. */
  readonly path: string;
  readonly bytes: number;
  /** Of the bytes as they stand in the file, in hexadecimal. */
  readonly sha256: string;
  readonly records: number;
}

export class RecordRun {
  private readonly done: InputReport[] = [];
  private started = false;
  private reading: Source | undefined;
  private total: number | undefined;

  /** @param paths as typed, in order; `-` for standard input, at most once */
  constructor(private readonly paths: readonly string[]) {
    if (paths.filter((path) => path === STANDARD_INPUT).length > 1) {
      throw new UserError('standard input was named twice', 'Name - once: it can be read only once.');
    }
  }

  /** One for each input that was read to its end. */
  get reports(): readonly InputReport[] {
    return this.done;
  }

  /** Bytes read so far, over all inputs. */
  get bytesRead(): number {
    return this.done.reduce((sum, { bytes }) => sum + bytes, this.reading?.bytes ?? 0);
  }

  /** Bytes of all inputs; undefined before `check`, and where one is a pipe. */
  get bytesTotal(): number | undefined {
    return this.total;
  }

  /** Makes sure that all inputs are there and may be read, before anything else is done. Opens none of them. */
  async check(): Promise<void> {
    let total: number | undefined = 0;
    for (const path of this.paths) {
      const size = await checkSource(path);
      total = total === undefined || size === undefined ? undefined : total + size;
    }
    this.total = total;
  }

  /** Every record of every input, once. All inputs are looked for before the first is read. */
  async *batches(): AsyncGenerator<RecordBatch, void, undefined> {
    if (this.started) throw new Error('the inputs of a run are read only once');
    this.started = true;
    await this.check();
    let number = 0;
    for (const path of this.paths) {
      const source = await openSource(path);
      this.reading = source;
      const reader = new FastaReader(path, number);
      for await (const block of source.blocks()) {
        reader.feed(block);
        yield reader;
      }
      reader.end();
      yield reader;
      this.done.push({ path, bytes: source.bytes, sha256: source.digest(), records: reader.lastNumber - number });
      this.reading = undefined;
      number = reader.lastNumber;
    }
  }
}

/** The records one by one, for callers to whom one `await` per record is cheap enough. */
export async function* readRecords(run: RecordRun): AsyncGenerator<FastaRecord, void, undefined> {
  for await (const batch of run.batches()) {
    for (let record = batch.next(); record !== undefined; record = batch.next()) yield record;
  }
}
