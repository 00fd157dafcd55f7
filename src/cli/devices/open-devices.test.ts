/**
 * Cards here are the CPU under another name: its engine is the real one, and what is to go wrong is done to its numbers.
 */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cardEntry, cpuEntry, nvidiaEntry } from '../../../test/helpers/device-entry.ts';
import { fixture } from '../../../test/helpers/fixtures.ts';
import { bundleFiles, ortLibrary } from '../../../test/helpers/native.ts';
import { type Backend, DeviceError, type Session } from '../../device/backend.ts';
import { NativeSession } from '../../device/native/session.ts';
import type { Event } from '../../events/event.ts';
import { openBundle } from '../../model/bundle/open.ts';
import { openClassifier } from '../../model/checkpoint/classifier.ts';
import { openEsm2 } from '../../model/checkpoint/esm2.ts';
import { openMosaicBert } from '../../model/checkpoint/mosaicbert.ts';
import { pointwiseProbe } from '../../run/proof/layer-probes.ts';
import type { Proof } from '../../run/proof/proof.ts';
import { recall, remember } from '../../run/proof/remembered.ts';
import { EXIT, UserError } from '../../system/errors.ts';
import type { ChosenDevice } from './choice.ts';
import type { DeviceEntry } from './entries.ts';
import { deviceInfo, type Setting } from './open-backend.ts';
import { type OpenedDevice, openDevices } from './open-devices.ts';
import { proofKey } from './prove.ts';

const root = mkdtempSync(join(tmpdir(), 'open-devices-'));
let setting: Setting;
let native: Session;
let cache = '';
/** Ids of the cards whose sessions were closed. */
let closed: string[] = [];
let events: Event[] = [];

beforeAll(async () => {
  const esm2 = await openEsm2(fixture('esm2', 'hf_safetensors'));
  const dnaberts = await openMosaicBert(fixture('dnaberts', 'hf_safetensors'));
  const classifier = await openClassifier(fixture('classifier', '500.safetensors'));
  const folder = join(root, 'bundle');
  const model = await bundleFiles(folder, dnaberts, esm2, [{ length: 500, weights: classifier }]);
  for (const weights of [esm2, dnaberts, classifier]) await weights.close();
  const bundle = await openBundle(folder, false);
  setting = { bundle, head: bundle.manifest.classifiers[0]!, arithmetic: 'fp32', threads: 1, batchTokens: 4096 };
  native = await NativeSession.open(ortLibrary(), model, {
    ...{ id: 'cpu', backend: 'native-cpu', name: 'CPU', threads: 1 },
  });
});

beforeEach(() => {
  cache = mkdtempSync(join(root, 'cache-'));
  closed = [];
  events = [];
});

afterAll(async () => {
  await native.close();
  rmSync(root, { recursive: true, force: true });
});

const radeon = cardEntry();
const nvidia = nvidiaEntry();
const cpu = cpuEntry();
const RADEON = 'webgpu:0 (Radeon RX 6400)';
const A4000 = 'cuda:0 (NVIDIA RTX A4000)';
const CHOOSE = 'Choose another device with --device; "virnucpro devices" lists them.';
const SLOW = 'No GPU can be used, so the CPU computes; that may take much longer.';
const OFF = 'the lookup with LayerNorm and GELU is off by 1e+0';

type Changes = Partial<Pick<Session, 'encode' | 'classify' | 'probe' | 'close'>>;
/** What opening a device comes to. */
type Plan = (session: (changes?: Changes) => Session) => Session | Promise<Session>;

const works: Plan = (session) => session();
const fails =
  (error: Error): Plan =>
  () =>
    Promise.reject(error);
/** Every value of a probe is off by one. */
const wrong: Plan = (session) =>
  session({ probe: async (probe) => (await native.probe(probe)).map((value) => value + 1) });

const chosen = (entry: DeviceEntry, ...backends: [Backend, ...Backend[]]): ChosenDevice => ({
  ...{ entry, backends, isNamed: true },
});
const unnamed = (...given: Parameters<typeof chosen>): ChosenDevice => ({ ...chosen(...given), isNamed: false });

/** A clock that stands still until it is told; the calls it was asked for, oldest first. */
class StandingClock {
  readonly asked: { readonly seconds: number; readonly action: () => void }[] = [];

  now(): number {
    return 0;
  }

