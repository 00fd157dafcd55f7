/** Devices as Vulkan would show them, for tests of what is made of them. */

import type { FoundDevice, Sight } from '../../src/device/vulkan/device.ts';

let made = 0;

/** A discrete card of NVIDIA's with a UUID and a driver of its own, changed as the test says. */
export function vulkanDevice(change: Partial<FoundDevice> = {}): FoundDevice {
  made += 1;
  return {
    ...{ name: 'NVIDIA RTX A4000', type: 'discrete', vendor: 0x10de, device: 0x24b0 },
    ...{ driverName: 'NVIDIA', driverInfo: '580.65.06', driverVersion: ((580 << 22) | (65 << 14) | (6 << 6)) >>> 0 },
    ...{ memory: 17e9, memoryFree: 16e9, pci: undefined, manifest: '/icd/nvidia.json', index: 0 },
    uuid: made.toString(16).padStart(32, '0'),
    driverUuid: 'd'.repeat(32),
    ...change,
  };
}

/** A device that a program on the CPU plays. */
export function softwareDevice(change: Partial<FoundDevice> = {}): FoundDevice {
  return vulkanDevice({
    ...{ name: 'llvmpipe (LLVM 19.1.7, 256 bits)', type: 'software', vendor: 0x10005, device: 0 },
    ...{ driverName: 'llvmpipe', driverInfo: 'Mesa 25.0.7 (LLVM 19.1.7)', manifest: '/icd/lvp.json' },
    ...change,
  });
}

export function sight(...devices: readonly FoundDevice[]): Sight {
  return { devices, problems: [] };
}
