/**
 * A fleet of any devices with any faults: every batch is done exactly once in the result, with the numbers that one sound
 * device gives, whoever did it; or the run ends with an error. Never does everybody wait. (Virtual time: nothing left to
 * happen is an error of the clock.)
 */

import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { type Batch, DeviceError } from '../../src/device/backend.ts';
import type { BatchEvent, Event } from '../../src/events/event.ts';
import { Fleet } from '../../src/run/fleet/fleet.ts';
import type { FleetReport } from '../../src/run/fleet/report.ts';
import type { Work } from '../../src/run/fleet/work.ts';
import { expectedOf, type FakeDevice, FakeSession, type Fault, seeded, worksOf } from '../helpers/fake-device.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

const encoder = fc.constantFrom('nucleotide' as const, 'protein' as const);
const shape = fc.record({ encoder, rows: fc.integer({ min: 1, max: 6 }), length: fc.integer({ min: 1, max: 40 }) });
const windows = fc.array(fc.array(shape, { maxLength: 25 }), { minLength: 1, maxLength: 4 });

const kinds = fc.constantFrom('OutOfMemory', 'DeviceLost', 'Unsupported', 'Bug', 'silence', 'short', 'exception');
interface Device {
  readonly speed: number;
  /** Of what it really is. */
  readonly guess: number;
  readonly parallel: number;
  readonly inFlight: number;
  /** Rows that fit at once. */
  readonly memory: number;
  readonly faults: ReadonlyMap<number, string>;
}
const device: fc.Arbitrary<Device> = fc.record({
  speed: fc.integer({ min: 10, max: 1000 }),
  guess: fc.constantFrom(0.1, 0.8, 1, 1.2, 10),
  parallel: fc.integer({ min: 1, max: 3 }),
  inFlight: fc.integer({ min: 1, max: 5 }),
  memory: fc.oneof({ weight: 3, arbitrary: fc.constant(1000) }, fc.integer({ min: 1, max: 12 })),
  faults: fc
    .array(fc.tuple(fc.integer({ min: 1, max: 25 }), kinds), { maxLength: 2 })
    .map((all) => new Map<number, string>(all)),
});
/** Can do everything, one row at a time at the worst. */
const sound = device.map((one) => ({ ...one, faults: new Map<number, string>() }));

function faultOf({ faults, memory }: Device): NonNullable<FakeDevice['fault']> {
  return (call: number, batch: Batch | undefined, underWay: number): Fault | undefined => {
    const kind = faults.get(call);
    if (kind === 'silence' || kind === 'short') return kind;
    if (kind === 'exception') return new TypeError('an exception');
    if (kind === 'OutOfMemory' || kind === 'DeviceLost' || kind === 'Unsupported' || kind === 'Bug') {
      return new DeviceError(kind, kind);
    }
    const tooMuch = batch !== undefined && batch.rows + underWay - 1 > memory;
    return tooMuch ? new DeviceError('OutOfMemory', 'too much') : undefined;
  };
}

interface Run {
  readonly works: readonly Work[];
  readonly results: readonly PromiseSettledResult<{ readonly embeddings: Float32Array }>[];
  readonly report: FleetReport;
  readonly events: readonly Event[];
  readonly seconds: number;
}

async function run(
  devices: readonly Device[],
  shapes: readonly Parameters<typeof worksOf>[1][],
  seed: number,
): Promise<Run> {
  const clock = new VirtualClock();
  const events: Event[] = [];
  const random = seeded(seed);
  const fleet = new Fleet(
    devices.map((one, i) => {
      const { speed, guess, parallel, inFlight } = one;
      const speeds = { nucleotide: speed, protein: speed / 4 };
      const about = { speeds, parallel, inFlight, noise: () => 0.8 + 0.4 * random(), fault: faultOf(one) };
      const session = new FakeSession(`gpu:${i}`, clock, about);
      return { session, speeds: { nucleotide: guess * speeds.nucleotide, protein: guess * speeds.protein } };
    }),
    { emit: (event) => events.push(event), hangSeconds: 100, clock },
  );
  const works = shapes.flatMap((window, i) => worksOf(i + 1, window));
  const asking = works.map(async (work) => {
    // Windows come one after the other, some while others are computed.
    if (work.window > 1) await clock.wait(3 * work.window);
    return fleet.encode(work);
  });
  const results = await clock.until(Promise.allSettled(asking));
  const seconds = clock.now();
  await clock.until(fleet.close());
  return { works, results, report: fleet.report(), events, seconds };
}

