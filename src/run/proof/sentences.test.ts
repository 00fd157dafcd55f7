import { expect, test } from 'bun:test';
import { offText, scoresOffText } from './sentences.ts';

const probe = { name: 'attention', max_diff: 1e-3, allowed_diff: 2e-2, cosine: 0.9951239, verdict: 'fail' } as const;

test.each([
  ['attention is off by 2.5e-2, 2e-2 is allowed', { ...probe, max_diff: 0.0249, cosine: 1 }],
  ['attention has a cosine of 0.995124 to the known values, 0.999 is the least allowed', probe],
  ['attention gives values that are not numbers', { ...probe, max_diff: Number.NaN }],
  ['attention gives values that are not numbers', { ...probe, max_diff: Number.POSITIVE_INFINITY }],
])('%s', (sentence, check) => expect(offText('attention', check, 0.999)).toBe(sentence));

const scores = { max_diff: 1e-6, allowed_diff: 2e-5, labels_differ: 0, verdict: 'fail' } as const;

test.each([
  ['a score is off by 1.3e-3, 2e-5 is allowed', { ...scores, max_diff: 1.26e-3, labels_differ: 1 }],
  ['a known sequence gets another label', { ...scores, labels_differ: 1 }],
  ['2 known sequences get another label', { ...scores, labels_differ: 2 }],
  ['the classifier gives values that are not numbers', { ...scores, max_diff: Number.NaN }],
])('%s', (sentence, check) => expect(scoresOffText(check)).toBe(sentence));