  after(seconds: number, action: () => void): () => void {
    const one = { seconds, action };
    this.asked.push(one);
    return () => {
      const at = this.asked.indexOf(one);
      if (at >= 0) this.asked.splice(at, 1);
    };
  }

  /** Lets the time of the oldest pass. @returns how long it was to be */
  pass(): number {
    const one = this.asked.shift();
    if (one === undefined) throw new Error('nobody waits');
    one.action();
    return one.seconds;
  }
}

interface More {
  readonly trusted?: readonly string[];
  readonly clock?: StandingClock;
}

/** @param plans by the id of the device */
function open(
  plans: Readonly<Record<string, Plan>>,
  devices: readonly ChosenDevice[],
  { trusted = [], clock = new StandingClock() }: More = {},
): Promise<OpenedDevice[]> {
  return openDevices(devices, [radeon, nvidia, cpu], setting, { trusted, hangSeconds: 300 }, (e) => events.push(e), {
    ...{ clock, cache },
    open: async (entry, backend) => {
      const device = deviceInfo({ ...entry, gpu: gpuOf(entry) }, backend, 1);
      const plan = plans[device.id];
      if (plan === undefined) throw new Error(`${device.id} was opened, and nobody asked for it`);
      return plan((changes) => ({
        ...{ device, parallel: 1, inFlight: 2 },
        encode: (batch) => native.encode(batch),
        classify: (...all) => native.classify(...all),
        probe: (probe) => native.probe(probe),
        close: async () => {
          closed.push(device.id);
        },
        ...changes,
      }));
    },
  });
}

function gpuOf({ kind, name, driver, pci, vendor }: DeviceEntry): DeviceEntry['gpu'] {
  if (kind === 'cpu') return undefined;
  return {
    ...{ name, kind, pci, vendor: vendor ?? '', driver: driver ?? '', memory: 4e9, memoryFree: undefined },
    ...{ uuid: undefined, vulkan: undefined, cuda: undefined },
  };
}

const keyOf = (entry: DeviceEntry, backend: Backend) =>
  proofKey({ device: deviceInfo({ ...entry, gpu: gpuOf(entry) }, backend, 1) }, backend, setting);

/** As an earlier run left it. */
const passed: Proof = {
  ...{ verdict: 'pass', problem: undefined, lasting: true, seconds: 1 },
  probes: [{ name: 'the lookup', max_diff: 1e-7, allowed_diff: 1e-5, verdict: 'pass' }],
  encoders: {
    nucleotide: { max_diff: 1e-7, allowed_diff: 1e-5, cosine: 1, verdict: 'pass' },
    protein: { max_diff: 1e-7, allowed_diff: 1e-5, cosine: 1, verdict: 'pass' },
  },
  scores: { max_diff: 1e-7, allowed_diff: 1e-5, labels_differ: 0, verdict: 'pass' },
  speeds: { nucleotide: 1234, protein: 567 },
};

const knows = (entry: DeviceEntry, backend: Backend) => remember(keyOf(entry, backend), passed, cache);

const warnings = () => events.flatMap((one) => (one.event === 'warning' ? [one.message] : []));
const idsOf = (opened: readonly OpenedDevice[]) => opened.map(({ session }) => session.device.id);
const proves = () => events.filter((one) => one.event === 'stage' && one.stage === 'prove').length;

async function refused(promise: Promise<unknown>): Promise<UserError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof UserError)) throw new Error(`no UserError: ${error}`);
  return error;
}

