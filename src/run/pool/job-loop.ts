/** The work of one sequence Worker: job after job from its ring, results into the other one. */

import { readFileSync } from 'node:fs';
import type { RecordReader, SequenceRecord, TakenReads } from '../../input/record.ts';
import { Kernel } from '../../kernel/kernel.ts';
import { RingConsumer } from '../../ring/consumer.ts';
import { RingProducer } from '../../ring/producer.ts';
import { RingAborted } from '../../ring/ring-error.ts';
import { ChunkPlan } from '../../sequence/chunk.ts';
import { SixFrames } from '../../sequence/frames.ts';
import { UserError } from '../../system/errors.ts';
import { NucleotideTokenizer } from '../../tokens/nucleotide.ts';
import { FrameText } from '../sinks/frame-text.ts';
import { RowStream } from '../sinks/row-stream.ts';
import type { SendPiece, Sink } from '../sinks/sink.ts';
import { SurveySink } from '../sinks/survey.ts';
import {
  type Failure,
  JOB_FRAME,
  type Job,
  type JobReport,
  jsonBytes,
  jsonFrom,
  noCounts,
  type Oddities,
  type PieceCounts,
  RESULT_FRAME,
} from './job.ts';
import type { SinkOptions, WorkerSetup } from './setup.ts';
import { Sources } from './sources.ts';
import { RunGivenUp, Turn } from './turn.ts';

/** Where the sink could take no record, these many are read before it is asked again: contigs would be read twice. */
const ONE_BY_ONE = 15;

export class JobLoop {
  readonly #jobs: RingConsumer;
  readonly #results: RingProducer;
  readonly #turn: Turn;
  readonly #kernel = Kernel.load();
  readonly #six: SixFrames;
  readonly #sink: Sink;
  readonly #sources: Sources;
  #job: Job | undefined;
  /** Records to be read before the sink is asked again to take many. */
  #oneByOne = 0;
  /** A very long record was read in this job. */
  #heldLong = false;

