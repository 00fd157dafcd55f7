/**
 * What the frames of a run's journal tell, and how that is checked when it comes back from the disk.
 *
 * In `run.vnj`: `run` first, then `window`, `scores` and `crash` in the order in which they came about, `window` before the
 * `scores` of the same one. In `window-N.vnj`: `owner` first, then `rows`.
 */

import { type Crash, readCrash } from '../system/crash.ts';
import { UserError } from '../system/errors.ts';
import { isObject, type JsonObject } from '../system/json-object.ts';
import { type BodyPart, type Frame, MAX_BODY_BYTES } from './frame.ts';
import { damagedJournal, type StoredFrame } from './read-journal.ts';

/** Numbers in the files; none is ever given another meaning. */
export const KIND = { run: 1, window: 2, scores: 3, owner: 4, rows: 5, crash: 6 } as const;

/** Counts incompatible changes of what frames tell. */
const FORMAT = 1;

const BYTES_PER_NUMBER = 4;
/** Viral and not: the numbers of one pair. */
const SCORES_PER_PAIR = 2;
const ENCODERS = ['nucleotide', 'protein'] as const;

export type JournalEncoder = (typeof ENCODERS)[number];

/** What a run is. */
export interface RunNote {
  /** Made at random when the run began: rows of another run are never taken for this one's. */
  readonly run: string;
  /** Everything that decides the results besides the input. */
  readonly fingerprint: JsonObject;
}

/** A window that was read. */
export interface WindowNote {
  /** In the input, from 1. */
  readonly window: number;
  /** Bytes of the text of its input up to the window's end, and the sha256 of all input before, lower-case hexadecimal. */
  readonly bytes: number;
  readonly sha256: string;
  /** Chunks, kept frames and different pairs in it; no encoder has more rows than there are frames. */
  readonly chunks: number;
  readonly frames: number;
  readonly pairs: number;
}

/** Embeddings of some rows of a window. */
export interface RowsNote {
  readonly encoder: JournalEncoder;
  /** `[rows]`: numbers of the rows in the window. */
  readonly rowNumbers: Uint32Array;
  /** `[rows, width]` */
  readonly embeddings: Float32Array;
}

export function runFrame({ run, fingerprint }: RunNote): Frame {
  return { kind: KIND.run, json: { format: FORMAT, run, fingerprint } };
}

export function windowFrame({ window, bytes, sha256, chunks, frames, pairs }: WindowNote): Frame {
  return { kind: KIND.window, json: { window, bytes, sha256, chunks, frames, pairs } };
}

/** @param scores `[pairs, 2]` */
export function scoresFrame(window: number, scores: Float32Array): Frame {
  return { kind: KIND.scores, json: { window, pairs: scores.length / SCORES_PER_PAIR }, body: [scores] };
}

export function crashFrame({ signal, device, at }: Crash): Frame {
  return { kind: KIND.crash, json: { signal, device, at } };
}

export function ownerFrame(run: string, window: number): Frame {
  return { kind: KIND.owner, json: { run, window } };
}

/** Some rows in a frame. */
export interface RowsFrame {
  readonly rows: number;
  readonly frame: Frame;
}

/** As many frames as it takes, for a body is limited. */
export function* rowsFrames({ encoder, rowNumbers, embeddings }: RowsNote): Generator<RowsFrame, void, undefined> {
  const width = embeddings.length / rowNumbers.length;
  const most = Math.floor(MAX_BODY_BYTES / bytesOfRow(width));
  for (let from = 0; from < rowNumbers.length; from += most) {
    const numbers = rowNumbers.subarray(from, from + most);
    const body: BodyPart[] = [numbers, embeddings.subarray(from * width, (from + numbers.length) * width)];
    const rows = numbers.length;
    yield { rows, frame: { kind: KIND.rows, json: { encoder, width, rows }, body } };
  }
}

