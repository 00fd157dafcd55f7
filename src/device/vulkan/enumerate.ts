/**
 * The devices that Vulkan shows this process now. An instance is made and destroyed again, nothing on a device.
 *
 * The loader loads whole drivers into the process; one that is damaged may end it. So this runs in a child, see ask.ts.
 */

import type { VulkanDevice } from './device.ts';
import { VULKAN_TYPES } from './device.ts';
import { openVulkan, type Vulkan, VulkanError, vulkanErrorText } from './loader.ts';
import { LAYOUT, Structure, zeroEnded } from './structures.ts';

/** Vulkan 1.1: devices tell their properties as a chain of structures from there on. */
const API_VERSION = (1 << 22) | (1 << 12);
const INCOMPLETE = 5;
/** The loader found no driver. */
const INCOMPATIBLE_DRIVER = -9;
const DEVICE_LOCAL = 1;
const NVIDIA = 0x10de;

/**
 * Devices of the drivers that the C environment names, in the loader's order.
 * @throws VulkanError without a loader, or where it fails; no driver is no error
 */
export function vulkanDevices(loader?: string): VulkanDevice[] {
  const vk = openVulkan(loader);
  const application = new Structure(LAYOUT.applicationInfo);
  application.write(LAYOUT.applicationInfo.apiVersion, API_VERSION);
  const create = new Structure(LAYOUT.instanceCreateInfo);
  create.point(LAYOUT.instanceCreateInfo.application, application);
  const slot = new Uint8Array(new ArrayBuffer(8));
  const made = vk.vkCreateInstance(create.bytes, null, slot);
  if (made === INCOMPATIBLE_DRIVER) return [];
  if (made !== 0) throw new VulkanError(`Vulkan cannot be started: ${vulkanErrorText(made)}`);
  const instance = new DataView(slot.buffer).getBigUint64(0, true);
  try {
    return handlesOf(vk, instance).map((device) => describe(vk, device));
  } finally {
    vk.vkDestroyInstance(instance, null);
  }
}

function handlesOf(vk: Vulkan, instance: bigint): bigint[] {
  const count = new Uint8Array(new ArrayBuffer(4));
  const found = () => new DataView(count.buffer).getUint32(0, true);
  const check = (result: number): void => {
    if (result !== 0 && result !== INCOMPLETE) {
      throw new VulkanError(`Vulkan does not list its devices: ${vulkanErrorText(result)}`);
    }
  };
  check(vk.vkEnumeratePhysicalDevices(instance, count, null));
  if (found() === 0) return [];
  const handles = new DataView(new ArrayBuffer(8 * found()));
  check(vk.vkEnumeratePhysicalDevices(instance, count, new Uint8Array(handles.buffer)));
  return Array.from({ length: found() }, (_, i) => handles.getBigUint64(8 * i, true));
}

function describe(vk: Vulkan, device: bigint): VulkanDevice {
  const extensions = extensionsOf(vk, device);
  const hasPci = extensions.has('VK_EXT_pci_bus_info');
  const id = new Structure(LAYOUT.id);
  const driver = new Structure(LAYOUT.driver, id);
  const pci = new Structure(LAYOUT.pci, driver);
  const properties = new Structure(LAYOUT.properties, hasPci ? pci : driver);
  vk.vkGetPhysicalDeviceProperties2(device, properties.bytes);
  const at = LAYOUT.properties;
  const vendor = properties.u32(at.vendor);
  return {
    name: properties.text(at.name, at.nameBytes),
    type: VULKAN_TYPES[properties.u32(at.type)] ?? 'other',
    vendor,
    device: properties.u32(at.device),
    driverName: driver.text(LAYOUT.driver.name, LAYOUT.driver.textBytes),
    driverInfo: driver.text(LAYOUT.driver.info, LAYOUT.driver.textBytes),
    driverVersion: properties.u32(at.driverVersion),
    ...memoryOf(vk, device, vendor, extensions.has('VK_EXT_memory_budget')),
    pci: hasPci ? pciText(pci) : undefined,
    uuid: id.hex(LAYOUT.id.device, LAYOUT.id.uuidBytes),
    driverUuid: id.hex(LAYOUT.id.driver, LAYOUT.id.uuidBytes),
  };
}

/** Of the heaps on the device. NVIDIA lists the window through which the CPU sees its memory as a further heap. */
function memoryOf(
  vk: Vulkan,
  device: bigint,
  vendor: number,
  hasBudget: boolean,
): Pick<VulkanDevice, 'memory' | 'memoryFree'> {
  const at = LAYOUT.memory;
  const budget = new Structure(LAYOUT.budget);
  const memory = new Structure(at, hasBudget ? budget : undefined);
  vk.vkGetPhysicalDeviceMemoryProperties2(device, memory.bytes);
  const heaps = Array.from({ length: memory.u32(at.heapCount) }, (_, i) => ({
    isLocal: (memory.u32(at.heaps + at.heapBytes * i + at.heapFlags) & DEVICE_LOCAL) !== 0,
    size: Number(memory.u64(at.heaps + at.heapBytes * i)),
    free: Number(budget.u64(LAYOUT.budget.budget + 8 * i)) - Number(budget.u64(LAYOUT.budget.usage + 8 * i)),
  }))
    .filter(({ isLocal }) => isLocal)
    .sort((one, other) => other.size - one.size);
  const counted = vendor === NVIDIA ? heaps.slice(0, 1) : heaps;
  return {
    memory: counted.reduce((sum, { size }) => sum + size, 0),
    memoryFree: hasBudget ? counted.reduce((sum, { free }) => sum + Math.max(0, free), 0) : undefined,
  };
}

function pciText(pci: Structure): string {
  const part = (at: number, digits: number) => pci.u32(at).toString(16).padStart(digits, '0');
  const at = LAYOUT.pci;
  return `${part(at.domain, 4)}:${part(at.bus, 2)}:${part(at.device, 2)}.${part(at.function, 1)}`;
}

/** Structures of extensions are chained only where the driver has them: others it may take for something else. */
function extensionsOf(vk: Vulkan, device: bigint): Set<string> {
  const at = LAYOUT.extension;
  const count = new Uint8Array(new ArrayBuffer(4));
  const found = () => new DataView(count.buffer).getUint32(0, true);
  if (vk.vkEnumerateDeviceExtensionProperties(device, null, count, null) !== 0 || found() === 0) return new Set();
  const list = new Uint8Array(new ArrayBuffer(at.bytes * found()));
  vk.vkEnumerateDeviceExtensionProperties(device, null, count, list);
  return new Set(
    Array.from({ length: found() }, (_, i) => {
      const from = at.bytes * i + at.name;
      return zeroEnded(list.subarray(from, from + at.nameBytes));
    }),
  );
}
