/**
 * The structures of vulkan.h that are written and read here, as offsets in bytes on 64-bit machines (checked with
 * offsetof against Vulkan-Headers 1.4.359). Every one begins with its number (sType) and the address of the next one.
 */

import { ptr } from 'bun:ffi';

const NEXT = 8;

/** Sizes, numbers (VkStructureType) and offsets. Fields are 32-bit where nothing else is said. */
export const LAYOUT = {
  applicationInfo: { number: 0, bytes: 48, apiVersion: 44 },
  instanceCreateInfo: { number: 1, bytes: 64, application: 24 },
  /** Text of 256 bytes and a version. */
  extension: { bytes: 260, name: 0, nameBytes: 256 },
  /** VkPhysicalDeviceProperties2 with VkPhysicalDeviceProperties from byte 16 on. */
  properties: {
    ...{ number: 1000059001, bytes: 840 },
    ...{ apiVersion: 16, driverVersion: 20, vendor: 24, device: 28, type: 32, name: 36, nameBytes: 256 },
  },
  /** 16 bytes each. */
  id: { number: 1000071004, bytes: 64, device: 16, driver: 32, uuidBytes: 16 },
  driver: { number: 1000196000, bytes: 536, name: 20, info: 276, textBytes: 256 },
  pci: { number: 1000212000, bytes: 32, domain: 16, bus: 20, device: 24, function: 28 },
  /** Each heap: 64-bit size, flags, 4 bytes of nothing. */
  memory: { number: 1000059006, bytes: 536, heapCount: 276, heaps: 280, heapBytes: 16, heapFlags: 8 },
  /** Two lists of 16 64-bit numbers. */
  budget: { number: 1000237000, bytes: 272, budget: 16, usage: 144 },
} as const;

/** A structure in memory. Its bytes do not move; whoever chains one keeps it until the call is over. */
export class Structure {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView<ArrayBuffer>;

  /** @param next chained behind it */
  constructor({ number, bytes }: { readonly number: number; readonly bytes: number }, next?: Structure) {
    this.#view = new DataView(new ArrayBuffer(bytes));
    this.bytes = new Uint8Array(this.#view.buffer);
    this.#view.setUint32(0, number, true);
    if (next !== undefined) this.point(NEXT, next);
  }

  /** Writes the address of another structure. */
  point(at: number, other: Structure): void {
    this.#view.setBigUint64(at, BigInt(ptr(other.bytes)), true);
  }

  write(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  u32(at: number): number {
    return this.#view.getUint32(at, true);
  }

  u64(at: number): bigint {
    return this.#view.getBigUint64(at, true);
  }

  text(at: number, bytes: number): string {
    return zeroEnded(this.bytes.subarray(at, at + bytes));
  }

  hex(at: number, bytes: number): string {
    return this.bytes.subarray(at, at + bytes).toHex();
  }
}

/** Text up to its zero. A driver may write anything there: what a terminal would obey becomes a blank. */
export function zeroEnded(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  const text = new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
  return text.replace(/\p{Cc}+/gu, ' ').trim();
}
