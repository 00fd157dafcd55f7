import { describe, expect, test } from 'bun:test';
import { FakeSession } from '../../../test/helpers/fake-device.ts';
import { VirtualClock } from '../../../test/helpers/virtual-clock.ts';
import type { DeviceInfo, Session } from '../../device/backend.ts';
import type { DeviceReport, FleetReport } from '../../run/fleet/report.ts';
import type { Proof } from '../../run/proof/proof.ts';
import type { OpenedDevice } from './open-devices.ts';
import { summaryDevices } from './summary.ts';

const check = (maxDiff: number) => ({ max_diff: maxDiff, allowed_diff: 1e-5, verdict: 'pass' }) as const;
const probe = (maxDiff: number) => ({ name: 'attention', ...check(maxDiff) });
const passed: Proof = {
  ...{ verdict: 'pass', problem: undefined, lasting: true, seconds: 3 },
  probes: [probe(1e-7), probe(3e-6), probe(2e-6)],
  encoders: { nucleotide: { ...check(4e-6), cosine: 1 }, protein: { ...check(5e-6), cosine: 1 } },
  scores: { ...check(6e-6), labels_differ: 0 },
  speeds: { nucleotide: 1000, protein: 100 },
};
const failed: Proof = {
  ...passed,
  ...{ verdict: 'fail', problem: 'attention is off', encoders: undefined, scores: undefined, speeds: undefined },
};

function opened(device: DeviceInfo, proof: Proof | undefined, isTrusted = false): OpenedDevice {
  const session: Session = Object.assign(new FakeSession(device.id, new VirtualClock()), { device });
  return { session, speeds: { nucleotide: 1, protein: 1 }, proof, isTrusted };
}

const CPU: DeviceInfo = { id: 'cpu', backend: 'native-cpu', name: 'Xeon', threads: 8 };
const CARD: DeviceInfo = {
  ...{ id: 'cuda:0', backend: 'cuda', name: 'RTX A4000', threads: undefined },
  ...{ driver: 'NVIDIA 580.65.06', pci: '0000:65:00.0' },
};

const did = (id: string): DeviceReport => ({
  ...{ id, state: 'running', reason: null, left_to_others: {} },
  plan: {
    speed_before: { nucleotide: 1, protein: 1 },
    speed_after: { nucleotide: 2, protein: 2 },
    share: { nucleotide: 1, protein: 1 },
  },
  ...{ batches: 7, tokens: { nucleotide: 3, protein: 4 }, share: { nucleotide: 1, protein: 1 }, busy_seconds: 2 },
  ...{ idle_share: 0, finished_seconds: 2, failures: 0, retries: 0, slices: 0, repeats: 0, in_flight: 2 },
  ...{ most_tokens: { nucleotide: null, protein: null }, done: ['1-2'] },
});
const report = (...ids: string[]): FleetReport => ({ seconds: 2, imbalance: 1, devices: ids.map(did) });
const summary = (devices: readonly OpenedDevice[], fleet: FleetReport) =>
  summaryDevices(devices, fleet, { arithmetic: 'fp16' });
const proofOf = (proof: Proof, isTrusted = false) =>
  summary([opened(CARD, proof, isTrusted)], report('cuda:0'))[0]?.proof;

test('what a device is and what it did', () => {
  const { plan, ...rest } = did('cuda:0');
  expect(summary([opened(CARD, passed)], report('cuda:0'))).toEqual([
    {
      ...{ backend: 'cuda', name: 'RTX A4000', threads: null, driver: 'NVIDIA 580.65.06', pci: '0000:65:00.0' },
      ...{ arithmetic: 'fp16', plan, ...rest },
      proof: {
        ...{ verdict: 'pass', trusted: false, problem: null, probes_max_diff: 3e-6 },
        ...{ nucleotide_max_diff: 4e-6, protein_max_diff: 5e-6, score_max_diff: 6e-6 },
      },
    },
  ]);
});

test('a CPU alone has no proof and no plan, and computes in float32', () => {
  expect(summary([opened(CPU, undefined)], report('cpu'))[0]).toMatchObject({
    ...{ id: 'cpu', threads: 8, driver: null, pci: null, arithmetic: 'fp32', proof: null, plan: null, batches: 7 },
  });
});

test('devices keep their order, and a report of others is a mistake of the program', () => {
  const both = [opened(CARD, passed), opened(CPU, passed)];
  expect(summary(both, report('cuda:0', 'cpu')).map(({ id }) => id)).toEqual(['cuda:0', 'cpu']);
  expect(() => summary(both, report('cpu', 'cuda:0'))).toThrow('the report does not tell of cuda:0');
  expect(() => summary(both, report('cuda:0'))).toThrow('the report does not tell of cpu');
});

describe('a proof that failed', () => {
  test('is told with its figures, and that it was trusted', () => {
    expect(proofOf(failed, true)).toEqual({
      ...{ verdict: 'fail', trusted: true, problem: 'attention is off', probes_max_diff: 3e-6 },
      ...{ nucleotide_max_diff: null, protein_max_diff: null, score_max_diff: null },
    });
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('has no figure for %d', (value) => {
    // In any place: the largest of the others is not the largest.
    for (const probes of [
      [probe(value), probe(1)],
      [probe(1), probe(value)],
    ]) {
      expect(proofOf({ ...failed, probes })?.probes_max_diff).toBeNull();
    }
    const encoders = { nucleotide: { ...check(value), cosine: 1 }, protein: { ...check(1e-6), cosine: 1 } };
    expect(proofOf({ ...failed, encoders })).toMatchObject({ nucleotide_max_diff: null, protein_max_diff: 1e-6 });
  });

  test('has none for probes that were not reached', () => {
    expect(proofOf({ ...failed, probes: [] })?.probes_max_diff).toBeNull();
  });
});
