import { describe, expect, test } from 'bun:test';
import { expectedOf, type FakeDevice, FakeSession, worksOf } from '../../../test/helpers/fake-device.ts';
import { VirtualClock } from '../../../test/helpers/virtual-clock.ts';
import { type Batch, DeviceError } from '../../device/backend.ts';
import type { BatchEvent, DeviceEvent, Event } from '../../events/event.ts';
import { EXIT, UserError } from '../../system/errors.ts';
import { Fleet } from './fleet.ts';
import type { Work } from './work.ts';

const HANG_SECONDS = 60;

function setUp(...abouts: FakeDevice[]) {
  const clock = new VirtualClock();
  const events: Event[] = [];
  const sessions = abouts.map((about, i) => new FakeSession(`gpu:${i}`, clock, about));
  const devices = sessions.map((session) => ({
    session,
    speeds: { nucleotide: session.speed('nucleotide'), protein: session.speed('protein') },
  }));
  const fleet = new Fleet(devices, { emit: (event) => events.push(event), hangSeconds: HANG_SECONDS, clock });
  const states = () =>
    events
      .filter((event): event is DeviceEvent => event.event === 'device')
      .map(({ device, state, reason }) => `${device} ${state}${reason === undefined ? '' : `: ${reason}`}`);
  const all = (works: readonly Work[]) => clock.until(Promise.all(works.map((work) => fleet.encode(work))));
  return { clock, events, sessions, fleet, states, all };
}

/** Batches of 4 rows of 100 tokens. */
const same = (count: number, window = 1) =>
  worksOf(
    window,
    Array.from({ length: count }, () => ({ encoder: 'protein' as const, rows: 4, length: 100 })),
  );
const numbersOf = (answers: readonly { embeddings: Float32Array }[]) =>
  answers.map(({ embeddings }) => [...embeddings]);
const failing = (kind: DeviceError['kind'], message = 'it went wrong') => new DeviceError(kind, message);
const speeds = (value: number) => ({ nucleotide: value, protein: value });
/** Fails where more tokens than these are under way, or in one call. */
const memory = (tokens: number) => (_: number, batch: Batch | undefined, underWay: number) =>
  batch !== undefined && batch.rows * batch.length * underWay > tokens
    ? failing('OutOfMemory', 'no memory')
    : undefined;

