/**
 * What must hold for a plain text, whatever it is: it is read or refused with a sentence; the records are those that a slow
 * reading line by line finds; each line with text belongs to one of them; and no cut into jobs, no block and no size of
 * memory changes anything.
 */

import { formatOf, type SequenceFormat } from '../../src/input/format.ts';
import type { InputSizes } from '../../src/input/input-space.ts';
import { lastRecordStart } from '../../src/input/last-record.ts';
import { Kernel } from '../../src/kernel/kernel.ts';
import { sampleOf } from '../../src/run/pool/sample.ts';
import { UserError } from '../../src/system/errors.ts';
import { latin1 } from '../helpers/fasta-text.ts';
import { BytesSource, makeReader, type Reader, type Reading } from '../helpers/jobs.ts';
import { recordsByLine } from '../helpers/record-lines.ts';
import type { Dice } from './dice.ts';

/** So small that records pass over every edge. */
const SMALL: Partial<InputSizes> = { window: 16, region: 16, long: 64 };
const LONGEST_CHUNK = 30;
const BLOCKS = [1, 2, 3, 7, 64, 4096];
const MARK_AT_HEAD = /^\xef\xbb\xbf/;
const MARKED_LATER = '\n\xef\xbb\xbf@';
const BLANK_LINE = /^[ \t\r\v\f]*$/;
const EVERYTHING = Number.POSITIVE_INFINITY;

export interface Refusal {
  readonly refusal: string;
  readonly line: number | undefined;
}
export type Outcome = { readonly reading: Reading } | Refusal;

interface Readers {
  readonly usual: Reader;
  readonly small: Reader;
}

export class TextCheck {
  readonly #kernel = Kernel.load();
  readonly #readers: Readonly<Record<SequenceFormat, Readers>> = {
    fasta: this.#readersOf('fasta'),
    fastq: this.#readersOf('fastq'),
  };

  #readersOf(format: SequenceFormat): Readers {
    const make = (sizes: Partial<InputSizes>) =>
      makeReader(this.#kernel, format, { file: 'x', longestChunk: LONGEST_CHUNK, sizes });
    return { usual: make({}), small: make(SMALL) };
  }

  /** The reader that a run takes for what begins like this. */
  readerOf(bytes: Uint8Array): Reader {
    return this.#readers[sampleOf(bytes).format].usual;
  }

  /** As a run reads it, in one job. */
  read(bytes: Uint8Array, cut?: string): Outcome {
    return outcomeOf(() => this.readerOf(bytes).whole(bytes, undefined, cut));
  }

  /** @throws Error with what does not hold */
  check(dice: Dice, bytes: Uint8Array): Outcome {
    const { format } = sampleOf(bytes);
    const { usual, small } = this.#readers[format];
    const whole = this.read(bytes);
    const kind = formatOf(bytes, true);
    if (kind === 'neither' && !('refusal' in whole)) throw new Error('what is no sequence file was read');
    if (kind !== 'neither' && 'refusal' in whole && !whole.refusal.includes('carriage return')) {
      throw new Error(`a sequence file was refused: ${whole.refusal}`);
    }
    if ('reading' in whole) checkLines(latin1(bytes), format, whole.reading);
    same(
      'in small blocks',
      outcomeOf(() => small.whole(bytes, dice.pick(BLOCKS))),
      whole,
    );
    const offsets = Array.from({ length: 1 + dice.below(6) }, () => dice.below(bytes.length + 1)).sort((a, b) => a - b);
    const reader = dice.chance(0.5) ? usual : small;
    const block = dice.pick(BLOCKS);
    same(
      `cut at ${offsets} with ${block}`,
      outcomeOf(() => reader.inJobs(bytes, offsets, block)),
      whole,
    );
    const here = dice.below(bytes.length + 1);
    const end = lastRecordStart(format, bytes, 0, here);
    if (end > 0)
      same(
        `as a stream cut at ${end}`,
        outcomeOf(() => inTwo(reader, bytes, end)),
        whole,
      );
    return whole;
  }
}

function inTwo(reader: Reader, bytes: Uint8Array, end: number): Reading {
  const head = new BytesSource(bytes.subarray(0, end), 7, undefined, true);
  const first = reader.read(head, { start: 'file', range: EVERYTHING });
  return reader.read(new BytesSource(bytes.subarray(end)), { start: 'record', range: EVERYTHING }, first);
}

export function outcomeOf(reading: () => Reading): Outcome {
  try {
    return { reading: reading() };
  } catch (error) {
    if (error instanceof UserError) return { refusal: error.sentence, line: error.where.line };
    throw error;
  }
}

function same(how: string, found: Outcome, expected: Outcome): void {
  if (!Bun.deepEquals(found, expected)) {
    throw new Error(`${how} it reads otherwise:\n${show(found)}\ninstead of\n${show(expected)}`);
  }
}

function checkLines(text: string, format: SequenceFormat, { records, lines }: Reading): void {
  const all = text.split('\n').length - (text.endsWith('\n') || text === '' ? 1 : 0);
  if (lines !== all) throw new Error(`${lines} lines were counted of ${all}`);
  // The slow reading drops the mark also where such a line is the quality of a record.
  if (format === 'fastq' && text.includes(MARKED_LATER)) return;
  const expected = recordsByLine(text, format);
  const found = records.map(({ line, sequence, problem }) => ({ line, sequence: problem ? null : latin1(sequence) }));
  const wanted = expected.map(({ line, sequence }) => ({ line, sequence: sequence ?? null }));
  if (!Bun.deepEquals(found, wanted)) {
    throw new Error(
      `line by line it reads otherwise:\n${JSON.stringify(wanted)}\ninstead of\n${JSON.stringify(found)}`,
    );
  }
  for (const [i, { name }] of expected.entries()) {
    // The oracle takes a CR for a line end wherever it is.
    if (name.includes('\\x0d')) continue;
    const id = name === '' ? `unnamed_${i + 1}` : name;
    if (!records[i]!.id.includes('\\x0d') && records[i]!.id !== id)
      throw new Error(`${records[i]!.id} instead of ${id}`);
  }
  const owned = expected.reduce((sum, { textLines }) => sum + textLines, 0);
  const withText = text
    .replace(MARK_AT_HEAD, '')
    .split('\n')
    .filter((line) => !BLANK_LINE.test(line)).length;
  if (owned !== withText) throw new Error(`${withText} lines hold text, records own ${owned}`);
}

export function show(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => (each instanceof Uint8Array ? latin1(each) : each));
}
