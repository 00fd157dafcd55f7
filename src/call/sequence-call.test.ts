import { expect, test } from 'bun:test';
import { SequenceCall, type SequenceResult } from './sequence-call.ts';

/** @param chunks [max0, max1] per chunk, rounded to float32 as scores are */
function callOf(...chunks: [number, number][]): SequenceResult {
  const call = new SequenceCall();
  for (const [max0, max1] of chunks) call.add(Math.fround(max0), Math.fround(max1));
  const result = call.result();
  if (result === undefined) throw new Error('no chunk');
  return result;
}

function times(n: number, chunk: [number, number]): [number, number][] {
  return Array.from({ length: n }, () => chunk);
}

test('without a scored chunk there is no call', () => {
  expect(new SequenceCall().result()).toBeUndefined();
});

test('the difference of a chunk is that of the decimals in the tables', () => {
  // As float32 values 0.8 - 0.1 is 0.7000000104.
  expect(new SequenceCall().add(Math.fround(0.1), Math.fround(0.8))).toBe(0.8 - 0.1);
});

test('weights follow the size of the difference', () => {
  // Deltas 0.64 and -0.25 weigh 0.8 and 0.5: (0.512 - 0.125) / 1.3. 1e-15: a few float64 roundings.
  expect(Math.abs(callOf([0.18, 0.82], [0.625, 0.375]).weightedDelta - 0.387 / 1.3)).toBeLessThan(1e-15);
});

test('all differences 0 gives 0, ambiguous, review', () => {
  expect(callOf(...times(6, [0.5, 0.5]))).toMatchObject({ call: 'ambiguous', tier: 'review', weightedDelta: 0 });
});

test('thresholds are strict, and read the decimals as written', () => {
  // As float32 values 0.8 and 0.7 lie above and below the decimals; the rule must see 0.8 and 0.7 exactly.
  expect(callOf([0.1, 0.8]).confidentViral).toBe(0);
  expect(callOf([0.1, 0.8000001]).confidentViral).toBe(1);
  expect(callOf([0.3, 0.9]).confidentViral).toBe(0);
  expect(callOf([0.29999998, 0.9]).confidentViral).toBe(1);
  expect(callOf([0.8, 0.1]).confidentNonViral).toBe(0);
  expect(callOf([0.8000001, 0.1]).confidentNonViral).toBe(1);
  expect(callOf([0.7, 0.9]).ambiguous).toBe(0);
  expect(callOf([0.7000001, 0.9]).ambiguous).toBe(1);
});

test('the call changes beyond 0.3, on both sides', () => {
  expect(callOf([0, 0.3]).call).toBe('ambiguous');
  expect(callOf([0, 0.30000004]).call).toBe('viral');
  expect(callOf([0.3, 0]).call).toBe('ambiguous');
  expect(callOf([0.30000004, 0]).call).toBe('non_viral');
});

test('five chunks are enough, four lower every tier by one step', () => {
  const strong: [number, number] = [0.1, 0.95];
  const weak: [number, number] = [0.29, 0.81];
  const unsupported: [number, number] = [0.1, 0.75];
  expect(callOf(...times(5, strong)).tier).toBe('high_confidence');
  expect(callOf(...times(4, strong)).tier).toBe('low_confidence');
  expect(callOf(...times(5, weak)).tier).toBe('moderate_confidence');
  expect(callOf(...times(4, weak)).tier).toBe('low_confidence');
  expect(callOf(...times(5, unsupported)).tier).toBe('low_confidence');
  expect(callOf(...times(4, unsupported)).tier).toBe('review');
});

test('support must come from the side of the call', () => {
  const mirrored = callOf(...times(5, [0.95, 0.1]));
  expect(mirrored).toMatchObject({ call: 'non_viral', tier: 'high_confidence', confidentNonViral: 5 });
  expect(mirrored).toMatchObject({ viralProportion: 0, nonviralProportion: 1 });
  // Called viral, and the only confident chunk is non-viral.
  const against = callOf([0.85, 0.25], ...times(9, [0.1, 0.75]));
  expect(against).toMatchObject({ call: 'viral', confidentNonViral: 1, confidentViral: 0, tier: 'low_confidence' });
});

test('one confident chunk in ten is enough support, one in eleven is not; ambiguous chunks do not count', () => {
  expect(callOf([0.1, 0.95], ...times(9, [0.1, 0.75])).tier).toBe('high_confidence');
  expect(callOf([0.1, 0.95], ...times(10, [0.1, 0.75])).tier).toBe('low_confidence');
  const result = callOf([0.1, 0.95], ...times(9, [0.1, 0.75]), ...times(2, [0.75, 0.95]));
  expect(result).toMatchObject({ nScored: 12, ambiguous: 2, viralProportion: 0.1, tier: 'high_confidence' });
});

test('only ambiguous chunks: the proportions are 0', () => {
  expect(callOf(...times(5, [0.75, 0.95]))).toMatchObject({ viralProportion: 0, nonviralProportion: 0 });
});