describe('sharing', () => {
  test('everything is done once, in place, and told with its number', async () => {
    const { all, fleet, events, sessions } = setUp({}, { speeds: speeds(3000) });
    const works = same(40);
    expect(numbersOf(await all(works))).toEqual(works.map(expectedOf));
    const batches = events.filter((event): event is BatchEvent => event.event === 'batch');
    expect(batches.map(({ window, batch }) => `${window}:${batch}`).toSorted()).toEqual(
      works.map(({ window, batch }) => `${window}:${batch}`).toSorted(),
    );
    expect(sessions.map(({ mostUnderWay }) => mostUnderWay)).toEqual([2, 2]);
    const { devices, seconds, imbalance } = fleet.report();
    expect(devices.map(({ batches }) => batches)).toEqual([10, 30]);
    expect(devices.map(({ share }) => share.protein)).toEqual([0.25, 0.75]);
    expect(devices.map(({ plan }) => plan.share.protein)).toEqual([0.25, 0.75]);
    expect([seconds, imbalance]).toEqual([4, 1]);
    expect(devices.map(({ idle_share, state, repeats }) => [idle_share, state, repeats])).toEqual([
      [0, 'running', 0],
      [0, 'running', 0],
    ]);
  });

  test('a wrong estimate is corrected by what is measured', async () => {
    const clock = new VirtualClock();
    const sessions = [1000, 9000].map((speed) => new FakeSession(`gpu:${speed}`, clock, { speeds: speeds(speed) }));
    const devices = sessions.map((session) => ({ session, speeds: speeds(5000) }));
    const fleet = new Fleet(devices, { emit: () => undefined, hangSeconds: HANG_SECONDS, clock });
    await clock.until(Promise.all(same(100).map((work) => fleet.encode(work))));
    const { devices: told, imbalance } = fleet.report();
    expect(told.map(({ plan }) => Math.round(plan.speed_after.protein))).toEqual([1000, 9000]);
    expect(told[0]!.batches).toBeWithin(8, 13);
    expect(imbalance).toBeLessThan(1.1);
  });

  test('a slow device beside a fast one delays the end by no more than one of its batches', async () => {
    for (const count of [1, 5, 29, 30, 31, 64]) {
      const { all, clock } = setUp({ speeds: speeds(100) }, { speeds: speeds(3000) });
      await all(same(count));
      const alone = (count * 400) / 3000;
      expect(clock.now()).toBeLessThanOrEqual(alone + 1e-9);
    }
  });

  test('what ends late at a device that became slow is done by an idle one', async () => {
    // From its third call on it is a hundred times slower than was measured.
    let calls = 0;
    const slow: FakeDevice = { noise: () => (++calls > 2 ? 100 : 1) };
    const { all, clock, fleet } = setUp(slow, {});
    const works = same(12);
    expect(numbersOf(await all(works))).toEqual(works.map(expectedOf));
    expect(clock.now()).toBeLessThan(6);
    // What comes late counts no more.
    await clock.until(clock.wait(200));
    expect(fleet.report().devices.map(({ batches, repeats }) => [batches, repeats])).toEqual([
      [2, 2],
      [10, 0],
    ]);
  });

  test('the oldest window first, the heaviest of it first, and all windows together once no more come', async () => {
    const orderOf = async (isLast: boolean) => {
      const { clock, fleet, sessions } = setUp({ inFlight: 1 });
      const shapes = [1, 3, 2].map((rows) => ({ encoder: 'protein' as const, rows, length: 10 }));
      const going = [1, 2].flatMap((window) => worksOf(window, shapes).map((work) => fleet.encode(work)));
      if (isLast) fleet.noMore();
      await clock.until(Promise.all(going));
      return sessions[0]!.batches.map(({ rows }) => rows);
    };
    expect(await orderOf(false)).toEqual([3, 2, 1, 3, 2, 1]);
    expect(await orderOf(true)).toEqual([3, 3, 2, 2, 1, 1]);
  });

  test('a device with a free lane does not take over from itself', async () => {
    let calls = 0;
    const { all, sessions } = setUp({ parallel: 2, inFlight: 2, noise: () => (++calls === 1 ? 9 : 1) });
    await all(same(9));
    expect(sessions[0]!.batches).toHaveLength(9);
  });

  test('a device with lanes is filled, and does nothing twice', async () => {
    const { all, clock, sessions, fleet } = setUp({ parallel: 4, inFlight: 8, speeds: speeds(4000) });
    await all(same(9));
    expect(sessions[0]!.batches).toHaveLength(9);
    expect(sessions[0]!.mostUnderWay).toBe(8);
    expect(clock.now()).toBeCloseTo(1.2);
    expect(fleet.report().devices[0]!.plan.speed_after.protein).toBeCloseTo(4000);
  });
});

