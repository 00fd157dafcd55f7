import { expect, test } from 'bun:test';
import { contentRange, validatorOf } from './answer.ts';

test.each([
  ['bytes 0-0/1', { from: 0, until: 1, total: 1 }],
  ['bytes 5-9/10', { from: 5, until: 10, total: 10 }],
  ['bytes 5-8/10', { from: 5, until: 9, total: 10 }],
  ['bytes 5-9/*', { from: 5, until: 10, total: undefined }],
  [null, undefined],
  ['', undefined],
  ['bytes 5-10/10', undefined],
  ['bytes 9-5/10', undefined],
  ['bytes */10', undefined],
  ['bytes=5-9/10', undefined],
  ['bytes 5-9/10, bytes 0-1/10', undefined],
  ['bytes 5-9999999999999999/99999999999999999', undefined],
])('Content-Range: %p', (text, range) => expect(contentRange(text)).toStrictEqual(range));

test.each([
  [{ ETag: '"a"', 'Last-Modified': 'Thu, 01 Jan 2026 00:00:00 GMT' }, '"a"'],
  [{ ETag: 'W/"a"', 'Last-Modified': 'Thu, 01 Jan 2026 00:00:00 GMT' }, 'Thu, 01 Jan 2026 00:00:00 GMT'],
  [{ ETag: 'a' }, undefined],
  [{ ETag: 'W/"a"' }, undefined],
  [{ 'Last-Modified': 'yesterday' }, undefined],
])('only what If-Range may hold: %p', (headers, validator) =>
  expect(validatorOf(new Headers(headers))).toBe(validator),
);
