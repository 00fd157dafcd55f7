/** What Vulkan tells of a device, and that as JSON between a child process and its parent. */

import { Fact } from '../../system/fact.ts';

export const VULKAN_TYPES = ['other', 'integrated', 'discrete', 'virtual', 'software'] as const;
/** VkPhysicalDeviceType, in its order; `software` is its `CPU`. */
export type VulkanType = (typeof VULKAN_TYPES)[number];

export interface VulkanDevice {
  readonly name: string;
  readonly type: VulkanType;
  /** PCI vendor, or Khronos' number of a maker without one. */
  readonly vendor: number;
  /** PCI device, with `vendor` the kind of card. */
  readonly device: number;
  /** As VkPhysicalDeviceDriverProperties has them: `NVIDIA` and `580.65.06`, `radv` and `Mesa 25.0.7`; may be empty. */
  readonly driverName: string;
  readonly driverInfo: string;
  /** As the driver packs it. */
  readonly driverVersion: number;
  /** Its own memory, in bytes. */
  readonly memory: number;
  /** What the driver would give this process of it now, in bytes; undefined where it does not tell. */
  readonly memoryFree: number | undefined;
  /** `0000:65:00.0`; undefined where the driver does not tell. */
  readonly pci: string | undefined;
  /** 32 hexadecimal digits. Equal to CUDA's on NVIDIA; equal for two copies of a software device. */
  readonly uuid: string;
  readonly driverUuid: string;
}

/** A device with the driver that shows it. */
export interface FoundDevice extends VulkanDevice {
  /** The driver's manifest; undefined where the loader's own list was taken as a whole. */
  readonly manifest: string | undefined;
  /** Place among the devices of that manifest, in the loader's order. */
  readonly index: number;
}

/** What one look at the machine gave. */
export interface Sight {
  readonly devices: readonly FoundDevice[];
  /** What hindered it, sentences without a full stop. */
  readonly problems: readonly string[];
}

const ANY_TEXT = /^/;
const UUID = /^[0-9a-f]{32}$/;

export function sightText({ devices, problems }: Sight): string {
  const plain = devices.map((device) => ({
    ...device,
    memoryFree: device.memoryFree ?? null,
    pci: device.pci ?? null,
    manifest: device.manifest ?? null,
  }));
  return JSON.stringify({ devices: plain, problems });
}

/** @throws Error where it is none */
export function parseSight(text: string): Sight {
  const root = new Fact(JSON.parse(text), 'devices seen');
  return {
    devices: root.field('devices').list(0).map(parseDevice),
    problems: root
      .field('problems')
      .list(0)
      .map((problem) => problem.text()),
  };
}

function parseDevice(fact: Fact): FoundDevice {
  const number = (key: string) => fact.field(key).number();
  return {
    name: fact.field('name').text(ANY_TEXT),
    type: fact.field('type').oneOf(...VULKAN_TYPES),
    vendor: number('vendor'),
    device: number('device'),
    driverName: fact.field('driverName').text(ANY_TEXT),
    driverInfo: fact.field('driverInfo').text(ANY_TEXT),
    driverVersion: number('driverVersion'),
    memory: number('memory'),
    memoryFree: fact.field('memoryFree').ifKnown((free) => free.number()),
    pci: fact.field('pci').ifKnown((pci) => pci.text()),
    uuid: fact.field('uuid').text(UUID),
    driverUuid: fact.field('driverUuid').text(UUID),
    manifest: fact.field('manifest').ifKnown((manifest) => manifest.text()),
    index: number('index'),
  };
}
