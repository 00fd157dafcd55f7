/**
 * Looks which GPUs there are, by Vulkan in a child process and by NVIDIA's driver in this one. A machine with different
 * cards costs one child; cards of one kind cost one or more for each, to tell them apart.
 */

import { totalmem } from 'node:os';
import { readCudaDriver } from '../cuda/driver.ts';
import { type Ask, askChild, seeVulkan } from '../vulkan/ask.ts';
import { bindDevice } from '../vulkan/bind.ts';
import type { Gpu, Inventory } from './gpu.ts';
import { distinctDevices, joinGpus } from './join.ts';
import { nvidiaDriverText } from './nvidia-version.ts';

export async function takeInventory(ask: Ask = askChild, readCuda = readCudaDriver): Promise<Inventory> {
  if (process.platform === 'darwin') return { gpus: [appleGpu()], cudaDriver: undefined, vulkanProblem: undefined };
  const [sight, cudaDriver] = await Promise.all([seeVulkan(ask), readCuda()]);
  const bound = await Promise.all(
    distinctDevices(sight.devices).map(async (device) => ({
      device,
      bound: await bindDevice(device, sight.devices, ask),
    })),
  );
  const nvidiaDriver = cudaDriver === undefined ? 'NVIDIA' : nvidiaDriverText(cudaDriver);
  return {
    gpus: joinGpus(bound, cudaDriver?.devices ?? [], nvidiaDriver),
    cudaDriver,
    vulkanProblem: problemOf(sight.problems, sight.devices.length),
  };
}

function problemOf(problems: readonly string[], devices: number): string | undefined {
  if (problems.length > 0) return problems.join('; ');
  return devices > 0 ? undefined : "Vulkan finds no device; the card's driver for Vulkan may not be installed";
}

/** Dawn computes by Metal, which shows one GPU on these machines; its memory is the machine's. Not tried yet. */
function appleGpu(): Gpu {
  return {
    ...{ name: 'Apple GPU', vendor: 'Apple', kind: 'integrated', memory: totalmem(), memoryFree: undefined },
    ...{ pci: undefined, uuid: undefined, driver: 'Metal', cuda: undefined },
    vulkan: { id: 'webgpu:0', binding: { environment: {} }, problem: undefined },
  };
}
