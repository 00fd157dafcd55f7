/** Devices as a run sees them, for tests of what is chosen and opened. */

import type { DeviceEntry } from '../../src/cli/devices/entries.ts';

/** A card that WebGPU drives, changed as the test says. */
export function cardEntry(change: Partial<DeviceEntry> = {}): DeviceEntry {
  return {
    ...{ id: 'webgpu:0', name: 'Radeon RX 6400', kind: 'discrete', vendor: 'AMD', driver: 'radv Mesa 25.0.7' },
    ...{ backends: ['webgpu'], ids: { webgpu: 'webgpu:0' }, unusable: {}, memory: 4e9, memoryFree: undefined },
    ...{ pci: '0000:03:00.0', uuid: undefined, capability: undefined, default: true },
    ...{ gpu: undefined, cudaLine: undefined },
    ...change,
  };
}

/** One that CUDA drives as well. */
export function nvidiaEntry(change: Partial<DeviceEntry> = {}): DeviceEntry {
  return cardEntry({
    ...{ id: 'cuda:0', name: 'NVIDIA RTX A4000', vendor: 'NVIDIA', driver: 'NVIDIA 580.65.06', pci: '0000:65:00.0' },
    ...{ backends: ['cuda', 'webgpu'], ids: { cuda: 'cuda:0', webgpu: 'webgpu:1' }, cudaLine: 'cuda' },
    ...change,
  });
}

export function cpuEntry(change: Partial<DeviceEntry> = {}): DeviceEntry {
  return cardEntry({
    ...{ id: 'cpu', name: 'Xeon', kind: 'cpu', vendor: undefined, driver: undefined, pci: undefined, default: false },
    ...{ backends: ['native-cpu'], ids: { 'native-cpu': 'cpu' } },
    ...change,
  });
}
