import { expect, test } from 'bun:test';
import { childDescriptors, type Descriptors } from './descriptors.ts';

test('usually the first two that are free', () => {
  const plain: Descriptors = { report: 3, standardError: 4, list: ['pipe', 2] };
  expect(childDescriptors(['predict', 'a.fa', '-o', 'out'])).toEqual(plain);
  // The first three are handed on in any case; files with such names are no descriptors.
  expect(childDescriptors(['predict', '/dev/stdin', '/dev/fd/0', 'dev/fd/7', '/dev/fd/7.fa'])).toEqual(plain);
});

test('a number on the command line is that of the child, too', () => {
  expect(childDescriptors(['predict', '/dev/fd/6'])).toEqual({
    ...{ report: 3, standardError: 4 },
    list: ['pipe', 2, 'ignore', 6],
  });
  expect(childDescriptors(['predict', '/proc/self/fd/3', '--progress-file=/dev/fd/5'])).toEqual({
    ...{ report: 4, standardError: 6 },
    list: [3, 'pipe', 5, 2],
  });
});

test('a number beyond all reason cannot be handed on', () => {
  expect(childDescriptors(['predict', '/dev/fd/1024'])).toBeUndefined();
  expect(childDescriptors(['predict', '/dev/fd/1023'])?.list).toHaveLength(1021);
});