export function parseRun({ kind, json }: StoredFrame, file: string): RunNote {
  const fields = new Fields(json, file);
  if (kind !== KIND.run) throw damagedJournal(file, 'it does not begin with its run');
  const format = fields.integer('format');
  if (format !== FORMAT) {
    throw new UserError(
      `The journal has format ${format}, this version reads format ${FORMAT}`,
      'Resume with the version that began the run, or start anew with --force instead of --resume.',
      { file },
    );
  }
  return { run: fields.text('run', /^[0-9a-f-]{36}$/), fingerprint: fields.object('fingerprint') };
}

export function parseWindow({ json, body }: StoredFrame, file: string): WindowNote {
  const fields = new Fields(json, file);
  if (body.bytes !== 0) throw damagedJournal(file, 'a window has a body');
  return {
    ...{ window: fields.integer('window', 1), bytes: fields.integer('bytes') },
    ...{ sha256: fields.text('sha256', /^[0-9a-f]{64}$/), chunks: fields.integer('chunks') },
    ...{ frames: fields.integer('frames'), pairs: fields.integer('pairs') },
  };
}

export function parseCrash({ json, body }: StoredFrame, file: string): Crash {
  const crash = readCrash(json);
  if (crash === undefined || body.bytes !== 0) throw damagedJournal(file, 'a crash is not told as it should be');
  return crash;
}

/** @returns the window whose scores they are */
export function parseScores(
  { json, body }: StoredFrame,
  windows: ReadonlyMap<number, WindowNote>,
  file: string,
): number {
  const fields = new Fields(json, file);
  const window = fields.integer('window', 1);
  const pairs = fields.integer('pairs');
  if (windows.get(window)?.pairs !== pairs)
    throw damagedJournal(file, `it has scores of no window ${window} like that`);
  if (body.bytes !== pairs * SCORES_PER_PAIR * BYTES_PER_NUMBER) {
    throw damagedJournal(file, `window ${window} has more or fewer scores than pairs`);
  }
  return window;
}

/** Whether a file with this frame at its beginning belongs to that window of that run. */
export function isOwner(frame: StoredFrame | undefined, run: string, window: number): boolean {
  const json = frame?.kind === KIND.owner ? frame.json : undefined;
  return isObject(json) && json['run'] === run && json['window'] === window;
}

/** @param bytes the body of the frame */
export function parseRows({ json }: StoredFrame, bytes: ArrayBuffer, note: WindowNote, file: string): RowsNote {
  const fields = new Fields(json, file);
  const encoder = ENCODERS.find((name) => name === fields.text('encoder'));
  if (encoder === undefined) throw damagedJournal(file, 'an encoder has a strange name');
  const [width, rows] = [fields.integer('width', 1), fields.integer('rows')];
  if (bytes.byteLength !== rows * bytesOfRow(width))
    throw damagedJournal(file, 'a body has not as many rows as it says');
  const rowNumbers = new Uint32Array(bytes, 0, rows);
  if (rowNumbers.some((row) => row >= note.frames)) throw damagedJournal(file, 'a row is not of its window');
  return { encoder, rowNumbers, embeddings: new Float32Array(bytes, rows * BYTES_PER_NUMBER) };
}

function bytesOfRow(width: number): number {
  return BYTES_PER_NUMBER * (1 + width);
}

/** Narrows the parts of a frame's JSON. */
class Fields {
  readonly #json: JsonObject;

  constructor(
    json: unknown,
    readonly file: string,
  ) {
    if (!isObject(json)) throw damagedJournal(file, 'a frame is no JSON object');
    this.#json = json;
  }

  integer(name: string, least = 0): number {
    const value = this.#json[name];
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
    throw damagedJournal(this.file, `"${name}" is no number as it should be`);
  }

  text(name: string, pattern = /^/): string {
    const value = this.#json[name];
    if (typeof value === 'string' && pattern.test(value)) return value;
    throw damagedJournal(this.file, `"${name}" is no text as it should be`);
  }

  object(name: string): JsonObject {
    const value = this.#json[name];
    if (isObject(value)) return value;
    throw damagedJournal(this.file, `"${name}" is no JSON object`);
  }
}
