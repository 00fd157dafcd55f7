/** Windows, rows and batches: nothing is lost or computed twice, and how a file is cut into jobs does not matter. */

import { beforeAll, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { planBatches } from '../../src/run/batches.ts';
import { RowSet } from '../../src/run/row-set.ts';
import { StageClock } from '../../src/run/stage-clock.ts';
import type { Window } from '../../src/run/window.ts';
import { WindowSource } from '../../src/run/windows.ts';
import { NucleotideTokenizer } from '../../src/tokens/nucleotide.ts';
import { fixture } from '../helpers/fixtures.ts';
import { rowItems } from '../helpers/rows.ts';

function tokensOf(set: RowSet, row: number): number[] {
  const target = new Int32Array(set.length(row));
  set.copy(row, target, 0);
  return [...target];
}

const contents = fc.array(fc.uint16Array({ minLength: 1, maxLength: 12, max: 300 }), { maxLength: 60 });

describe('RowSet', () => {
  test('gives equal content one row and different content different rows, in the order they came', () => {
    fc.assert(
      fc.property(contents, fc.nat(5), (rows, margin) => {
        const set = new RowSet();
        const numbers = rows.map((row) => {
          // Somewhere inside a larger buffer, as those of a ring: the offsets must count.
          const words = new Uint16Array(row.length + 3 * margin).fill(255).subarray(margin);
          words.set(row, margin);
          return set.add(words, margin, margin + row.length);
        });
        const different = [...new Set(rows.map((row) => row.join(' ')))];
        expect(numbers).toEqual(rows.map((row) => different.indexOf(row.join(' '))));
        expect(set.rows).toBe(different.length);
        expect(set.tokens).toBe(different.reduce((sum, text) => sum + text.split(' ').length, 0));
        for (const [i, row] of rows.entries()) expect(tokensOf(set, numbers[i]!)).toEqual([...row]);
      }),
    );
  });

  test('keeps its rows when it grows', () => {
    const set = new RowSet();
    const rows = Array.from({ length: 300 }, (_, i) => new Uint16Array(1000).fill(i % 256).fill(i >> 8, 0, 1));
    for (const row of rows) set.add(row, 0, row.length);
    expect(set.rows).toBe(300);
    for (const [i, row] of rows.entries()) expect(tokensOf(set, i)).toEqual([...row]);
  });
});

describe('planBatches', () => {
  test('covers every row once, in batches of one length, within the bound, longest first', () => {
    fc.assert(
      fc.property(contents, fc.integer({ min: 1, max: 60 }), (rows, bound) => {
        const set = new RowSet();
        for (const row of rows) set.add(row, 0, row.length);
        const plans = planBatches(set, bound);
        const covered = plans.flatMap((plan) => [...plan.rows]);
        expect(covered.toSorted((a, b) => a - b)).toEqual(Array.from({ length: set.rows }, (_, i) => i));
        for (const [i, { length, rows: members }] of plans.entries()) {
          expect(members.length).toBeGreaterThan(0);
          for (const row of members) expect(set.length(row)).toBe(length);
          if (members.length > 1) expect(members.length * length).toBeLessThanOrEqual(bound);
          const before = plans[i - 1];
          if (before === undefined) continue;
          expect(length).toBeLessThanOrEqual(before.length);
          // No batch is begun while the one before it had room.
          if (length === before.length) expect((before.rows.length + 1) * length).toBeGreaterThan(bound);
        }
      }),
    );
  });
});

/** All that a window holds, as plain values. */
function plain(window: Window) {
  const { records, masks, frames, pairNucleotide, pairProtein, nucleotide, protein } = window;
  const rows = (set: RowSet) => Array.from({ length: set.rows }, (_, row) => tokensOf(set, row));
  return {
    records: records.map(({ id, length, valid, firstChunk, chunks, plan }) => [
      ...[id, length, valid, firstChunk, chunks],
      plan.count,
    ]),
    ...{ masks, frames, pairNucleotide, pairProtein },
    nucleotide: rows(nucleotide),
    protein: rows(protein),
  };
}

describe('WindowSource', () => {
  let tokenizer: NucleotideTokenizer;
  beforeAll(async () => {
    const path = fixture('dnaberts', 'hf_safetensors', 'tokenizer.json');
    tokenizer = NucleotideTokenizer.parse(await Bun.file(path).json(), path);
  });

  async function windowsOf(bytes: Uint8Array, length: number, more: { minimumLength?: number; cuts?: number[] } = {}) {
    const { minimumLength = 0, cuts = [] } = more;
    const ids: string[] = [];
    const source = new WindowSource(
      rowItems(bytes, tokenizer, { length, minimumLength, cuts }),
      { length, minimumLength },
      new StageClock(),
      () => undefined,
      (id) => ids.push(id),
      () => 0,
    );
    const windows: Window[] = [];
    for await (const window of source.windows()) windows.push(window);
    const told = windows.flatMap(({ records }) => records.filter(({ firstChunk }) => firstChunk === 0));
    expect(ids).toEqual(told.map(({ id }) => id));
    return windows;
  }

  const letters = fc.string({ unit: fc.constantFrom('A', 'C', 'G', 'T', 'a', 'N', '\n'), maxLength: 300 });
  const fasta = fc
    .array(letters, { maxLength: 8 })
    .map((records) => new TextEncoder().encode(records.map((text, i) => `>r${i} x\n${text}\n`).join('')));
  const offsets = fc
    .uniqueArray(fc.integer({ min: 1, max: 900 }), { maxLength: 9 })
    .map((all) => all.sort((a, b) => a - b));

  test('does not depend on the jobs that a file is cut into', async () => {
    await fc.assert(
      fc.asyncProperty(fasta, offsets, fc.integer({ min: 1, max: 90 }), async (bytes, cuts, length) => {
        const whole = await windowsOf(bytes, length);
        const pieces = await windowsOf(bytes, length, { cuts });
        expect(pieces.map(plain)).toEqual(whole.map(plain));
      }),
    );
  });

  test('holds every record, chunk and frame once, in order', async () => {
    await fc.assert(
      fc.asyncProperty(fasta, fc.integer({ min: 1, max: 90 }), fc.nat(60), async (bytes, length, minimum) => {
        const windows = await windowsOf(bytes, length, { minimumLength: minimum });
        const records = windows.flatMap((window) => window.records);
        expect(records.map(({ id }) => id)).toEqual(records.map((_, i) => `r${i}`));
        for (const window of windows) {
          expect(window.records.length).toBeGreaterThan(0);
          expect(window.masks).toHaveLength(window.records.reduce((sum, { chunks }) => sum + chunks, 0));
          const bits = window.masks.reduce((sum, mask) => sum + mask.toString(2).replaceAll('0', '').length, 0);
          expect(window.frames).toHaveLength(bits);
          expect(new Set(window.frames).size).toBe(window.pairNucleotide.length);
          expect(new Set(window.pairNucleotide).size).toBe(window.nucleotide.rows);
          expect(new Set(window.pairProtein).size).toBe(window.protein.rows);
        }
        for (const record of records) {
          if (record.length < minimum) expect(record.plan.count).toBe(0);
          else expect(record.plan.count).toBe(Math.ceil(record.length / length));
        }
      }),
    );
  });

  test('cuts a record that is longer than a window, whatever the jobs', async () => {
    // 9,000 chunks of 3 nt without a stop: several windows, ended by the chunks and by the frames.
    const bytes = new TextEncoder().encode(`>a\nACG\n>long\n${'GCA'.repeat(9000)}\n>z\nACG\n`);
    const whole = await windowsOf(bytes, 3);
    expect(whole.length).toBeGreaterThan(2);
    const parts = whole.flatMap((window) => window.records).filter(({ id }) => id === 'long');
    let next = 0;
    for (const { firstChunk, chunks } of parts) {
      expect(firstChunk).toBe(next);
      next += chunks;
    }
    expect(next).toBe(9000);
    expect((await windowsOf(bytes, 3, { cuts: [3, 7, 20_000, 27_010] })).map(plain)).toEqual(whole.map(plain));
  });

  test('ends a window by its records too: empty ones do not pile up', async () => {
    const windows = await windowsOf(new TextEncoder().encode('>a\n'.repeat(5000)), 500);
    expect(windows.map(({ records }) => records.length)).toEqual([4096, 904]);
    // The last record of a window has its chunk there too.
    const filled = await windowsOf(new TextEncoder().encode('>a\nACG\n'.repeat(5000)), 500);
    expect(filled.flatMap(({ records }) => records).every(({ chunks }) => chunks === 1)).toBe(true);
  });
});
