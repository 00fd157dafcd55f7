import { expect, test } from 'bun:test';
import { byPci, pciAddress, samePci } from './pci.ts';

test.each([
  ['00000000:3B:00.0', '0000:3b:00.0'],
  ['0000:3b:00.0', '0000:3b:00.0'],
  ['00010000:E1:00.1', '10000:e1:00.1'],
  ['1:2:3.4', '0001:02:03.4'],
  ['Nowhere', 'nowhere'],
])('%s is %s', (text, address) => expect(pciAddress(text)).toBe(address));

test('what is not known equals nothing', () => {
  expect(samePci('00000000:3B:00.0', '0000:3b:00.0')).toBe(true);
  expect(samePci('0000:3b:00.0', '0000:3b:00.1')).toBe(false);
  expect(samePci(undefined, undefined)).toBe(false);
});

test('order on the bus', () => {
  const places = ['10000:01:00.0', undefined, '0000:b3:00.0', '0000:9:00.0', '0000:09:00.1'];
  expect(places.toSorted(byPci)).toEqual(['0000:9:00.0', '0000:09:00.1', '0000:b3:00.0', '10000:01:00.0', undefined]);
  // Array.sort() moves undefined by itself; objects keep the order they had.
  const nowhere = [{ n: 1 }, { n: 2, pci: '0000:01:00.0' }, { n: 3 }];
  expect(nowhere.toSorted((one, other) => byPci(one.pci, other.pci)).map(({ n }) => n)).toEqual([2, 1, 3]);
});
