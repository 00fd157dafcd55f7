/**
 * A run over inputs: they are cut into jobs, Workers do them, and the results come out in the order of the input, with
 * numbers and lines as they are in the whole.
 *
 * Two things go on at once on the main thread: jobs are sent out as far as the window allows, and results are taken. Every
 * record that a reader met is accounted for in the counts, or the run fails as a bug. An input that changed while it was read
 * is refused, at the latest when its last result was taken.
 */

import type { InputFile } from '../../input/container.ts';
import { InputStates } from '../../input/input-states.ts';
import type { InputPosition } from '../../input/position.ts';
import { RunningHash } from '../../input/running-hash.ts';
import type { RingFrame } from '../../ring/consumer.ts';
import { UserError } from '../../system/errors.ts';
import { memoryShort } from '../../system/memory-short.ts';
import { cutInput, type JobStep } from './cut.ts';
import { Gate } from './gate.ts';
import {
  addCounts,
  type Failure,
  JOB_FRAME,
  type Job,
  type JobReport,
  jsonBytes,
  jsonFrom,
  noCounts,
  type PieceCounts,
  type PieceKind,
  type ProblemReport,
  RESULT_FRAME,
  recordsOf,
} from './job.ts';
import { type PoolOptions, WorkerPool } from './pool.ts';
import type { Sample } from './sample.ts';
import type { PoolSettings } from './settings.ts';
import { JobUnderWay } from './under-way.ts';
import { Whole } from './whole.ts';

/** What comes out of a run, in input order. */
export type RunItem =
  /** A piece that a sink made; `memory[start, end)` is valid until the next item is asked for. */
  | {
      readonly item: 'piece';
      readonly input: number;
      readonly kind: PieceKind;
      readonly memory: Uint8Array;
      readonly start: number;
      readonly end: number;
    }
  /** A record that could not be read. `record` counts from 1 over the run, `line` from 1 in the file. */
  | {
      readonly item: 'problem';
      readonly input: number;
      readonly record: number;
      readonly id: string;
      readonly line: number;
      readonly sentence: string;
    }
  /** A job is done: `report` as the Worker gave it. */
  | { readonly item: 'job'; readonly input: number; readonly report: JobReport }
  /** The input's bytes stop early. */
  | { readonly item: 'cut'; readonly input: number; readonly sentence: string };

/** What was found in one input. */
export interface InputTotals {
  /** As typed. */
  readonly name: string;
  lines: number;
  readonly counts: PieceCounts;
  /** Why its bytes stop early. */
  cut: string | undefined;
  /** It is bgzip and lacks the mark of its end. */
  unmarked: boolean;
  /** As stored, as far as they were read. */
  bytes: number;
}

/** As `Oddities`, with the line of the first strange record as it is in its file. */
export interface RunOddities {
  uracilRecords: number;
  strangeRecords: number;
  strangeCharacters: number;
  firstStrange: { readonly id: string; readonly file: string; readonly line: number } | undefined;
}

export interface RunOptions extends Omit<PoolOptions, 'workers'> {
  readonly files: readonly InputFile[];
  /** One for each file; undefined for a pipe. */
  readonly samples: readonly (Sample | undefined)[];
  readonly settings: PoolSettings;
  /** Hash the inputs while they are read. */
  readonly hashInputs: boolean;
}

export class SequenceRun {
  readonly inputs: readonly InputTotals[];
  readonly oddities: RunOddities = {
    uracilRecords: 0,
    strangeRecords: 0,
    strangeCharacters: 0,
    firstStrange: undefined,
  };
  /** Where it was asked for. */
  readonly hash: RunningHash | undefined;
  /** Records before the job whose results are being taken. */
  #records = 0;
  readonly #states: InputStates;
  readonly #pool: WorkerPool;
  readonly #gate: Gate;
  /** Jobs sent out whose results were not all taken. */
  readonly #underWay: JobUnderWay[] = [];
  #sent = 0;
  #started = false;

  constructor(readonly options: RunOptions) {
    this.inputs = options.files.map(({ name }) => ({
      name,
      lines: 0,
      counts: noCounts(),
      cut: undefined,
      unmarked: false,
      bytes: 0,
    }));
    this.#states = new InputStates(options.files);
    this.hash = options.hashInputs ? new RunningHash(options.files) : undefined;
    this.#pool = new WorkerPool({ ...options, workers: options.settings.workers });
    this.#gate = new Gate(options.settings.window);
  }

