import { expect, test } from 'bun:test';
import { addressSpaceOf, needAddressSpace } from './address-space.ts';

const limits = (soft: string) =>
  [
    'Limit                     Soft Limit           Hard Limit           Units     ',
    'Max cpu time              unlimited            unlimited            seconds   ',
    `Max address space         ${soft.padEnd(20)} unlimited            bytes     `,
    'Max file locks            12                   unlimited            locks     ',
    '',
  ].join('\n');

test('the soft limit', () => {
  expect(addressSpaceOf(limits('600000000'))).toBe(600_000_000);
  expect(addressSpaceOf(limits('unlimited'))).toBeUndefined();
  expect(addressSpaceOf('')).toBeUndefined();
});

test('nothing needed is always there', () => {
  expect(() => needAddressSpace(0)).not.toThrow();
});
