import { describe, expect, test } from 'bun:test';
import type { BatchEvent, WindowEvent } from '../events/event.ts';
import { WorkDone } from './work-done.ts';

const window = (number: number, bytes: number, nucleotide = 100, protein = 100): WindowEvent => ({
  ...{ event: 'window', window: number, batches: 2, records: 10, chunks: 10, frames: 10, bytes },
  ...{ nucleotide_tokens: nucleotide, protein_tokens: protein },
});
const batch = (number: number, encoder: BatchEvent['encoder'], tokens = 100, seconds = 1): BatchEvent => ({
  ...{ event: 'batch', device: 'cpu', window: number, batch: 1, encoder, rows: 1, tokens, seconds, status: 'complete' },
});

describe('WorkDone', () => {
  test('bytes of windows, by the share of their tokens that is encoded', () => {
    const work = new WorkDone();
    work.window(window(1, 40), 100);
    expect(work.fraction(100)).toBe(0);
    work.batch(batch(1, 'nucleotide'));
    expect(work.fraction(100)).toBeCloseTo(0.2, 9);
    work.window(window(2, 100), 100);
    work.batch(batch(2, 'protein', 50, 0.5));
    expect(work.fraction(100)).toBeCloseTo(0.2 + 0.6 * 0.25, 9);
    work.batch(batch(1, 'protein'));
    work.batch(batch(2, 'protein', 50, 0.5));
    work.batch(batch(2, 'nucleotide'));
    expect(work.fraction(100)).toBe(1);
    expect([work.done.nucleotide, work.planned.nucleotide]).toEqual([200, 200]);
  });

  test('a token of the slower model counts for more', () => {
    const work = new WorkDone();
    work.window(window(1, 100), 100);
    work.batch(batch(1, 'nucleotide', 100, 1));
    work.batch(batch(1, 'protein', 10, 0.9));
    // Ten of a hundred protein tokens took 0.9 s of 9; all nucleotide tokens took their second.
    expect(work.fraction(100)).toBeCloseTo(1.9 / 10, 9);
  });

  test('windows that end within a job count as bytes that are guessed, until the job ends', () => {
    const work = new WorkDone();
    work.window(window(1, 0), 1000);
    work.batch(batch(1, 'nucleotide'));
    work.batch(batch(1, 'protein'));
    expect(work.fraction(1000)).toBe(0);
    work.window(window(2, 100), 1000);
    // Two windows for 100 bytes, one of them done.
    expect(work.fraction(1000)).toBeCloseTo(0.05, 9);
    work.batch(batch(2, 'nucleotide'));
    work.batch(batch(2, 'protein'));
    expect(work.fraction(1000)).toBeCloseTo(0.1, 9);
    work.window(window(3, 100), 1000);
    work.batch(batch(3, 'nucleotide'));
    expect(work.fraction(1000)).toBeCloseTo(0.125, 9);
    work.window(window(4, 1000), 1000);
    expect(work.fraction(1000)).toBeCloseTo(0.1 + 0.9 / 4, 9);
  });

  test('a window after the last byte shares its bytes', () => {
    const work = new WorkDone();
    work.window(window(1, 100), 100);
    work.batch(batch(1, 'nucleotide'));
    work.batch(batch(1, 'protein'));
    work.window(window(2, 100), 100);
    expect(work.fraction(100)).toBeCloseTo(0.5, 9);
  });

  test('a guess is never all the rest', () => {
    const work = new WorkDone();
    work.window(window(1, 90, 10, 0), 100);
    work.window(window(2, 90, 1000, 0), 100);
    work.batch(batch(1, 'nucleotide', 10));
    work.batch(batch(2, 'nucleotide', 1000));
    expect(work.fraction(100)).toBeCloseTo(0.99, 9);
  });

  test('a window without open frames is done when it is read', () => {
    const work = new WorkDone();
    work.window(window(1, 60, 0, 0), 100);
    expect(work.fraction(100)).toBeCloseTo(0.6, 9);
  });

  test('nothing is said of a pipe or an empty file', () => {
    const work = new WorkDone();
    work.window(window(1, 60), undefined);
    expect([work.fraction(undefined), work.fraction(0)]).toEqual([undefined, undefined]);
    expect(work.expected('protein', undefined)).toBeUndefined();
  });

  test('what was done before the first window is done', () => {
    const work = new WorkDone();
    work.startAt(50);
    expect(work.fraction(100)).toBe(0.5);
    work.window(window(8, 75), 100);
    work.batch(batch(8, 'nucleotide'));
    work.batch(batch(8, 'protein'));
    work.startAt(10);
    expect(work.fraction(100)).toBe(0.75);
    expect(work.expected('nucleotide', 100)).toBe(200);
  });

  test('tokens of the whole are expected from what is read', () => {
    const work = new WorkDone();
    expect(work.expected('nucleotide', 100)).toBeUndefined();
    work.window(window(1, 25, 40, 100), 100);
    expect([work.expected('nucleotide', 100), work.expected('protein', 100)]).toEqual([160, 400]);
    work.window(window(2, 25, 500, 1), 100);
    // Its bytes are not known yet, but so many tokens there are.
    expect(work.expected('nucleotide', 100)).toBe(540);
    expect(work.expected('protein', 100)).toBe(400);
  });

  test('a batch of a window nobody told of is counted and does no harm', () => {
    const work = new WorkDone();
    work.batch(batch(9, 'protein'));
    expect(work.done.protein).toBe(100);
    expect(work.fraction(100)).toBe(0);
  });
});