describe('a card', () => {
  test('is proven once, and its speed is known then', async () => {
    const clock = new StandingClock();
    const [first] = await open({ 'webgpu:0': works }, [chosen(radeon, 'webgpu')], { clock });
    expect(clock.asked).toEqual([]);
    expect(first?.proof?.verdict).toBe('pass');
    expect(first?.isTrusted).toBe(false);
    expect(first?.speeds.nucleotide).toBeGreaterThan(0);
    expect([proves(), warnings(), closed]).toEqual([1, [], []]);

    const [second] = await open({ 'webgpu:0': works }, [chosen(radeon, 'webgpu')]);
    expect(second?.speeds).toEqual(first!.speeds);
    expect(proves()).toBe(1);
  });

  test('whose proof fails is closed, left out with the figures, and that is remembered', async () => {
    const error = await refused(open({ 'webgpu:0': wrong }, [chosen(radeon, 'webgpu')]));
    expect(error.sentence).toStartWith(`${RADEON} is not used: ${OFF}, `);
    expect(error.sentence).toEndWith(' is allowed; 12 more of the checks failed');
    expect(error.remedy).toContain('--trust-device webgpu:0');
    expect(error.remedy).toContain('(now radv Mesa 25.0.7)');
    expect([error.exitCode, proves(), closed]).toEqual([EXIT.runtime, 1, ['webgpu:0']]);

    const again = await refused(open({ 'webgpu:0': works }, [chosen(radeon, 'webgpu')]));
    expect(again.sentence).toBe(`${error.sentence} (found in an earlier run)`);
    expect([proves(), closed]).toEqual([1, ['webgpu:0', 'webgpu:0']]);
  });

  test('is used all the same where it is trusted, and that is said', async () => {
    for (const _ of ['proven', 'remembered']) {
      const [device] = await open({ 'webgpu:0': wrong }, [chosen(radeon, 'webgpu')], { trusted: ['WebGPU:0'] });
      expect(device).toMatchObject({ isTrusted: true, proof: { verdict: 'fail' } });
      expect(device!.speeds.protein).toBeGreaterThan(0);
    }
    expect([proves(), closed]).toEqual([1, []]);
    const [told] = warnings();
    expect(warnings()).toEqual([told!, told!]);
    expect(told).toStartWith(`webgpu:0 is used because of --trust-device, though its proof failed: ${OFF}, `);
    expect(told).toEndWith('failed.');
  });

  test('that passes is not said to be trusted', async () => {
    await knows(radeon, 'webgpu');
    const [device] = await open({ 'webgpu:0': works }, [chosen(radeon, 'webgpu')], { trusted: ['webgpu:0'] });
    expect([device?.isTrusted, warnings()]).toEqual([false, []]);
  });

  test('that is trusted and cannot compute is left out', async () => {
    const dead: Plan = (session) => {
      const lost = () => Promise.reject(new DeviceError('DeviceLost', 'gone'));
      return session({ probe: lost, encode: lost });
    };
    const error = await refused(open({ 'webgpu:0': dead }, [chosen(radeon, 'webgpu')], { trusted: ['webgpu:0'] }));
    expect(error.message).toBe(`${RADEON} is not used: gone. ${CHOOSE}`);
    expect([warnings(), closed]).toEqual([[], ['webgpu:0']]);
  });

  test('that cannot be closed is left out like any other', async () => {
    const stuck: Plan = async (session) => ({
      ...(await wrong(session)),
      close: () => Promise.reject(new Error('no')),
    });
    expect((await refused(open({ 'webgpu:0': stuck }, [chosen(radeon, 'webgpu')]))).sentence).toContain(OFF);
  });
});

describe('another backend of the same card', () => {
  const both = chosen(nvidia, 'cuda', 'webgpu');
  const tooOld = fails(new DeviceError('Unsupported', 'The driver is too old.\n    at a stack'));

  test('takes over where the first does not open', async () => {
    await knows(nvidia, 'webgpu');
    expect(idsOf(await open({ 'cuda:0': tooOld, 'webgpu:1': works }, [both]))).toEqual(['webgpu:1']);
    expect(warnings()).toEqual([`${A4000} is not used: The driver is too old. webgpu:1 is used instead.`]);
  });

  test('takes over where the first fails its proof', async () => {
    await knows(nvidia, 'webgpu');
    expect(idsOf(await open({ 'cuda:0': wrong, 'webgpu:1': works }, [both]))).toEqual(['webgpu:1']);
    expect(warnings()).toEqual([expect.stringMatching(/^cuda:0 .* is off by .*\. webgpu:1 is used instead\.$/)]);
    // The card is one: its memory is free before the other backend loads the model.
    expect(closed).toEqual(['cuda:0']);
  });

  test('is not opened where the first works', async () => {
    await knows(nvidia, 'cuda');
    expect(idsOf(await open({ 'cuda:0': works }, [both]))).toEqual(['cuda:0']);
  });

  test('fails as well: both are told', async () => {
    const plans = { 'cuda:0': tooOld, 'webgpu:1': fails(new DeviceError('DeviceLost', 'gone')) };
    const error = await refused(open(plans, [both]));
    expect(error.message).toBe(
      `${A4000} is not used: The driver is too old; webgpu:1 (NVIDIA RTX A4000) is not used: gone. ${CHOOSE}`,
    );
    expect(error.exitCode).toBe(EXIT.runtime);
  });
});

