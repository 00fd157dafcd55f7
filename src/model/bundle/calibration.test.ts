import { expect, test } from 'bun:test';
import { parseCalibration } from './calibration.ts';

const SOUND = { slope: 1.5, intercept: -0.25, threshold: 0.5, fitted_on: 'known sequences' };
const parse = (value: unknown) => parseCalibration(value, (problem) => new Error(`it ${problem}`));

test('the four keys are read, and no other is kept', () => {
  expect(parse({ ...SOUND, other: 1 })).toEqual(SOUND);
  expect(parse({ ...SOUND, slope: 1e-300, intercept: 0, threshold: 0.999 })).toMatchObject({ slope: 1e-300 });
});

test.each([
  ['is no JSON object', null],
  ['is no JSON object', [SOUND]],
  ['is no JSON object', 'text'],
  ['no "slope" above 0', { ...SOUND, slope: undefined }],
  ['no "slope" above 0', { ...SOUND, slope: 0 }],
  ['no "slope" above 0', { ...SOUND, slope: -1 }],
  ['no "slope" above 0', { ...SOUND, slope: '1' }],
  ['no "slope" above 0', JSON.parse('{"slope": 1e999}')],
  ['no number as its "intercept"', { ...SOUND, intercept: null }],
  ['no number as its "intercept"', { ...SOUND, intercept: Number.NaN }],
  ['no "threshold" between 0 and 1', { ...SOUND, threshold: 0 }],
  ['no "threshold" between 0 and 1', { ...SOUND, threshold: 1 }],
  ['no "threshold" between 0 and 1', { ...SOUND, threshold: true }],
  ['does not say what it was "fitted_on"', { ...SOUND, fitted_on: 7 }],
  ['does not say what it was "fitted_on"', { ...SOUND, fitted_on: ' ' }],
] as [string, unknown][])('%s: %j', (says, value) => {
  expect(() => parse(value)).toThrow(`it ${says.startsWith('no') ? 'has ' : ''}${says}`);
});
