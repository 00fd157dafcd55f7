/**
 * What must hold for files, compressed or not: the product's own run over them, in a Worker and cut into jobs, gives one row
 * for each record that one plain reading of their decompressed bytes gives, with the same problems, in the same order; and
 * damage to a compression is told, never passed over.
 */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type InputFile, inspectInput } from '../../src/input/container.ts';
import { RESULT_FRAME, recordsOf } from '../../src/run/pool/job.ts';
import { inspectInputs, openRun } from '../../src/run/pool/open-run.ts';
import type { RunItem } from '../../src/run/pool/run.ts';
import { RowStreamReader } from '../../src/run/sinks/row-stream.ts';
import { UserError } from '../../src/system/errors.ts';
import { readStream } from '../helpers/containers.ts';
import { fixture } from '../helpers/fixtures.ts';
import type { PlainRecord } from '../helpers/jobs.ts';
import { type Outcome, type Refusal, show, TextCheck } from './check-text.ts';
import type { Dice } from './dice.ts';
import { readInRuns } from './runs.ts';

/** A record as a run tells of it. */
interface Row {
  readonly id: string;
  readonly length: number;
  readonly line: number | undefined;
  readonly sentence: string | undefined;
}

interface Expected {
  readonly rows: readonly Row[];
  readonly cut: string | undefined;
  readonly container: InputFile['container'];
}

export interface FileReading {
  readonly container: InputFile['container'];
  /** Of the decompressed bytes; a refusal also where the container was refused. */
  readonly outcome: Outcome;
  readonly cut: string | undefined;
}

const UNNAMED = /^unnamed_\d+$/;

export class FileCheck {
  readonly #text = new TextCheck();

  /** @param folder where files may be made; emptied */
  constructor(readonly folder: string) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }

  /** Reads one file as a stream. @throws Error with what does not hold */
  async read(dice: Dice, file: Uint8Array, path = join(this.folder, 'one')): Promise<FileReading> {
    writeFileSync(path, file);
    let container: InputFile['container'] = 'plain';
    let read: Awaited<ReturnType<typeof readStream>>;
    try {
      container = (await inspectInput(path)).container;
      read = await readStream(path);
      if (container !== 'plain') checkData(container === 'zstd' ? unzstd : gunzipSync, file, read);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { container, outcome: { refusal: error.sentence, line: error.where.line }, cut: undefined };
    }
    const outcome = this.#text.read(read.bytes, read.cut);
    if (container === 'bgzip') await this.#checkRuns(dice, path, outcome, read.cut);
    return { container, outcome, cut: read.cut };
  }

  /** Cut into runs of blocks, far smaller than those of a run, the records must be the same. */
  async #checkRuns(dice: Dice, path: string, whole: Outcome, cut: string | undefined): Promise<void> {
    const bytesPerRun = dice.pick([1, 1, 50, 400]);
    let found: Awaited<ReturnType<typeof readInRuns>>;
    try {
      found = await readInRuns(path, bytesPerRun, (bytes) => this.#text.readerOf(bytes));
    } catch (error) {
      if (error instanceof UserError && 'refusal' in whole) return;
      // Damage may leave a text that is none, or its end.
      if (error instanceof UserError && cut !== undefined) return;
      throw error;
    }
    const container = 'bgzip';
    const rows = { rows: found.reading.records.map(rowOf), cut: found.cut, container } as const;
    if ('refusal' in whole) {
      if (found.cut === undefined) throw new Error(`in runs of ${bytesPerRun} bytes it is read, and not refused`);
      return;
    }
    const expected = { rows: whole.reading.records.map(rowOf), cut, container } as const;
    if (Bun.deepEquals(rows, expected) || isDamagedAlike(rows, expected)) return;
    throw new Error(`in runs of ${bytesPerRun} bytes it gives\n${show(rows)}\ninstead of\n${show(expected)}`);
  }

  /**
   * One run over all files that are not refused, and behind them one that is.
   *
   * @throws Error with what does not hold
   */
  async checkRun(dice: Dice, files: readonly Uint8Array[]): Promise<FileReading[]> {
    const paths = files.map((_, i) => join(this.folder, `f${i}`));
    const readings: FileReading[] = [];
    for (const [i, file] of files.entries()) readings.push(await this.read(dice, file, paths[i]));
    const sound: string[] = [];
    const expected: Expected[] = [];
    for (const [i, { container, outcome, cut }] of readings.entries()) {
      if ('refusal' in outcome) continue;
      // Of a damaged file with bare CRs the first LF may be lost, and then it is refused.
      if (container === 'bgzip' && cut !== undefined && outcome.reading.records.some(hasReturn)) continue;
      sound.push(paths[i]!);
      expected.push({ rows: outcome.reading.records.map(rowOf), cut, container });
    }
    const refused = readings.findIndex(({ outcome }) => 'refusal' in outcome);
    const last = readings[refused]?.outcome;
    const inputs = refused < 0 || last === undefined ? sound : [...sound, paths[refused]!];
    const refusal = last !== undefined && 'refusal' in last ? last : undefined;
    await checkOneRun(dice, inputs, expected, refusal);
    return readings;
  }
}