  /** Bytes of the jobs that are done, of all inputs, as stored. */
  get bytesRead(): number {
    return this.inputs.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /**
   * Bytes of all inputs, as stored, up to a place in the input whose results are being taken; all of them after the last one.
   * Of plain files it is exact, so it does not depend on the jobs; of others it is an estimate within the job.
   */
  bytesAt({ input, offset }: InputPosition): number {
    const own = this.#underWay[0];
    if (own === undefined || own.job.input !== input) return this.bytesRead;
    const before = this.inputs[input]!.bytes;
    if (own.job.piece.kind === 'plain') return this.bytesRead - before + offset;
    return this.bytesRead + own.bytesTo(offset, before);
  }

  /** Bytes of all inputs, as stored; undefined where one is a pipe. */
  get bytesTotal(): number | undefined {
    let total = 0;
    for (const { size } of this.options.files) {
      if (size === undefined) return undefined;
      total += size;
    }
    return total;
  }

  /** Sums over all inputs. */
  get counts(): PieceCounts {
    const sum = noCounts();
    for (const { counts } of this.inputs) addCounts(sum, counts);
    return sum;
  }

  /** After the last item: names of inputs that are not any more what was read. */
  changedSince(): readonly string[] {
    return this.#states.changedSince();
  }

  /** Ends the Workers, where `items` did not, and the hash. Never throws. */
  close(): void {
    this.hash?.close();
    this.#gate.open();
    this.#pool.close();
  }

  /** Everything, once. The Workers end with it, also when it is left early. */
  async *items(): AsyncGenerator<RunItem, void, undefined> {
    if (this.#started) throw new Error('the inputs of a run are read only once');
    this.#started = true;
    let failure: unknown;
    const sending = this.#sendAll().catch((error: unknown) => {
      failure = error;
    });
    try {
      for (let number = 0; ; number += 1) {
        this.#pool.turn.give(number, this.#records);
        if (!(yield* this.#itemsOf(number))) break;
        this.#gate.leave();
      }
      await sending;
      if (failure !== undefined) throw failure;
      if (this.#underWay.length > 0) throw new Error(`${this.#underWay.length} jobs were never done`);
      this.#states.endBefore(this.options.files.length);
    } finally {
      this.#gate.open();
      this.#pool.close();
      await sending;
    }
  }

  /** Cuts inputs and sends jobs until all are out. Whatever happens, the Workers are told that no more will come. */
  async #sendAll(): Promise<void> {
    const { files, samples, settings } = this.options;
    try {
      for (const [input, file] of files.entries()) {
        const totals = this.inputs[input]!;
        for await (const step of cutInput(file, settings, samples[input], this.hash?.streamOf(input))) {
          // What follows damage is not read, whatever it looks like.
          if (totals.cut !== undefined && step.step === 'job') break;
          await this.#send(input, file, step, totals);
        }
      }
    } finally {
      this.#pool.endOfJobs();
    }
  }

  async #send(input: number, file: InputFile, step: JobStep, totals: InputTotals): Promise<void> {
    switch (step.step) {
      case 'job': {
        await this.#gate.enter();
        const { format, piece, bytesEnd } = step;
        const job: Job = { number: this.#sent, input, name: file.name, format, piece };
        this.#sent += 1;
        this.#underWay.push(new JobUnderWay(job, bytesEnd));
        await this.#pool.write(job.number, JOB_FRAME.job, jsonBytes(job));
        return;
      }
      case 'data':
        await this.#pool.write(this.#sent - 1, JOB_FRAME.data, step.bytes);
        return;
      case 'end': {
        // Its results cannot all be here yet, so it is the last one under way.
        const own = this.#underWay.at(-1)!;
        own.bytesEnd = step.bytesEnd;
        own.textEnd = step.textEnd;
        await this.#pool.write(this.#sent - 1, JOB_FRAME.end, jsonBytes(step.end));
        return;
      }
      case 'unmarked':
        totals.unmarked = true;
        return;
      default:
        step satisfies never;
    }
  }

  /** Results of job `number`. @returns false when there is no such job and none will come */
  async *#itemsOf(number: number): AsyncGenerator<RunItem, boolean, undefined> {
    const whole = new Whole();
    for (;;) {
      const frame = await this.#pool.next(number);
      if (frame === undefined) return false;
      const own = this.#underWay[0];
      if (own?.job.number !== number) throw new Error(`results of job ${number} out of turn`);
      const { input, name } = own.job;
      this.#states.endBefore(input);
      // Jobs behind damage were sent out before it was found; what they met there was not to be read.
      if (this.inputs[input]!.cut !== undefined && !isBug(frame)) {
        const ended = frame.kind === RESULT_FRAME.done || frame.kind === RESULT_FRAME.failure;
        this.#pool.release(number);
        if (!ended) continue;
        this.#underWay.shift();
        return true;
      }
      switch (frame.kind) {
        case RESULT_FRAME.problem: {
          const { index, id, line, sentence } = jsonFrom<ProblemReport>(frame.memory, frame.start, frame.end);
          const before = this.inputs[input]!.lines;
          // A record that breaks off because somebody writes to the file is no fault of the record.
          this.#states.check(input);
          yield { item: 'problem', input, record: this.#records + index + 1, id, line: before + line + 1, sentence };
          break;
        }
        case RESULT_FRAME.failure: {
          const failure = jsonFrom<Failure>(frame.memory, frame.start, frame.end);
          if (failure.kind === 'user') this.#states.check(input);
          throw failureError(failure, this.inputs[input]!.lines);
        }
        case RESULT_FRAME.done: {
          const report = jsonFrom<JobReport>(frame.memory, frame.start, frame.end);
          this.#pool.release(number);
          if (report.cut !== undefined) this.#states.check(input);
          this.#account(input, name, own.bytesEnd, report);
          this.#underWay.shift();
          yield { item: 'job', input, report };
          if (report.cut !== undefined) yield { item: 'cut', input, sentence: report.cut };
          return true;
        }
        default: {
          const piece = whole.take(frame);
          if (piece !== undefined) yield { item: 'piece', input, kind: pieceKind(frame.kind), ...piece };
        }
      }
      this.#pool.release(number);
    }
  }

  #account(input: number, name: string, bytesEnd: number, report: JobReport): void {
    const { records, counts, oddities, lines, cut } = report;
    if (recordsOf(counts) !== records) throw new Error(`${records} records in, ${recordsOf(counts)} accounted for`);
    const totals = this.inputs[input]!;
    const { firstStrange } = oddities;
    this.oddities.uracilRecords += oddities.uracilRecords;
    this.oddities.strangeRecords += oddities.strangeRecords;
    this.oddities.strangeCharacters += oddities.strangeCharacters;
    if (firstStrange !== undefined) {
      this.oddities.firstStrange ??= { id: firstStrange.id, file: name, line: totals.lines + firstStrange.line + 1 };
    }
    addCounts(totals.counts, counts);
    totals.lines += lines;
    totals.bytes = bytesEnd;
    totals.cut ??= cut;
    this.#records += records;
  }
}

function isBug({ kind, memory, start, end }: RingFrame): boolean {
  return kind === RESULT_FRAME.failure && jsonFrom<Failure>(memory, start, end).kind === 'bug';
}

function pieceKind(kind: number): PieceKind {
  switch (kind) {
    case RESULT_FRAME.nucleotide:
    case RESULT_FRAME.protein:
    case RESULT_FRAME.chunks:
    case RESULT_FRAME.rows:
    case RESULT_FRAME.ids:
      return kind;
    default:
      throw new Error(`a result of unknown kind ${kind}`);
  }
}

/** @param linesBefore lines of the file before the job */
function failureError(failure: Failure, linesBefore: number): Error {
  if (failure.kind === 'user') {
    const { sentence, remedy, file, record, line, exitCode } = failure;
    return new UserError(
      sentence,
      remedy,
      { file, record, line: line === undefined ? undefined : line + linesBefore },
      exitCode,
    );
  }
  const error = new Error(failure.stack.split('\n')[0]);
  error.stack = failure.stack;
  return memoryShort(error) ?? error;
}
