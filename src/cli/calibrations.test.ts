import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../system/errors.ts';
import { readCalibrations } from './calibrations.ts';

const folder = mkdtempSync(join(tmpdir(), 'calibrations-'));
const file = join(folder, 'c.json');
afterAll(() => rmSync(folder, { recursive: true }));

const SOUND = { slope: 1.5, intercept: -0.25, threshold: 0.5, fitted_on: 'known sequences' };

test('by chunk length; a head may be without', async () => {
  writeFileSync(file, JSON.stringify({ 500: { ...SOUND, other: 1 } }));
  expect([...(await readCalibrations(file, [300, 500]))]).toEqual([[500, SOUND]]);
});

test.each([
  ['not valid JSON', '{'],
  ['not valid JSON', ''],
  ['twice', `{"500": ${JSON.stringify(SOUND)}, "500": ${JSON.stringify(SOUND)}}`],
  ['not a JSON object', '[]'],
  ['is empty', '{}'],
  ['"400" is not the chunk length of a head that was given (300, 500)', JSON.stringify({ 400: SOUND })],
  ['"0500" is not the chunk length', JSON.stringify({ '0500': SOUND })],
  ['"__proto__" is not the chunk length', '{"__proto__": {}}'],
  ['the calibration for 500 has no "slope" above 0', JSON.stringify({ 500: { ...SOUND, slope: -1 } })],
  ['the calibration for 300 has no "threshold"', JSON.stringify({ 500: SOUND, 300: { ...SOUND, threshold: 50 } })],
])('%s: %s', async (says, text) => {
  writeFileSync(file, text);
  const reading = readCalibrations(file, [300, 500]);
  await expect(reading).rejects.toThrow(says);
  await expect(reading).rejects.toBeInstanceOf(UserError);
  await expect(reading).rejects.toThrow(`${file}: `);
});

test('what is no small file is refused', async () => {
  await expect(readCalibrations(folder, [500])).rejects.toThrow('is no file');
  await expect(readCalibrations(join(folder, 'absent.json'), [500])).rejects.toThrow('there is no such file');
  writeFileSync(file, '');
  truncateSync(file, 2 ** 31);
  await expect(readCalibrations(file, [500])).rejects.toThrow('too large');
});
