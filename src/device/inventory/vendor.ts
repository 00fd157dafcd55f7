/** Makers of GPUs and the names of their drivers, for people. */

import type { VulkanDevice } from '../vulkan/device.ts';

export const NVIDIA = 'NVIDIA';

/** By PCI vendor; from 0x10000 on Khronos' own numbers (VkVendorId), for makers without one. */
const VENDORS: ReadonlyMap<number, string> = new Map([
  [0x1002, 'AMD'],
  [0x1022, 'AMD'],
  [0x1010, 'Imagination'],
  [0x106b, 'Apple'],
  [0x10de, NVIDIA],
  [0x13b5, 'Arm'],
  [0x1414, 'Microsoft'],
  [0x144d, 'Samsung'],
  [0x14e4, 'Broadcom'],
  [0x1ae0, 'Google'],
  [0x1af4, 'Red Hat'],
  [0x5143, 'Qualcomm'],
  [0x8086, 'Intel'],
  [0x10005, 'Mesa'],
]);

/** The number, `0x1234`, of one that is not known. */
export function vendorName(vendor: number): string {
  return VENDORS.get(vendor) ?? `0x${vendor.toString(16).padStart(4, '0')}`;
}

/** `NVIDIA 580.65.06`, `radv Mesa 25.0.7`, `SwiftShader driver 5.0.0`. */
export function driverText(
  { vendor, driverName, driverInfo, driverVersion }: VulkanDevice,
  platform: string = process.platform,
): string {
  const version = driverInfo === '' ? versionText(driverVersion, vendorName(vendor), platform) : driverInfo;
  return `${driverName === '' ? vendorName(vendor) : driverName} ${version}`;
}

/** Vulkan packs a version in 10, 10 and 12 bits; NVIDIA in 10, 8, 8 and 6, Intel on Windows in 18 and 14. */
function versionText(packed: number, vendor: string, platform: string): string {
  const parts = (...widths: readonly number[]) => {
    let above = 32;
    return widths.map((width) => {
      above -= width;
      return (packed >>> above) % 2 ** width;
    });
  };
  if (vendor === NVIDIA) return parts(10, 8, 8).join('.');
  if (vendor === 'Intel' && platform === 'win32') return parts(18, 14).join('.');
  return parts(10, 10, 12).join('.');
}