describe('memory', () => {
  test('first fewer are under way', async () => {
    const { all, fleet, states, sessions } = setUp({ inFlight: 4, fault: memory(400) });
    const works = same(10);
    expect(numbersOf(await all(works))).toEqual(works.map(expectedOf));
    const [device] = fleet.report().devices;
    expect(device).toMatchObject({ in_flight: 1, slices: 0, batches: 10, most_tokens: { protein: null } });
    expect(device!.retries).toBe(device!.failures);
    expect(states().slice(0, 2)).toEqual(['gpu:0 running', 'gpu:0 retrying: no memory; from now on 2 at a time']);
    expect(states().at(-1)).toBe('gpu:0 running');
    expect(sessions[0]!.batches.every(({ rows }) => rows === 4)).toBe(true);
  });

  test('then the batch is done in slices of its rows, and later ones begin with the size that fits', async () => {
    const { all, fleet, sessions, states } = setUp({ inFlight: 1, fault: memory(150) });
    const works = same(3);
    expect(numbersOf(await all(works))).toEqual(works.map(expectedOf));
    expect(sessions[0]!.batches.map(({ rows }) => rows)).toEqual([4, 2, ...Array.from({ length: 12 }, () => 1)]);
    expect(fleet.report().devices[0]).toMatchObject({
      ...{ batches: 3, failures: 2, retries: 2, slices: 12, in_flight: 1 },
      most_tokens: { nucleotide: null, protein: 100 },
      done: ['1'],
    });
    expect(states()[1]).toBe('gpu:0 retrying: no memory; batch 1:1 in slices of 2 rows');
  });

  test('where not even a row fits, others do that encoder', async () => {
    const noProtein: FakeDevice = {
      fault: (_, batch) => (batch?.encoder === 'protein' ? failing('OutOfMemory') : undefined),
    };
    const { all, fleet, states } = setUp(noProtein, { speeds: speeds(500) });
    const works = worksOf(1, [
      ...Array.from({ length: 5 }, () => ({ encoder: 'protein' as const, rows: 2, length: 50 })),
      ...Array.from({ length: 5 }, () => ({ encoder: 'nucleotide' as const, rows: 2, length: 50 })),
    ]);
    expect(numbersOf(await all(works))).toEqual(works.map(expectedOf));
    const [first, second] = fleet.report().devices;
    expect(first!.tokens).toEqual({ nucleotide: 500, protein: 0 });
    expect(first!.left_to_others).toEqual({ protein: 'a row of 50 tokens does not fit in its memory' });
    expect(second!.tokens).toEqual({ nucleotide: 0, protein: 500 });
    expect(states()).toContain(
      'gpu:0 retrying: a row of 50 tokens does not fit in its memory; others do the protein model',
    );
  });

  test('without another device the run ends with a sentence', async () => {
    const { all } = setUp({ fault: () => failing('OutOfMemory') });
    const error = await all(same(3)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).sentence).toBe(
      'no device is left for the protein model (gpu:0: a row of 100 tokens does not fit in its memory)',
    );
    expect((error as UserError).exitCode).toBe(EXIT.runtime);
  });
});

describe('devices that are lost', () => {
  test.each(['DeviceLost', 'Unsupported', 'Bug', 'an exception', 'short', 'silence'] as const)(
    '%s: others do its batches, and the run goes on',
    async (what) => {
      const fault = (call: number) => {
        if (call < 3) return undefined;
        if (what === 'short' || what === 'silence') return what;
        return what === 'an exception' ? new TypeError('it went wrong') : failing(what);
      };
      const { all, clock, fleet, states, sessions } = setUp({ fault }, {});
      const works = same(20);
      expect(numbersOf(await all(works))).toEqual(works.map(expectedOf));
      // Another device had done what is not answered long before the silence was too long.
      await clock.until(clock.wait(2 * HANG_SECONDS));
      const reason = {
        short: '7 numbers came for the 4 rows of batch 1:5',
        silence: `no answer for ${HANG_SECONDS} s`,
      };
      const lost = what === 'short' || what === 'silence' ? reason[what] : 'it went wrong';
      expect(states().filter((state) => state.includes('lost'))).toEqual([`gpu:0 lost: ${lost}`]);
      expect(fleet.report().devices[0]).toMatchObject({ state: 'lost', reason: lost, batches: 2 });
      expect(fleet.report().devices[1]).toMatchObject({ state: 'running', reason: null, batches: 18 });
      // The time at which a lost device ended says nothing about how well the work was shared.
      expect(fleet.report().imbalance).toBe(1);
      await clock.until(fleet.close());
      expect(sessions.map(({ closed }) => closed)).toEqual([1, 1]);
    },
  );

  test('a late answer of a device that was given up is not heard', async () => {
    const { clock, fleet, events } = setUp({ noise: () => 2000 }, { speeds: speeds(300) });
    await clock.until(Promise.all(same(10).map((work) => fleet.encode(work))));
    await clock.until(clock.wait(2000));
    expect(fleet.report().devices.map(({ batches }) => batches)).toEqual([0, 10]);
    expect(events.filter((event) => event.event === 'batch' && event.status === 'complete')).toHaveLength(10);
  });

  test('long batches are waited for', async () => {
    const { all, clock, states } = setUp({ speeds: speeds(1) });
    await all(same(2));
    expect(clock.now()).toBe(800);
    expect(states()).toEqual(['gpu:0 running']);
  });

  test('no device left: one sentence names each and why', async () => {
    const { all, fleet } = setUp(
      { fault: () => failing('DeviceLost', 'The cable is out.') },
      { fault: () => 'silence' },
    );
    const error = await all(same(5)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).sentence).toBe(
      `no device is left for the protein model (gpu:0: The cable is out; gpu:1: no answer for ${HANG_SECONDS} s)`,
    );
    await expect(fleet.encode(same(1)[0]!)).rejects.toBe(error);
    await expect(
      fleet.classify(1, () => ({ nucleotide: new Float32Array(2), protein: new Float32Array(2) })),
    ).rejects.toBe(error);
  });

  test('a batch that is a bug on two devices ends the run before it costs the third', async () => {
    const bad: FakeDevice = { fault: (_, batch) => (batch?.rows === 3 ? failing('Bug', 'a strange row') : undefined) };
    const { all, states } = setUp(bad, bad, bad);
    const works = worksOf(
      1,
      [4, 4, 3, 4].map((rows) => ({ encoder: 'protein', rows, length: 100 })),
    );
    const error = await all(works).catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(/^Error: batch 1:3 failed on gpu:\d and on gpu:\d: a strange row$/);
    expect((error as Error).cause).toBeInstanceOf(DeviceError);
    expect(states().filter((state) => state.includes('lost')).length).toBeLessThan(3);
  });

  test('the bug of an only device is thrown as it is', async () => {
    const bug = new TypeError('undefined is not a function');
    const { all } = setUp({ fault: () => bug });
    await expect(all(same(2))).rejects.toBe(bug);
  });
});