describe('of several', () => {
  const two = [chosen(nvidia, 'cuda', 'webgpu'), chosen(radeon, 'webgpu')];
  const broken = (reason: string) => fails(new DeviceError('Unsupported', reason));

  test('all are opened, in the order in which they were chosen', async () => {
    await knows(nvidia, 'cuda');
    await knows(radeon, 'webgpu');
    // The first one is ready long after the second.
    const slow: Plan = async (session) => {
      await native.probe(pointwiseProbe('fp32').probe);
      return session();
    };
    expect(idsOf(await open({ 'cuda:0': slow, 'webgpu:0': works }, two))).toEqual(['cuda:0', 'webgpu:0']);
  });

  test('one fails: the others are used, and every reason is told', async () => {
    await knows(radeon, 'webgpu');
    const plans = { 'cuda:0': broken('no code for it'), 'webgpu:1': broken('no adapter'), 'webgpu:0': works };
    expect(idsOf(await open(plans, two))).toEqual(['webgpu:0']);
    expect(warnings()).toEqual([
      `${A4000} is not used: no code for it. ${CHOOSE}`,
      `webgpu:1 (NVIDIA RTX A4000) is not used: no adapter. ${CHOOSE}`,
    ]);
  });

  test('none is left: all are named in the order in which they were chosen', async () => {
    // The first one takes longer to fail.
    const late: Plan = async () => {
      await native.probe(pointwiseProbe('fp32').probe);
      throw new DeviceError('Unsupported', 'no adapter');
    };
    const plans = { 'cuda:0': broken('no code for it'), 'webgpu:1': late, 'webgpu:0': broken('too small') };
    const error = await refused(open(plans, two));
    expect(error.sentence).toBe(
      `${A4000} is not used: no code for it; webgpu:1 (NVIDIA RTX A4000) is not used: no adapter; ` +
        `${RADEON} is not used: too small`,
    );
    expect(warnings()).toEqual([]);
  });

  test('a mistake in a file ends the run, and nothing stays open', async () => {
    await knows(nvidia, 'cuda');
    const plans = { 'cuda:0': works, 'webgpu:0': fails(new UserError('The runtime is damaged', 'Install it again.')) };
    expect((await refused(open(plans, two))).sentence).toBe('The runtime is damaged');
    expect(closed).toEqual(['cuda:0']);
  });

  test('so does one that is found by the proof', async () => {
    const { bundle } = setting;
    const damaged = { ...bundle, manifest: { ...bundle.manifest, golden: 'tokenizer.json' } };
    const before = setting;
    setting = { ...setting, bundle: damaged };
    try {
      const promise = open({ 'cuda:0': works, 'webgpu:0': works }, two);
      expect((await refused(promise)).message).toContain('golden numbers are damaged');
    } finally {
      setting = before;
    }
    expect(closed.toSorted()).toEqual(['cuda:0', 'webgpu:0']);
  });
});

describe('the CPU', () => {
  test('alone is opened without a proof', async () => {
    const [device] = await open({ cpu: works }, [chosen(cpu, 'native-cpu')]);
    expect(device).toMatchObject({ proof: undefined, speeds: { nucleotide: 1, protein: 1 }, isTrusted: false });
    expect(events).toEqual([{ event: 'stage', stage: 'load', note: 'loading the model' }]);
  });

  test('beside a card is measured as the card is', async () => {
    const devices = await open({ cpu: works, 'webgpu:0': works }, [
      chosen(cpu, 'native-cpu'),
      chosen(radeon, 'webgpu'),
    ]);
    expect(devices.map(({ session, proof }) => [session.device.id, proof?.verdict])).toEqual([
      ['cpu', 'pass'],
      ['webgpu:0', 'pass'],
    ]);
  });

  test('computes where no card was named and none can be used', async () => {
    const plans = { 'webgpu:0': fails(new DeviceError('Unsupported', 'too small')), cpu: works };
    const [device] = await open(plans, [unnamed(radeon, 'webgpu')]);
    expect([device?.session.device.id, device?.proof]).toEqual(['cpu', undefined]);
    expect(warnings()).toEqual([`${RADEON} is not used: too small. ${CHOOSE}`, SLOW]);
  });

  test('that fails is a bug, and what is open is closed', async () => {
    await knows(radeon, 'webgpu');
    const bug = new DeviceError('Bug', 'a bug');
    const plans = { cpu: fails(bug), 'webgpu:0': works };
    const promise = open(plans, [chosen(cpu, 'native-cpu'), chosen(radeon, 'webgpu')]);
    await expect(promise).rejects.toBe(bug);
    expect(closed).toEqual(['webgpu:0']);
  });
});

