import { expect, test } from 'bun:test';
import { around, idBytes, slopePerHour } from './curve.ts';
import type { MemorySample } from './sample.ts';

function sample(seconds: number, resident: number): MemorySample {
  return { seconds, resident, records: 0, anonymous: 0, proportional: 0, others: 0, journal: 0 };
}

test('a straight line has its slope, and noise around it none', () => {
  const line = Array.from({ length: 100 }, (_, i) => sample(36 * i, 1000 + 5 * i + (i % 2 === 0 ? 3 : -3)));
  expect(slopePerHour(line, ({ resident }) => resident)).toBeCloseTo(500, 0);
});

test('one large sample is not what a moment had', () => {
  const samples = Array.from({ length: 101 }, (_, i) => sample(i, i === 50 ? 9999 : i));
  expect(around(samples, 0.5).resident).toBe(51);
  expect(around(samples, 1).resident).toBe(99);
});

test('ids hold 12 to 24 bytes each once there are many', () => {
  expect(idBytes(0)).toBe(64 * 256 * 8);
  for (const ids of [1e5, 1e6, 1e7]) {
    expect(idBytes(ids) / ids).toBeGreaterThanOrEqual(12);
    expect(idBytes(ids) / ids).toBeLessThanOrEqual(24);
  }
});