function expectSums({ works, report, events }: Run): void {
  for (const name of ['nucleotide', 'protein'] as const) {
    const tokens = works.filter((work) => work.encoder === name).reduce((sum, one) => sum + one.rows * one.length, 0);
    expect(report.devices.reduce((sum, one) => sum + one.tokens[name], 0)).toBe(tokens);
  }
  expect(report.devices.reduce((sum, { batches }) => sum + batches, 0)).toBe(works.length);
  const complete = events.filter(
    (event): event is BatchEvent => event.event === 'batch' && event.status === 'complete',
  );
  const numbers = complete.map(({ window, batch }) => `${window}:${batch}`);
  expect(numbers.toSorted()).toEqual(works.map(({ window, batch }) => `${window}:${batch}`).toSorted());
  for (const one of report.devices) {
    const own = complete.filter((event) => event.device === one.id);
    expect(own).toHaveLength(one.batches);
    expect(listed(one.done, works)).toEqual(own.map(({ window, batch }) => `${window}:${batch}`).toSorted());
    expect(one.idle_share).toBeWithin(0, 1.0001);
  }
}

/** The batch numbers behind `1-2`, `3:1,4-5`. */
function listed(texts: readonly string[], works: readonly Work[]): string[] {
  const within = (list: string, number: number) =>
    list.split(',').some((range) => {
      const [first, last] = range.split('-').map(Number);
      return number >= first! && number <= (last ?? first!);
    });
  return works
    .filter(({ window, batch }) =>
      texts.some((text) => {
        const [where, batches] = text.split(':');
        return within(where!, window) && (batches === undefined || within(batches, batch));
      }),
    )
    .map(({ window, batch }) => `${window}:${batch}`)
    .toSorted();
}

describe('Fleet', () => {
  test('with one sound device everything is done once, whatever the others do', async () => {
    await fc.assert(
      fc.asyncProperty(
        windows,
        fc.array(device, { maxLength: 3 }),
        sound,
        fc.nat(4),
        fc.nat(),
        async (shapes, others, good, at, seed) => {
          // Bugs that two devices show with the same batch end a run, rightly; here only one device may have them.
          const tame = others.map((one, i) => ({
            ...one,
            faults: new Map(
              [...one.faults].filter(([, kind]) => i === 0 || !['Bug', 'short', 'exception'].includes(kind)),
            ),
          }));
          const outcome = await run(tame.toSpliced(at, 0, good), shapes, seed);
          for (const [i, result] of outcome.results.entries()) {
            if (result.status === 'rejected') throw result.reason;
            expect([...result.value.embeddings]).toEqual(expectedOf(outcome.works[i]!));
          }
          expectSums(outcome);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('with any devices: the right numbers or one error for all that is left, and an end', async () => {
    await fc.assert(
      fc.asyncProperty(
        windows,
        fc.array(device, { minLength: 1, maxLength: 4 }),
        fc.nat(),
        async (shapes, devices, seed) => {
          const { works, results } = await run(devices, shapes, seed);
          const errors = new Set<unknown>();
          for (const [i, result] of results.entries()) {
            if (result.status === 'rejected') errors.add(result.reason);
            else expect([...result.value.embeddings]).toEqual(expectedOf(works[i]!));
          }
          expect(errors.size).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('the same devices, faults and times give the same run', async () => {
    await fc.assert(
      fc.asyncProperty(
        windows,
        fc.array(device, { minLength: 1, maxLength: 3 }),
        fc.nat(),
        async (shapes, devices, seed) => {
          const [first, second] = [await run(devices, shapes, seed), await run(devices, shapes, seed)];
          expect(second.events).toEqual(first.events);
          expect(second.report).toEqual(first.report);
          expect(second.seconds).toBe(first.seconds);
        },
      ),
      { numRuns: 30 },
    );
  });
});
