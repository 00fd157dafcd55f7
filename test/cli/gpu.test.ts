/**
 * Predictions on GPUs, from the executable. The cards are software: one driver twice makes two equal ones. They are slow, and
 * compile their shaders anew for each number of tokens, so the input is a few reads of one length.
 */

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { Box, type Outcome } from '../helpers/binary.ts';
import { expectRefusal } from '../helpers/refusal.ts';
import { softwareGpu, WHY_NO_SOFTWARE_GPU } from '../helpers/software-gpu.ts';
import { fastaOf, rowsOf, TABLES } from '../helpers/tables.ts';

/**
 * Against the CPU, of a score: both compute in float32 with another order of additions. 5e-7 was seen; the proof allows
 * 1e-5 of an embedding.
 */
const TOLERANCE = 1e-5;
const READS = 3;
/** All six frames have 36 residues: more than 32 tokens, where the repairs matter. */
const READ_LENGTH = 110;

// A software GPU's proof takes a minute, and several on a busy machine.
setDefaultTimeout(900_000);

const gpu = softwareGpu();
const box = new Box();
afterAll(() => box.remove());

/** Letters of a fixed generator, with few stops. */
function read(seed: number): string {
  let state = seed + 1;
  return Array.from({ length: READ_LENGTH }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return 'ACGC'[state >>> 30]!;
  }).join('');
}

interface SummaryDevice {
  readonly id: string;
  readonly backend: string;
  readonly state: string;
  readonly reason: string | null;
  readonly batches: number;
  readonly failures: number;
  readonly retries: number;
  readonly tokens: { readonly nucleotide: number; readonly protein: number };
  readonly proof: { readonly verdict: string; readonly trusted: boolean; readonly problem: string | null } | null;
}

function devicesOf(folder: string): SummaryDevice[] {
  return JSON.parse(box.text(folder, 'summary.json')).devices;
}

function crashesOf(folder: string): unknown {
  return JSON.parse(box.text(folder, 'summary.json')).crashes;
}

function tablesOf(folder: string): string[] {
  return TABLES.map((name) => box.text(folder, name));
}

/** Largest difference of a score; the rows and their labels must be equal. */
function scoreDifference(folder: string, other: string): number {
  const [a, b] = [folder, other].map((name) => rowsOf(box.text(name, 'prediction_results.txt')));
  expect(a!.map(([id, label]) => [id, label])).toEqual(b!.map(([id, label]) => [id, label]));
  const scores = (rows: string[][]) => rows.slice(1).flatMap((row) => row.slice(2, 4).map(Number));
  const known = scores(b!);
  return Math.max(...scores(a!).map((score, i) => Math.abs(score - known[i]!)));
}

function predict(folder: string, device: string, more: readonly string[] = [], fault?: string): Promise<Outcome> {
  // Small batches, so that there are some for everybody.
  const args = ['predict', 'reads.fa', '-o', folder, '--device', device, '--batch-tokens', '100', ...more];
  return box.run(args, { env: { ...gpu?.environment(2), VIRNUCPRO_FAULT: fault } });
}

