import { beforeAll, describe, expect, test } from 'bun:test';
import { fixture } from '../../test/helpers/fixtures.ts';
import { rowItems } from '../../test/helpers/rows.ts';
import type { Batch, Session } from '../device/backend.ts';
import type { BatchEvent, Event } from '../events/event.ts';
import { NucleotideTokenizer } from '../tokens/nucleotide.ts';
import type { EncodeContext } from './encode.ts';
import { estimate } from './estimate.ts';
import { Fleet } from './fleet/fleet.ts';
import { type ScoredWindow, scoreWindows } from './score.ts';
import { StageClock } from './stage-clock.ts';
import type { Window } from './window.ts';
import { WindowSource } from './windows.ts';

/** A device that answers with numbers that name the row: its token sum and its length. It answers out of order. */
class FakeSession implements Session {
  probe = (): Promise<never> => Promise.reject(new Error('a fake has no probes'));
  readonly device = { id: 'cpu', backend: 'native-cpu', name: 'fake', threads: 1 } as const;
  readonly inFlight = 3;
  readonly parallel = 1;
  readonly batches: Batch[] = [];
  underWay = 0;
  mostUnderWay = 0;
  failAt = -1;

  async encode(batch: Batch) {
    const number = this.batches.push(batch);
    this.underWay += 1;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
    // Some turns of the event loop, fewer for later batches, so that later ones overtake.
    for (let turn = 0; turn < 5 - (number % 5); turn += 1) await Promise.resolve();
    this.underWay -= 1;
    if (number === this.failAt) throw new Error('the device failed');
    const embeddings = new Float32Array(batch.rows * 2);
    for (let row = 0; row < batch.rows; row += 1) {
      const tokens = batch.tokens.subarray(row * batch.length, (row + 1) * batch.length);
      embeddings.set([tokens.reduce((sum, token) => sum + token, 0), batch.length], 2 * row);
    }
    return { embeddings, seconds: 0.5 };
  }

  /** Scores that name the pair. */
  async classify(rows: number, nucleotide: Float32Array<ArrayBuffer>, protein: Float32Array<ArrayBuffer>) {
    return Float32Array.from({ length: 2 * rows }, (_, i) => (i % 2 === 0 ? nucleotide : protein)[i - (i % 2)]!);
  }

  async close(): Promise<void> {}
}

let tokenizer: NucleotideTokenizer;
beforeAll(async () => {
  const path = fixture('dnaberts', 'hf_safetensors', 'tokenizer.json');
  tokenizer = NucleotideTokenizer.parse(await Bun.file(path).json(), path);
});

/** Random but fixed letters, without a stop in some frames. */
function letters(length: number, seed: number): string {
  let state = seed;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return 'ACGC'[state >>> 30];
  }).join('');
}

/** Different nucleotides for one protein, so that a pair's two rows have different numbers. */
const SYNONYMS = '>s1\nGCAGCAGCA\n>s2\nGCCGCCGCC\n>s3\nGCGGCAGCC\n';
const TEXT = SYNONYMS + Array.from({ length: 40 }, (_, i) => `>r${i}\n${letters(20 + 7 * i, i % 9)}\n`).join('');

function setUp(text: string, batchTokens = 64) {
  const events: Event[] = [];
  const session = new FakeSession();
  const clock = new StageClock();
  const context: EncodeContext = {
    widths: { nucleotide: 2, protein: 2 },
    batchTokens,
    clock,
    emit: (event) => events.push(event),
  };
  const items = rowItems(new TextEncoder().encode(text), tokenizer, { length: 60 });
  const ignore = () => undefined;
  const source = new WindowSource(items, { length: 60, minimumLength: 0 }, clock, ignore, ignore, () => 0);
  const fleet = Fleet.alone(session, context.emit);
  return { events, session, context, fleet, windows: source.windows(), clock };
}

function sumOf(window: Window, encoder: 'nucleotide' | 'protein', row: number): number {
  const tokens = new Int32Array(window[encoder].length(row));
  window[encoder].copy(row, tokens, 0);
  return tokens.reduce((sum, token) => sum + token, 0);
}

