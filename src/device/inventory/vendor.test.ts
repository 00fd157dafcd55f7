import { expect, test } from 'bun:test';
import { vulkanDevice } from '../../../test/helpers/vulkan-devices.ts';
import type { VulkanDevice } from '../vulkan/device.ts';
import { driverText, vendorName } from './vendor.ts';

test.each([
  [0x10de, 'NVIDIA'],
  [0x1002, 'AMD'],
  [0x8086, 'Intel'],
  [0x10005, 'Mesa'],
  [0x1ae0, 'Google'],
  [0x77, '0x0077'],
])('maker %d is %s', (vendor, name) => expect(vendorName(vendor)).toBe(name));

const packed = (...parts: readonly (readonly [value: number, shift: number])[]) =>
  parts.reduce((sum, [value, shift]) => sum + value * 2 ** shift, 0);

test.each<[string, Partial<VulkanDevice>, string?]>([
  ['NVIDIA 580.65.06', {}],
  ['NVIDIA 580.65.6', { driverInfo: '', driverVersion: packed([580, 22], [65, 14], [6, 6]) }],
  ['radv Mesa 25.0.7', { vendor: 0x1002, driverName: 'radv', driverInfo: 'Mesa 25.0.7' }],
  [
    'SwiftShader driver 5.0.0',
    { vendor: 0x1ae0, driverName: 'SwiftShader driver', driverInfo: '', driverVersion: packed([5, 22]) },
  ],
  ['AMD 2.0.279', { vendor: 0x1002, driverName: '', driverInfo: '', driverVersion: packed([2, 22], [279, 0]) }],
  [
    'Intel 101.6129',
    { vendor: 0x8086, driverName: '', driverInfo: '', driverVersion: packed([101, 14], [6129, 0]) },
    'win32',
  ],
])('driver %s', (text, change, platform = 'linux') => {
  expect(driverText(vulkanDevice(change), platform)).toBe(text);
});