describe.skipIf(gpu === undefined)(gpu === undefined ? WHY_NO_SOFTWARE_GPU : 'software GPUs', () => {
  beforeAll(async () => {
    const records = Array.from({ length: READS }, (_, i) => [`r${i}`, read(i)] as const);
    box.write('reads.fa', fastaOf(records));
    expect((await predict('cpu', 'cpu')).code).toBe(0);
  });

  test('a card without the repairs gives other numbers, and is refused with them', async () => {
    const refused = await predict('unrepaired', 'webgpu:0', [], 'webgpu:0 unrepaired');
    expectRefusal(refused, ['webgpu:0', 'attention over 64 tokens', 'is off by', '--trust-device webgpu:0'], 1);
    // Remembered: the proof is not made again, and the card is not used until it is.
    const again = await predict('unrepaired', 'webgpu:0');
    expectRefusal(again, ['found in an earlier run'], 1);
    expect(again.stderr).not.toContain('proving');
    expect(box.exists('unrepaired', 'summary.json')).toBe(false);

    const trusted = await predict('trusted', 'webgpu:0', ['--trust-device', 'webgpu:0'], 'webgpu:0 unrepaired');
    expect(trusted.code).toBe(0);
    expect(trusted.stderr).toContain('used because of --trust-device');
    const [device] = devicesOf('trusted');
    expect(device!.proof).toMatchObject({ verdict: 'fail', trusted: true });
    expect(device!.proof!.problem).toContain('attention over 64 tokens');

    // Told to, it is tried again, now with the repairs.
    const verified = await box.run(['devices', '--verify', '--json', '--device', 'webgpu:0'], {
      env: gpu!.environment(2),
    });
    expect(verified.code).toBe(0);
    const listed = JSON.parse(verified.stdout) as { id: string; proof: Record<string, { verdict: string }> | null }[];
    expect(listed.find(({ id }) => id === 'webgpu:0')!.proof).toMatchObject({
      webgpu: { verdict: 'pass', remembered: false, model: { name: 'mini' }, arithmetic: 'fp32' },
    });
  });

  test("one card: the CPU's labels and nearly its scores; two: the bytes of one", async () => {
    const one = await predict('one', 'webgpu:0');
    expect({ code: one.code, proves: one.stderr.includes('proving') }).toEqual({ code: 0, proves: false });
    expect(devicesOf('one')).toMatchObject([
      { id: 'webgpu:0', backend: 'webgpu', failures: 0, proof: { verdict: 'pass' } },
    ]);
    expect(scoreDifference('one', 'cpu')).toBeLessThanOrEqual(TOLERANCE);

    const two = await predict('two', 'webgpu:0,webgpu:1');
    expect(two.code).toBe(0);
    const devices = devicesOf('two');
    expect(devices.map(({ id }) => id)).toEqual(['webgpu:0', 'webgpu:1']);
    for (const { batches, failures } of devices) {
      expect(failures).toBe(0);
      expect(batches).toBeGreaterThan(0);
    }
    expect(tablesOf('two')).toEqual(tablesOf('one'));
  });

  test('a software device is not chosen by itself', async () => {
    await box.ok(['predict', 'reads.fa', '-o', 'auto'], { env: gpu!.environment(1) });
    expect(devicesOf('auto').map(({ id }) => id)).toEqual(['cpu']);
  });

  test('no memory: the batch is computed again, alone, and the tables are the same', async () => {
    const outcome = await predict('memory', 'webgpu:0', [], 'webgpu:0 memory 2');
    expect(outcome.code).toBe(0);
    expect(outcome.stderr).toContain('goes on with less at a time');
    const [device] = devicesOf('memory');
    expect(device!.retries).toBeGreaterThan(0);
    expect(tablesOf('memory')).toEqual(tablesOf('one'));
  });

  for (const what of ['lost', 'exception'] as const) {
    test(`${what}: others do its batches`, async () => {
      const outcome = await predict(what, 'webgpu:0,webgpu:1', [], `webgpu:0 ${what} 2`);
      expect(outcome.code).toBe(0);
      expect(outcome.stderr).toMatch(/webgpu:0 \(.*\) is lost: .*\. Others do its batches/);
      const [first, second] = devicesOf(what);
      expect([first!.state, second!.state]).toEqual(['lost', 'running']);
      expect(first!.reason).not.toBeNull();
      expect(tablesOf(what)).toEqual(tablesOf('one'));
    });
  }

  test('silence: the device is given up after a while, and the run ends with the others', async () => {
    const outcome = await predict('hang', 'cpu,webgpu:0', ['--hang-seconds', '5'], 'webgpu:0 hang 1');
    expect(outcome.code).toBe(0);
    expect(scoreDifference('hang', 'cpu')).toBeLessThanOrEqual(TOLERANCE);
  });

  test('nobody left: one sentence, and no results', async () => {
    const outcome = await predict('nobody', 'webgpu:0', [], 'webgpu:0 lost 2');
    expectRefusal(outcome, ['no device is left', 'webgpu:0', '--device cpu'], 1);
    expect(box.exists('nobody', 'summary.json')).toBe(false);
  });

  test('a card that takes the process with it is left out, and the tables are the same', async () => {
    const outcome = await predict('crash', 'webgpu:0,webgpu:1', [], 'webgpu:1 segfault 1');
    expect(outcome.code).toBe(0);
    expect(outcome.stderr).toContain(
      'The program crashed (SIGSEGV) while webgpu:1 was at work; it goes on from the journal',
    );
    expect(devicesOf('crash').map(({ id }) => id)).toEqual(['webgpu:0']);
    expect(tablesOf('crash')).toEqual(tablesOf('one'));
    expect(crashesOf('crash')).toMatchObject([{ signal: 'SIGSEGV', device: 'webgpu:1' }]);
  });

  test('the only card takes the process with it: the CPU goes on', async () => {
    const outcome = await predict('last-card', 'webgpu:0', [], 'webgpu:0 abort 2');
    expect(outcome.code).toBe(0);
    expect(outcome.stderr).toContain('(SIGABRT) while webgpu:0 was at work');
    expect(outcome.stderr).toContain('so the CPU computes');
    expect(devicesOf('last-card').map(({ id }) => id)).toEqual(['cpu']);
    expect(scoreDifference('last-card', 'cpu')).toBeLessThanOrEqual(TOLERANCE);
    expect(crashesOf('last-card')).toMatchObject([{ signal: 'SIGABRT', device: 'webgpu:0' }]);
  });

  test('a name, a number that is not there, a card twice', async () => {
    const named = await box.run(['models', 'verify', 'mini', '--device', 'swiftshader'], { env: gpu!.environment(2) });
    expectRefusal(named, ['swiftshader', 'is not one device']);
    expectRefusal(await predict('x', 'cuda:9'), ['There is no device cuda:9', 'webgpu:1']);
    expectRefusal(await predict('x', 'webgpu:7,cpu'), ['There is no device webgpu:7']);
    expectRefusal(await predict('x', ','), ['--device', 'is not understood']);
  });
});
