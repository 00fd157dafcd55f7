import { expect, test } from 'bun:test';
import { apiVersion } from './ort-api.ts';

test('a library is asked for the newest functions that both know', () => {
  expect(apiVersion('1.26.0')).toBe(26);
  expect(apiVersion('1.30.0')).toBe(30);
  expect(apiVersion('1.30.1-dev')).toBe(30);
  expect(apiVersion('1.31.1')).toBe(30);
});

test('one that is too old or of another kind is asked for nothing', () => {
  for (const version of ['1.25.3', '0.30.0', '2.0.0', '', 'null']) expect(apiVersion(version)).toBeUndefined();
});
