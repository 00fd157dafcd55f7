/** A GPU of this machine as both of its drivers tell of it, and all of them. */

import type { CudaDriver } from '../cuda/driver.ts';
import type { Binding } from '../vulkan/bind.ts';

/** `software`: a program that computes on the CPU what a GPU would. */
export type GpuKind = 'discrete' | 'integrated' | 'virtual' | 'software';

/** As a device of Vulkan's; on a Mac of Metal's. */
export interface VulkanPlace {
  /** `webgpu:0`: hardware in the order of the PCI bus, then software. */
  readonly id: string;
  /** How a Worker gets this device and no other. */
  readonly binding: Binding | undefined;
  /** Why there is no binding, a sentence without a full stop. */
  readonly problem: string | undefined;
}

export interface CudaPlace {
  /** `cuda:0`: as the driver counts. */
  readonly id: string;
  readonly ordinal: number;
  /** Compute capability, for instance `8.6`. */
  readonly capability: string;
}

/** A physical GPU, or a piece of software that is one for Vulkan. At least one of `vulkan` and `cuda` is there. */
export interface Gpu {
  readonly name: string;
  /** `NVIDIA`, `AMD` …; the number, `0x1234`, of one that is not known. */
  readonly vendor: string;
  readonly kind: GpuKind;
  /** Bytes of its own memory. */
  readonly memory: number;
  readonly memoryFree: number | undefined;
  /** `0000:65:00.0` */
  readonly pci: string | undefined;
  /** `GPU-01234567-…` of NVIDIA's, else without the prefix. */
  readonly uuid: string | undefined;
  /** Name and version: `NVIDIA 580.65.06`, `radv Mesa 25.0.7`. */
  readonly driver: string;
  readonly vulkan: VulkanPlace | undefined;
  readonly cuda: CudaPlace | undefined;
}

export interface Inventory {
  /** Hardware in the order of the PCI bus, then software. */
  readonly gpus: readonly Gpu[];
  /** Undefined where there is no driver of NVIDIA's. */
  readonly cudaDriver: CudaDriver | undefined;
  /** Why Vulkan shows no device or not all, a sentence without a full stop. */
  readonly vulkanProblem: string | undefined;
}