  constructor(readonly setup: WorkerSetup) {
    this.#jobs = new RingConsumer(setup.jobs);
    this.#results = new RingProducer(setup.results);
    this.#turn = new Turn(setup.turn);
    this.#six = new SixFrames(this.#kernel, setup.chunkSize);
    const send: SendPiece = (kind, memory, start, end) => this.#results.write(kind, memory, start, end);
    this.#sink = makeSink(setup.sink, this.#kernel, setup.chunkSize, send);
    this.#sources = new Sources(this.#kernel, setup.chunkSize, this.#jobs, {
      numberOf: (index) => this.#turn.wait(this.#current().number) + index + 1,
      beforeLong: () => {
        this.#turn.wait(this.#current().number);
        this.#heldLong = true;
      },
    });
  }

  /** Until the job ring is closed, or a bug shows, or main gave up. */
  run(): void {
    try {
      for (let job = this.#next(); job !== undefined; job = this.#next()) {
        this.#job = job;
        this.#attempt(job);
      }
      this.#results.close();
    } catch (error) {
      // Main went away or gave up: there is nobody left to tell.
      if (error instanceof RingAborted || error instanceof RunGivenUp) return;
      this.#send(RESULT_FRAME.failure, failureOf(error));
      this.#results.close();
    } finally {
      this.#sources.close();
    }
  }

  /** A job that meets a person's mistake ends alone: behind damage its failure means nothing, and only main knows of that. */
  #attempt(job: Job): void {
    try {
      const report = this.#do(job);
      if (this.#heldLong) this.#giveBack();
      this.#send(RESULT_FRAME.done, report);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#sink.finish();
      this.#sources.finish();
      this.#send(RESULT_FRAME.failure, failureOf(error));
    }
  }

  #next(): Job | undefined {
    const frame = this.#jobs.next();
    if (frame === undefined) return undefined;
    if (frame.kind !== JOB_FRAME.job) throw new Error(`frame of kind ${frame.kind} where a job was expected`);
    const job = jsonFrom<Job>(frame.memory, frame.start, frame.end);
    this.#jobs.release();
    return job;
  }

  #do(job: Job): JobReport {
    const reader = this.#sources.open(job);
    const counts = noCounts();
    const oddities: Oddities = { uracilRecords: 0, strangeRecords: 0, strangeCharacters: 0 };
    for (let record = reader.next(); record !== undefined; record = this.#nextAfterMany(reader, counts)) {
      if (record.problem !== undefined) this.#refuse(record, counts);
      else {
        note(record, oddities);
        this.#translate(record, counts);
      }
    }
    const survey = this.#sink.finish();
    const { records, lines } = reader;
    return { records, lines, counts, oddities, survey, cut: this.#sources.finish() };
  }

  /** Lets the sink take what it can of the records behind the last one, then reads one. */
  #nextAfterMany(reader: RecordReader, counts: PieceCounts): SequenceRecord | undefined {
    if (this.#oneByOne > 0) this.#oneByOne -= 1;
    else {
      const before = counts.chunks;
      reader.many?.((from, end, stop, letters, room) => this.#take(from, end, stop, letters, room, counts));
      if (counts.chunks === before) this.#oneByOne = ONE_BY_ONE;
    }
    return reader.next();
  }

  #take(from: number, end: number, stop: number, letters: number, room: number, counts: PieceCounts): TakenReads {
    const shortest = Math.max(1, this.setup.minimumLength);
    const taken = this.#sink.takeReads?.(from, end, stop, letters, room, shortest);
    if (taken === undefined) return { from, records: 0, lines: 0 };
    const { records, bases, translated, frames } = taken;
    counts.bases += bases;
    counts.chunks += records;
    counts.frames += frames;
    counts.translated += translated;
    counts.no_orf += records - translated;
    return taken;
  }

  /** The next job in turn may hold a record as long: the memory of this one must be free before main hears that it is done. */
  #giveBack(): void {
    this.#heldLong = false;
    this.#sources.release();
    Bun.gc(true);
  }

  #translate(record: SequenceRecord, counts: PieceCounts): void {
    const { length } = record;
    const six = this.#six;
    const tooShort = length < this.setup.minimumLength;
    const plan = new ChunkPlan(tooShort ? 0 : length, this.setup.chunkSize);
    this.#sink.begin(record, this.#sources.offset);
    let frames = 0;
    for (let i = 0; i < plan.count; i += 1) {
      const start = plan.start(i);
      const size = plan.end(i) - start;
      const at = record.locate(start, start + size);
      six.translate(at, size);
      frames += six.keptCount;
      this.#sink.chunk(i, at, size, six);
    }
    this.#sink.end();
    counts.bases += length;
    counts.chunks += plan.count;
    counts.frames += frames;
    if (length === 0) counts.empty += 1;
    else if (tooShort) counts.too_short += 1;
    else if (frames > 0) counts.translated += 1;
    else counts.no_orf += 1;
  }

  #refuse(record: SequenceRecord, counts: PieceCounts): void {
    counts.invalid += 1;
    this.#sink.invalid(record, this.#sources.offset);
    const { line, sentence } = record.problem!;
    const id = new TextDecoder('utf-8', { ignoreBOM: true }).decode(record.idBytes.subarray(0, record.idLength));
    this.#send(RESULT_FRAME.problem, { index: record.index, id, line, sentence });
  }

  #send(kind: number, value: object): void {
    this.#results.write(kind, jsonBytes(value));
  }

  #current(): Job {
    if (this.#job === undefined) throw new Error('no job is being done');
    return this.#job;
  }
}

function note(record: SequenceRecord, oddities: Oddities): void {
  if (record.hadUracil) oddities.uracilRecords += 1;
  if (record.foreign === 0) return;
  oddities.strangeRecords += 1;
  oddities.strangeCharacters += record.foreign;
  oddities.firstStrange ??= {
    id: new TextDecoder('utf-8', { ignoreBOM: true }).decode(record.idBytes.subarray(0, record.idLength)),
    line: record.line,
  };
}

function makeSink(options: SinkOptions, kernel: Kernel, chunkSize: number, send: SendPiece): Sink {
  switch (options.kind) {
    case 'text':
      return new FrameText(kernel, chunkSize, options, send);
    case 'rows': {
      const json: unknown = JSON.parse(readFileSync(options.tokenizer, 'utf8'));
      return new RowStream(kernel, chunkSize, NucleotideTokenizer.parse(json, options.tokenizer), send);
    }
    case 'survey':
      return new SurveySink(kernel, chunkSize, send);
    default:
      return options satisfies never;
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof UserError) {
    const { sentence, remedy, where, exitCode } = error;
    return { kind: 'user', sentence, remedy, ...where, exitCode };
  }
  return { kind: 'bug', stack: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