describe('scoreWindows', () => {
  test('every row and pair gets its own numbers, whatever the order of the answers', async () => {
    const { context, fleet, windows, session, events, clock } = setUp(TEXT);
    const scored: ScoredWindow[] = [];
    for await (const one of scoreWindows(windows, context, fleet)) scored.push(one);
    expect(scored).toHaveLength(1);
    const { window, embeddings, scores } = scored[0]!;
    expect(window.frames.length).toBeGreaterThan(50);
    for (const encoder of ['nucleotide', 'protein'] as const) {
      const rows = Array.from({ length: window[encoder].rows }, (_, row) => row);
      expect([...embeddings[encoder]]).toEqual(
        rows.flatMap((row) => [sumOf(window, encoder, row), window[encoder].length(row)]),
      );
    }
    expect([...scores]).toEqual(
      window.pairNucleotide.flatMap((row, pair) => [
        sumOf(window, 'nucleotide', row),
        sumOf(window, 'protein', window.pairProtein[pair]!),
      ]),
    );
    expect(session.mostUnderWay).toBe(session.inFlight);

    const batches = events.filter((event): event is BatchEvent => event.event === 'batch');
    expect(batches).toHaveLength(session.batches.length);
    for (const encoder of ['nucleotide', 'protein'] as const) {
      const own = batches.filter((event) => event.encoder === encoder);
      expect(own.reduce((sum, { rows }) => sum + rows, 0)).toBe(window[encoder].rows);
      expect(own.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(window[encoder].tokens);
      expect(clock.seconds()[encoder]).toBe(own.length / 2);
    }
  });

  test('windows come in input order, each with its own records', async () => {
    const text = Array.from({ length: 9000 }, (_, i) => `>r${i}\nACG\n`).join('');
    const { context, fleet, windows } = setUp(text);
    const ids: string[] = [];
    for await (const { window } of scoreWindows(windows, context, fleet))
      ids.push(...window.records.map(({ id }) => id));
    expect(ids).toEqual(Array.from({ length: 9000 }, (_, i) => `r${i}`));
  });

  test('no input, no windows', async () => {
    const { context, fleet, windows } = setUp('');
    expect((await scoreWindows(windows, context, fleet).next()).done).toBe(true);
  });

  test('records without a frame need no device', async () => {
    const { context, fleet, windows, session } = setUp('>a\nAC\n>b\n\n');
    const { value } = await scoreWindows(windows, context, fleet).next();
    expect((value as ScoredWindow).scores).toHaveLength(0);
    expect(session.batches).toHaveLength(0);
  });

  test('a failed batch is told and fails the run', async () => {
    const { context, fleet, windows, session, events } = setUp(TEXT);
    session.failAt = 4;
    await expect(scoreWindows(windows, context, fleet).next()).rejects.toThrow('the device failed');
    expect(events.filter((event) => event.event === 'batch' && event.status === 'failed')).toHaveLength(1);
  });

  test('an error while reading is not lost behind a device at work', async () => {
    const { context, fleet, windows } = setUp(Array.from({ length: 4200 }, (_, i) => `>r${i}\nACGT\n`).join(''));
    async function* broken(): AsyncGenerator<Window, void, undefined> {
      yield (await windows.next()).value as Window;
      throw new Error('the disk failed');
    }
    await expect(Array.fromAsync(scoreWindows(broken(), context, fleet))).rejects.toThrow('the disk failed');
  });
});

test('estimate counts everything and times a batch of each encoder twice', async () => {
  const { context, windows, session } = setUp(TEXT);
  const told = await estimate(windows, context, [session]);
  const all = setUp(TEXT);
  const window = (await all.windows.next()).value as Window;
  expect(told).toMatchObject({
    records: 43,
    chunks: window.masks.length,
    frames: window.frames.length,
    nucleotide_tokens: window.nucleotide.tokens,
    protein_tokens: window.protein.tokens,
  });
  expect(session.batches.map(({ encoder }) => encoder)).toEqual(['nucleotide', 'nucleotide', 'protein', 'protein']);
  const [nucleotide, , protein] = session.batches;
  expect(told.nucleotide_rate).toBe((nucleotide!.rows * nucleotide!.length) / 0.5);
  expect(told.protein_rate).toBe((protein!.rows * protein!.length) / 0.5);
  const encoding = told.nucleotide_tokens / told.nucleotide_rate + told.protein_tokens / told.protein_rate;
  expect(told.seconds).toBeGreaterThanOrEqual(encoding);
});

test('estimate of an empty input is nothing', async () => {
  const { context, windows, session } = setUp('');
  expect(await estimate(windows, context, [session])).toMatchObject({
    records: 0,
    chunks: 0,
    nucleotide_tokens: 0,
    protein_rate: 0,
  });
});
