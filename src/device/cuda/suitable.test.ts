import { describe, expect, test } from 'bun:test';
import { TARGETS, type Target } from '../../system/program.ts';
import type { CudaDriver } from './driver.ts';
import {
  bestCudaLine,
  CUDA_LINES,
  CUDA_RULES,
  type CudaLine,
  cardProblem,
  driverProblem,
  lineProblem,
} from './suitable.ts';

function driver(version: number, ...capabilities: readonly string[]): CudaDriver {
  const devices = capabilities.map((capability, ordinal) => ({
    ...{ ordinal, name: `card ${capability}`, memory: 1e10, capability },
    ...{ pciBusId: `0000:0${ordinal}:00.0`, uuid: undefined },
  }));
  return { version, devices, problem: devices.length === 0 ? 'no card' : undefined };
}

test.each<[Target, number, string, CudaLine | undefined]>([
  ['linux-x64', 13000, '7.5', 'cuda'],
  ['linux-x64', 13010, '9.0', 'cuda'],
  ['linux-x64', 13000, '12.0', 'cuda'],
  ['linux-x64', 13000, '7.0', 'cuda12'], // V100
  ['linux-x64', 13000, '10.0', undefined], // B200
  ['linux-x64', 13000, '12.1', undefined],
  ['linux-x64', 12020, '8.6', 'cuda12'],
  ['linux-x64', 12020, '7.0', 'cuda12'],
  ['linux-x64', 12090, '12.0', undefined],
  ['linux-x64', 11080, '8.6', undefined],
  ['linux-arm64', 13000, '9.0', 'cuda'],
  ['linux-arm64', 13000, '12.1', 'cuda'],
  ['linux-arm64', 13000, '8.0', undefined],
  ['linux-arm64', 12080, '9.0', undefined],
  ['windows-x64', 13000, '8.6', 'cuda'],
  ['windows-x64', 13000, '12.1', 'cuda'],
  ['windows-x64', 13000, '9.0', undefined],
  ['windows-x64', 12020, '8.6', 'cuda12'],
  ['windows-x64', 12020, '7.0', undefined],
  ['darwin-arm64', 13000, '8.6', undefined],
])('%s, CUDA %d, capability %s: %s', (target, version, capability, line) => {
  expect(bestCudaLine(target, driver(version, capability))).toBe(line);
});

describe('the reason', () => {
  test('is one sentence without its full stop, whatever is wrong', () => {
    const drivers = [undefined, driver(11000, '8.0'), driver(12020, '8.0'), driver(13000, '3.5'), driver(13000)];
    const reasons = TARGETS.flatMap((target) =>
      CUDA_LINES.flatMap((line) => drivers.map((one) => lineProblem(line, target, one))),
    ).filter((reason) => reason !== undefined);
    expect(reasons.length).toBeGreaterThan(20);
    for (const reason of reasons) expect(reason).not.toMatch(/\.$|undefined|\n/);
  });

  test('names what the driver supports and what is needed', () => {
    expect(driverProblem('cuda', driver(12020, '8.0'))).toBe(
      'The NVIDIA driver supports CUDA 12.2, and CUDA 13 is needed: driver 580 or newer',
    );
    expect(driverProblem('cuda12', driver(11080, '8.0'))).toContain('driver 525 or newer');
    expect(driverProblem('cuda', undefined)).toContain('no driver');
    // An old driver without a card is called old: a newer one would find the card perhaps.
    expect(driverProblem('cuda', driver(12020))).toContain('580');
    expect(driverProblem('cuda', driver(13000))).toBe('no card');
  });

  test('names the card, and whether it is too old', () => {
    const old = cardProblem('cuda', 'linux-x64', { name: 'Tesla V100', capability: '7.0' });
    expect(old).toContain('Tesla V100 has compute capability 7.0');
    expect(old).toContain('too old');
    const recent = cardProblem('cuda', 'linux-x64', { name: 'B200', capability: '10.0' });
    expect(recent).toContain('10.0');
    expect(recent).not.toContain('too old');
  });

  test('is none when one card of several can be driven', () => {
    expect(lineProblem('cuda', 'linux-x64', driver(13000, '7.0', '8.0'))).toBeUndefined();
    expect(lineProblem('cuda', 'linux-x64', driver(13000, '7.0', '6.1'))).toContain('7.0');
  });
});

test('the older line is marked untested', () => {
  expect(CUDA_LINES.map((line) => CUDA_RULES[line].isUntested)).toEqual([false, true]);
});