/**
 * Of a damaged bgzip file, block by block and as a stream, somewhat more or less may come out: it must be told, and all but
 * the last record must be the same.
 */
function isDamagedAlike(found: Expected, expected: Expected): boolean {
  if (expected.container !== 'bgzip' || found.cut === undefined) return false;
  const same = Math.max(0, Math.min(found.rows.length, expected.rows.length) - 1);
  return Bun.deepEquals(found.rows.slice(0, same), expected.rows.slice(0, same));
}

/** Unlike that of node:zlib, this one tells a truncated file. */
const unzstd = (file: Uint8Array): Uint8Array => Bun.zstdDecompressSync(new Uint8Array(file));

/** What another decompressor makes of the file must be what came out, unless damage was told. */
function checkData(
  decompress: (file: Uint8Array) => Uint8Array,
  file: Uint8Array,
  { bytes, cut }: { readonly bytes: Uint8Array; readonly cut: string | undefined },
): void {
  let truth: Uint8Array | undefined;
  try {
    truth = decompress(file);
  } catch {
    if (cut === undefined) throw new Error('damage to the compression was not told');
    return;
  }
  if (cut !== undefined) return;
  // Members behind padding are read here, and not there.
  const same = bytes.length > truth.length && file.includes(0) ? bytes.subarray(0, truth.length) : bytes;
  if (!Bun.deepEquals(new Uint8Array(same), new Uint8Array(truth))) {
    throw new Error(`${bytes.length} bytes came out instead of ${truth.length}, without a word`);
  }
}

function rowOf({ id, length, line, problem }: PlainRecord): Row {
  const at = problem === undefined ? undefined : problem.line + 1;
  return { id: plainId(id), length, line: at ?? (line < 0 ? line : undefined), sentence: problem?.sentence };
}

function hasReturn({ id }: PlainRecord): boolean {
  return id.includes('\\x0d');
}

/** Numbers of records without a name count over the run. */
function plainId(id: string): string {
  return UNNAMED.test(id) ? 'unnamed' : id;
}

async function checkOneRun(
  dice: Dice,
  paths: readonly string[],
  expected: readonly Expected[],
  refusal: Refusal | undefined,
): Promise<void> {
  const found = expected.map(({ container }) => ({
    rows: [] as Row[],
    cut: undefined as string | undefined,
    container,
  }));
  const problems: Extract<RunItem, { item: 'problem' }>[] = [];
  const reader = new RowStreamReader();
  let error: unknown;
  let run: ReturnType<typeof openRun> | undefined;
  try {
    run = openRun(await inspectInputs(paths), {
      threads: dice.chance(0.8) ? 1 : 3,
      batchSize: dice.pick([1, 1, 2, 5, undefined]),
      chunkSize: dice.pick([7, 60, 500]),
      minimumLength: 0,
      sink: { kind: 'rows', tokenizer: fixture('dnaberts', 'hf_safetensors', 'tokenizer.json') },
      hashInputs: false,
    });
    for await (const item of run.items()) {
      if (item.item === 'problem') problems.push(item);
      else if (item.item === 'cut') found[item.input]!.cut = item.sentence;
      else if (item.item === 'piece') {
        if (item.kind !== RESULT_FRAME.rows) throw new Error(`a piece of kind ${item.kind}`);
        const piece = item.memory.slice(item.start, item.end);
        reader.open(piece, 0, piece.length);
        const rows = found[item.input]?.rows ?? [];
        const record = (id: string, length: number, valid: boolean): void => {
          rows.push({ id: plainId(id), length, line: undefined, sentence: valid ? undefined : '' });
        };
        while (reader.next({ record, chunk: () => undefined, frame: () => undefined }));
      }
    }
  } catch (caught) {
    error = caught;
  } finally {
    run?.close();
  }
  if (error !== undefined && !(error instanceof UserError)) throw error;
  if (error?.sentence !== refusal?.refusal || error?.where.line !== refusal?.line) {
    throw new Error(`refused: ${error?.message}\ninstead of: ${show(refusal)}`);
  }
  for (const { input, id, line, sentence } of problems) {
    const rows = found[input]!.rows;
    const at = rows.findIndex((row) => row.sentence === '');
    if (at < 0 || rows[at]!.id !== plainId(id)) throw new Error(`a problem of ${id} without its row`);
    rows[at] = { ...rows[at]!, line, sentence };
  }
  for (const [i, each] of expected.entries()) {
    if (Bun.deepEquals(found[i], each) || isDamagedAlike(found[i]!, each)) continue;
    throw new Error(`file ${paths[i]}: a run gives\n${show(found[i])}\ninstead of\n${show(each)}`);
  }
  if (run === undefined || refusal !== undefined) return;
  const rows = found.reduce((sum, each) => sum + each.rows.length, 0);
  if (recordsOf(run.counts) !== rows) throw new Error(`${recordsOf(run.counts)} records counted of ${rows}`);
}
