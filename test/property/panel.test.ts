/** Panels of arbitrary runs: never too wide or too high, nothing in them that moves a cursor; fractions that never fall. */

import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { BatchEvent, DeviceState, Event } from '../../src/events/event.ts';
import { panel } from '../../src/progress/panel.ts';
import { RunState } from '../../src/progress/run-state.ts';

const STATES = ['loading', 'proving', 'refused', 'ready', 'running', 'retrying', 'lost'] as const;
const amount = fc.oneof(fc.nat(3000), fc.integer({ min: 0, max: 1e13 }));
const seconds = fc.nat(300_000).map((milliseconds) => milliseconds / 1000);
const text = fc.string({ unit: 'binary', maxLength: 60 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const id = fc.oneof(
  fc.integer({ min: 0, max: 19 }).map((i) => `gpu:${i}`),
  text,
);
const encoder = fc.constantFrom<BatchEvent['encoder']>('nucleotide', 'protein');
const bytes = { bytes: amount, bytes_total: maybe(amount) };

const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({
    ...{
      event: fc.constant('started' as const),
      version: text,
      inputs: fc.array(text, { maxLength: 2 }),
      output: text,
    },
    ...{ model: maybe(text), length: maybe(amount), threads: maybe(amount) },
    ...{ workers: amount, batch_size: amount, window: amount },
  }),
  fc.record({
    ...{
      event: fc.constant('stage' as const),
      stage: fc.constantFrom('load', 'predict', 'pull', 'import'),
      note: text,
    },
  }),
  fc.record({
    ...{ event: fc.constant('device' as const), device: id, backend: text, name: text, memory_total: maybe(amount) },
    ...{ state: fc.constantFrom<DeviceState>(...STATES), reason: maybe(text) },
  }),
  fc.record({ event: fc.constant('plan' as const), devices: fc.constant([]), bytes_total: bytes.bytes_total }),
  fc.record({
    ...{ event: fc.constant('window' as const), window: fc.nat(5), batches: amount, records: amount, chunks: amount },
    ...{ frames: amount, nucleotide_tokens: amount, protein_tokens: amount, bytes: bytes.bytes },
  }),
  fc.record({
    ...{ event: fc.constant('batch' as const), device: id, window: fc.nat(5), batch: fc.nat(9), encoder, rows: amount },
    ...{ tokens: amount, seconds, memory: maybe(amount) },
    status: fc.constantFrom('complete' as const, 'failed' as const),
  }),
  fc.record({
    ...{ event: fc.constant('progress' as const), records: amount, chunks: amount, frames: amount },
    ...{ viral: maybe(amount), seconds: amount, ...bytes },
  }),
  fc.record({
    ...{ event: fc.constant('download' as const), bytes_per_second: maybe(amount), seconds_left: maybe(amount) },
    ...{ seconds: amount, ...bytes },
  }),
  fc.record({ event: fc.constant('warning' as const), message: text }),
);
const run = fc.array(fc.tuple(event, seconds), { maxLength: 60 });

describe('panels', () => {
  test('fit, and hold nothing but text and colours', () => {
    fc.assert(
      fc.property(
        run,
        fc.integer({ min: 40, max: 200 }),
        fc.boolean(),
        fc.boolean(),
        (events, width, unicode, colour) => {
          const state = new RunState();
          let now = 0;
          for (const [told, wait] of events) {
            now += wait;
            state.take(told, now);
          }
          const view = state.view(now + 1);
          const lines = panel(view, { width, unicode, colour });
          expect(lines.length).toBeLessThanOrEqual(8 + Math.min(12, view.devices.length));
          for (const line of lines) {
            // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what may be there
            const plain = line.replaceAll(/\x1b\[\d+m/g, '');
            if (!colour) expect(plain).toBe(line);
            expect(plain).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|undefined|NaN|Infinity/u);
            expect(Bun.stringWidth(plain)).toBeLessThanOrEqual(width);
            if (!unicode) expect(plain).toMatch(/^[ -~]*$/);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test('of a run: the fraction lies between 0 and 1 and never falls, an end is never negative', () => {
    fc.assert(
      fc.property(run, (events) => {
        const state = new RunState();
        let now = 0;
        let before = 0;
        for (const [told, wait] of events) {
          if (told.event === 'download') continue;
          now += wait;
          state.take(told, now);
          const { fraction = before, eta = 0, devices } = state.view(now);
          expect(fraction).toBeWithin(before, 1.0000001);
          before = fraction;
          expect(eta).toBeGreaterThanOrEqual(0);
          const shares = devices.reduce((sum, { share }) => sum + share, 0);
          expect(shares === 0 || Math.abs(shares - 1) < 1e-9).toBe(true);
          for (const { busy = 0, tokensPerSecond = 0 } of devices) {
            expect(busy).toBeWithin(0, 1.0000001);
            expect(tokensPerSecond).toBeGreaterThanOrEqual(0);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