describe('classify', () => {
  const numbers = () => ({ nucleotide: Float32Array.of(1, 2, 3, 4), protein: Float32Array.of(5, 6, 7, 8) });
  const classify = ({ clock, fleet }: ReturnType<typeof setUp>) => clock.until(fleet.classify(2, numbers));

  test('by the first device, and by the next when that is lost', async () => {
    const faults = ['DeviceLost', 'OutOfMemory', 'silence', 'short', 'Unsupported'] as const;
    for (const what of faults) {
      const fault = (call: number) =>
        call < 2 ? undefined : what === 'silence' || what === 'short' ? what : failing(what);
      const set = setUp({ fault }, {}, {});
      for (let i = 0; i < 3; i += 1) expect([...(await classify(set))]).toEqual([1, 5, 3, 7]);
      expect(set.sessions.map(({ classified }) => classified)).toEqual([2, 2, 0]);
      // Too little memory for this says nothing about batches of the encoders.
      expect(set.fleet.report().devices[0]!.state).toBe(what === 'OutOfMemory' ? 'retrying' : 'lost');
    }
  });

  test('a bug on two devices ends the run; on the only one it is thrown as it is', async () => {
    const bug = failing('Bug', 'a strange pair');
    const about: FakeDevice = { fault: () => bug };
    const set = setUp(about, about, {});
    await expect(classify(set)).rejects.toThrow('the classifier failed on gpu:0 and on gpu:1: a strange pair');
    await expect(classify(setUp(about))).rejects.toBe(bug);
    const lost: FakeDevice = { fault: () => failing('DeviceLost', 'gone') };
    await expect(classify(setUp(lost))).rejects.toThrow('no device is left for the classifier (gpu:0: gone)');
  });
});

describe('close', () => {
  test('closes what is alive once, and does not wait long for what nobody needs', async () => {
    const { all, clock, fleet, sessions } = setUp({}, {});
    await all(same(3));
    await clock.until(fleet.close());
    expect(sessions.map(({ closed }) => closed)).toEqual([1, 1]);
  });

  test('with batches under way it is a mistake, and who waits hears it', async () => {
    const { clock, fleet } = setUp({});
    const waiting = fleet.encode(same(1)[0]!);
    waiting.catch(() => undefined);
    await clock.until(fleet.close());
    await expect(waiting).rejects.toThrow('closed with batches under way');
  });

  test('ids differ, and there is a device', () => {
    const clock = new VirtualClock();
    const device = { session: new FakeSession('a', clock), speeds: speeds(1) };
    const options = { emit: () => undefined, hangSeconds: 1, clock };
    expect(() => new Fleet([], options)).toThrow('different ids');
    expect(() => new Fleet([device, device], options)).toThrow('different ids');
  });
});