describe('a card that gives no answer', () => {
  const SILENT = `${RADEON} is not used: no answer for 300 s`;

  test('while it is opened is left behind, and closed should it open after all', async () => {
    await knows(nvidia, 'cuda');
    const clock = new StandingClock();
    const late = Promise.withResolvers<Session>();
    let answer = (): void => undefined;
    const hangs: Plan = (session) => {
      answer = () => late.resolve(session());
      return late.promise;
    };
    const plans = { 'webgpu:0': hangs, 'cuda:0': works };
    const opening = open(plans, [chosen(radeon, 'webgpu'), chosen(nvidia, 'cuda')], { clock });
    expect(Math.round(clock.pass())).toBe(300);
    const opened = await opening;
    expect(opened.map(({ session, speeds }) => [session.device.id, speeds])).toEqual([['cuda:0', passed.speeds!]]);
    expect(warnings()).toEqual([`${SILENT}. ${CHOOSE}`]);
    // Nothing waits for anything any more.
    expect([clock.asked, closed]).toEqual([[], []]);
    answer();
    // What promises have to do among themselves is done before this turn comes.
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toEqual(['webgpu:0']);
  });

  /** One whose every call waits until it is closed, as a Worker's do. */
  function silent(calls: 'probe' | 'encode'): { readonly plan: Plan; readonly asked: Promise<void> } {
    const asked = Promise.withResolvers<void>();
    const lost = Promise.withResolvers<never>();
    lost.promise.catch(() => undefined);
    const hang = () => {
      asked.resolve();
      return lost.promise;
    };
    const close = async () => {
      closed.push('webgpu:0');
      lost.reject(new DeviceError('DeviceLost', 'its session is closed'));
    };
    return { plan: (session) => session({ [calls]: hang, close }), asked: asked.promise };
  }

  /** All quarters of its patience pass, and the one before the first call. */
  function runOut(clock: StandingClock): void {
    for (let quarter = 0; quarter < 5; quarter += 1) expect(clock.pass()).toBe(75);
  }

  test.each([
    ['probe', 'the lookup with LayerNorm and GELU'],
    ['encode', 'the known sequences'],
  ] as const)('to %s of its proof fails it, and that is not remembered', async (calls, step) => {
    const clock = new StandingClock();
    const { plan, asked } = silent(calls);
    const opening = open({ 'webgpu:0': plan }, [chosen(radeon, 'webgpu')], { clock });
    await asked;
    runOut(clock);
    const error = await refused(opening);
    expect(error.sentence).toBe(`${SILENT} during ${step}`);
    expect(error.remedy).toStartWith('Close other programs that use it and run again');
    expect(await recall(keyOf(radeon, 'webgpu'), cache)).toBeUndefined();
    expect([clock.asked, closed.length > 0]).toEqual([[], true]);
  });

  test('for long, but always does, is waited for', async () => {
    const clock = new StandingClock();
    const slow: Plan = (session) =>
      session({
        probe: (probe) => {
          // All its patience but the last quarter.
          for (let quarter = 0; quarter < 4; quarter += 1) clock.pass();
          return native.probe(probe);
        },
      });
    const [device] = await open({ 'webgpu:0': slow }, [chosen(radeon, 'webgpu')], { clock });
    expect([device?.proof?.verdict, closed]).toEqual(['pass', []]);
  });

  test('though it is trusted is left out', async () => {
    const failed: Proof = { ...passed, verdict: 'fail', problem: 'attention is off', speeds: undefined };
    await remember(keyOf(radeon, 'webgpu'), failed, cache);
    expect(readdirSync(join(cache, 'proofs')).length).toBe(1);
    const clock = new StandingClock();
    const { plan, asked } = silent('encode');
    const opening = open({ 'webgpu:0': plan }, [chosen(radeon, 'webgpu')], { clock, trusted: ['webgpu:0'] });
    await asked;
    runOut(clock);
    expect((await refused(opening)).message).toBe(`${SILENT}. ${CHOOSE}`);
    expect([proves(), warnings(), clock.asked]).toEqual([0, [], []]);
  });
});
