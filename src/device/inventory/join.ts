/**
 * From what Vulkan and CUDA show, each physical GPU once. Pure.
 *
 * Both tell the address on the PCI bus, and where one does not, both tell the same UUID. A card that two Vulkan drivers
 * show, as radv and amdvlk do, is that of the first manifest.
 */

import type { CudaDevice } from '../cuda/driver.ts';
import type { Bound } from '../vulkan/bind.ts';
import type { FoundDevice, VulkanType } from '../vulkan/device.ts';
import { byPci, pciAddress, samePci } from '../vulkan/pci.ts';
import type { Gpu, GpuKind } from './gpu.ts';
import { driverText, NVIDIA, vendorName } from './vendor.ts';

export interface BoundDevice {
  readonly device: FoundDevice;
  readonly bound: Bound;
}

/** Each card once, as `webgpu:N` counts them: hardware in the order of the PCI bus, then software. */
export function distinctDevices(devices: readonly FoundDevice[]): FoundDevice[] {
  const isSoftware = ({ type }: FoundDevice) => Number(type === 'software');
  return devices
    .filter((device, i) => !devices.slice(0, i).some(({ pci }) => samePci(pci, device.pci)))
    .sort((one, other) => isSoftware(one) - isSoftware(other) || byPci(one.pci, other.pci));
}

/**
 * @param bound distinct devices in their order
 * @param nvidiaDriver name and version of NVIDIA's driver
 */
export function joinGpus(bound: readonly BoundDevice[], cuda: readonly CudaDevice[], nvidiaDriver: string): Gpu[] {
  const left = new Set(cuda);
  const ofVulkan = bound.map((one, number): Gpu => {
    const twin = twinOf(one.device, left);
    if (twin !== undefined) left.delete(twin);
    return vulkanGpu(one, number, twin);
  });
  const others = [...left].map((device): Gpu => {
    const { name, memory, uuid, pciBusId } = device;
    return {
      ...{ name, vendor: NVIDIA, kind: 'discrete', memory, memoryFree: undefined, uuid },
      ...{ pci: pciAddress(pciBusId), driver: nvidiaDriver, vulkan: undefined, cuda: cudaPlace(device) },
    };
  });
  const isSoftware = ({ kind }: Gpu) => Number(kind === 'software');
  return [...ofVulkan, ...others].sort(
    (one, other) => isSoftware(one) - isSoftware(other) || byPci(one.pci, other.pci),
  );
}

function vulkanGpu({ device, bound }: BoundDevice, number: number, twin: CudaDevice | undefined): Gpu {
  const vendor = vendorName(device.vendor);
  return {
    name: device.name,
    vendor,
    kind: kindOf(device.type),
    memory: twin?.memory ?? device.memory,
    memoryFree: device.memoryFree,
    pci: device.pci === undefined ? twin && pciAddress(twin.pciBusId) : pciAddress(device.pci),
    uuid: twin?.uuid ?? uuidText(device.uuid, vendor),
    driver: driverText(device),
    vulkan: { id: `webgpu:${number}`, ...bound },
    cuda: twin && cudaPlace(twin),
  };
}

function cudaPlace({ ordinal, capability }: CudaDevice): Gpu['cuda'] {
  return { id: `cuda:${ordinal}`, ordinal, capability };
}

function twinOf({ vendor, pci, uuid }: FoundDevice, cuda: ReadonlySet<CudaDevice>): CudaDevice | undefined {
  if (vendorName(vendor) !== NVIDIA) return undefined;
  const devices = [...cuda];
  if (pci !== undefined) return devices.find(({ pciBusId }) => samePci(pciBusId, pci));
  return devices.find((device) => device.uuid !== undefined && plainUuid(device.uuid) === uuid);
}

function plainUuid(text: string): string {
  return text
    .toLowerCase()
    .replace(/^(gpu|mig)-/, '')
    .replaceAll('-', '');
}

/** As NVIDIA's own tools write it. */
function uuidText(hex: string, vendor: string): string {
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return `${vendor === NVIDIA ? 'GPU-' : ''}${parts.join('-')}`;
}

/** What is none of the known kinds is no card that stands in this machine. */
function kindOf(type: VulkanType): GpuKind {
  return type === 'other' ? 'virtual' : type;
}
