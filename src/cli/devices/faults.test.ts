import { expect, test } from 'bun:test';
import { faultFor } from './faults.ts';

test('none where nothing is asked for', () => {
  expect(faultFor('webgpu:0', '')).toBeUndefined();
  expect(faultFor('webgpu:0', ' , ')).toBeUndefined();
});

test('each device has its own, at the first batch where no number is said', () => {
  const text = 'webgpu:0 lost 3, webgpu:1  hang,';
  expect(faultFor('webgpu:0', text)).toEqual({ what: 'lost', at: 3 });
  expect(faultFor('webgpu:1', text)).toEqual({ what: 'hang', at: 1 });
  expect(faultFor('webgpu:10', text)).toBeUndefined();
});

test.each(['webgpu:0', 'webgpu:0 fire', 'webgpu:0 lost 0', 'webgpu:0 lost 1.5', 'webgpu:0 lost 1 2', 'webgpu:0 LOST'])(
  'not understood, whichever device it is for: %s',
  (part) => {
    // What is for the device itself stands before it and is in order.
    expect(() => faultFor('webgpu:7', `webgpu:7 memory, ${part}`)).toThrow(
      `VIRNUCPRO_FAULT is not understood at "${part}". It is for tests: a device, one of memory, lost, exception, hang, unrepaired,`,
    );
  },
);
