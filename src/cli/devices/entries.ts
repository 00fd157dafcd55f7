/**
 * Which devices there are for a run, what drives each, and which are used when none is named. The rules that `devices`
 * shows are those that `--device auto` follows.
 */

import { cpus, totalmem } from 'node:os';
import type { Backend } from '../../device/backend.ts';
import type { CudaDriver } from '../../device/cuda/driver.ts';
import { CUDA_LINES, CUDA_RULES, type CudaLine, cardProblem, driverProblem } from '../../device/cuda/suitable.ts';
import type { CudaPlace, Gpu, GpuKind, Inventory } from '../../device/inventory/gpu.ts';
import { findRuntime } from '../../runtime/catalogue.ts';
import { inspectRuntime } from '../../runtime/installed.ts';
import { runtimeFolder } from '../../runtime/places.ts';
import { UserError } from '../../system/errors.ts';
import { hostTarget, type Target } from '../../system/program.ts';

export interface DeviceEntry {
  /** The best backend's id. */
  readonly id: string;
  readonly name: string;
  readonly kind: 'cpu' | GpuKind;
  /** What can drive it now, the best first. */
  readonly backends: readonly Backend[];
  readonly ids: Readonly<Partial<Record<Backend, string>>>;
  /** Why a backend cannot, a sentence without a full stop; of the CPU, why there is no GPU for that backend. */
  readonly unusable: Readonly<Partial<Record<Backend, string>>>;
  /** Undefined for the CPU, as what follows. */
  readonly vendor: string | undefined;
  readonly driver: string | undefined;
  /** Bytes; of the CPU the machine's. */
  readonly memory: number;
  readonly memoryFree: number | undefined;
  /** `0000:65:00.0` */
  readonly pci: string | undefined;
  readonly uuid: string | undefined;
  /** Compute capability of NVIDIA's cards, for instance `8.6`. */
  readonly capability: string | undefined;
  /** Used where no device is named. */
  readonly default: boolean;
  /** Undefined for the CPU. */
  readonly gpu: Gpu | undefined;
  /** The installed runtime that drives it; undefined where CUDA cannot. */
  readonly cudaLine: CudaLine | undefined;
}

export type InstalledFiles =
  | { readonly state: 'sound' | 'absent' }
  /** The problem without a full stop. */
  | { readonly state: 'broken'; readonly problem: string };

/** The files of each line of ONNX Runtime's CUDA provider. */
export type InstalledCuda = Readonly<Record<CudaLine, InstalledFiles>>;

export interface Host {
  readonly target: Target;
  readonly cpu: string;
  /** Bytes. */
  readonly memory: number;
}

export function thisHost(): Host {
  return { target: hostTarget(), cpu: cpus()[0]?.model.trim() || 'CPU', memory: totalmem() };
}

export async function readInstalledCuda(): Promise<InstalledCuda> {
  const root = folderOrNone();
  const read = async (line: CudaLine): Promise<InstalledFiles> => {
    const runtime = findRuntime(line, hostTarget());
    if (root === undefined || runtime === undefined) return { state: 'absent' };
    try {
      const installed = await inspectRuntime(root, runtime);
      if (installed === undefined) return { state: 'absent' };
      return installed.state === 'sound' ? { state: 'sound' } : { state: 'broken', problem: installed.problem };
    } catch (error) {
      // A folder that cannot be read is of no concern to whoever has no such card.
      if (error instanceof UserError) return { state: 'broken', problem: error.sentence };
      throw error;
    }
  };
  return { cuda: await read('cuda'), cuda12: await read('cuda12') };
}

/** GPUs and the CPU: the CPU comes first where there is no hardware GPU, else last. */
export function deviceEntries(inventory: Inventory, installed: InstalledCuda, host = thisHost()): DeviceEntry[] {
  const gpus = inventory.gpus.map((gpu) => gpuEntry(gpu, inventory, installed, host.target));
  const hasHardware = gpus.some(({ kind }) => kind !== 'software');
  const cpu: DeviceEntry = {
    ...{ id: 'cpu', name: host.cpu, kind: 'cpu', memory: host.memory, memoryFree: undefined },
    ...{ vendor: undefined, driver: undefined, pci: undefined, uuid: undefined, capability: undefined },
    ...{ backends: ['native-cpu'], ids: { 'native-cpu': 'cpu' }, unusable: noGpu(inventory, hasHardware) },
    default: !gpus.some((gpu) => gpu.default),
    ...{ gpu: undefined, cudaLine: undefined },
  };
  return hasHardware ? [...gpus, cpu] : [cpu, ...gpus];
}

function gpuEntry(gpu: Gpu, inventory: Inventory, installed: InstalledCuda, target: Target): DeviceEntry {
  const { name, kind, vendor, driver, memory, memoryFree, pci, uuid, vulkan, cuda } = gpu;
  const byCuda = cudaAnswer(gpu, inventory.cudaDriver, installed, target);
  const line = byCuda?.line;
  const noVulkan = vulkanProblem(gpu, inventory.vulkanProblem);
  const backends: Backend[] = [];
  if (line !== undefined) backends.push('cuda');
  if (noVulkan === undefined) backends.push('webgpu');
  const best = line === undefined ? (vulkan ?? cuda) : cuda;
  if (best === undefined) throw new Error(`${name} is neither Vulkan's nor CUDA's`);
  return {
    ...{ id: best.id, name, kind, vendor, driver, memory, memoryFree, pci, uuid, capability: cuda?.capability },
    ...{ gpu, cudaLine: line, backends },
    ids: { ...(cuda && { cuda: cuda.id }), ...(vulkan && { webgpu: vulkan.id }) },
    unusable: {
      ...(byCuda?.problem !== undefined && { cuda: byCuda.problem }),
      ...(noVulkan !== undefined && { webgpu: noVulkan }),
    },
    default: kind !== 'software' && backends.length > 0,
  };
}

function vulkanProblem({ vulkan }: Gpu, problem: string | undefined): string | undefined {
  if (vulkan !== undefined) return vulkan.problem;
  const container = 'in a container, NVIDIA_DRIVER_CAPABILITIES must have "graphics"';
  return problem ?? `Vulkan does not show this card; install the part of its driver for Vulkan (${container})`;
}

interface CudaAnswer {
  readonly line: CudaLine | undefined;
  readonly problem: string | undefined;
}

/** Undefined for cards of other makers. */
function cudaAnswer(
  { name, vendor, cuda }: Gpu,
  driver: CudaDriver | undefined,
  installed: InstalledCuda,
  target: Target,
): CudaAnswer | undefined {
  if (cuda !== undefined) return lineFor(name, cuda, driver, installed, target);
  if (vendor !== 'NVIDIA') return undefined;
  const unseen = "NVIDIA's driver does not show this card to CUDA; CUDA_VISIBLE_DEVICES may hide it";
  return { line: undefined, problem: driverProblem('cuda12', driver) ?? unseen };
}

function lineFor(
  name: string,
  { capability }: CudaPlace,
  driver: CudaDriver | undefined,
  installed: InstalledCuda,
  target: Target,
): CudaAnswer {
  const not = (problem: string | undefined): CudaAnswer => ({ line: undefined, problem });
  const withCode = CUDA_LINES.filter((line) => cardProblem(line, target, { name, capability }) === undefined);
  const suited = withCode.filter((line) => driverProblem(line, driver) === undefined);
  const [first] = suited;
  // The last line asks least of the driver.
  const easiest = withCode.at(-1);
  if (easiest === undefined) return not(cardProblem('cuda', target, { name, capability }));
  if (first === undefined) return not(driverProblem(easiest, driver));
  const ready = suited.find((line) => installed[line].state === 'sound');
  if (ready !== undefined) return { line: ready, problem: undefined };
  for (const line of suited) {
    const files = installed[line];
    if (files.state === 'broken') {
      return not(`Its files are broken: ${files.problem}; "virnucpro runtime install ${line}" puts them right`);
    }
  }
  const untested = CUDA_RULES[first].isUntested ? ' (not tried on a card yet)' : '';
  return not(`Its files are not installed; "virnucpro runtime install ${first}" fetches them${untested}`);
}

/** Why no GPU, or not every one, could be found. */
function noGpu({ vulkanProblem, cudaDriver }: Inventory, hasHardware: boolean): DeviceEntry['unusable'] {
  const cuda = cudaDriver?.problem ?? (hasHardware ? undefined : driverProblem('cuda12', cudaDriver));
  return { ...(vulkanProblem !== undefined && { webgpu: vulkanProblem }), ...(cuda !== undefined && { cuda }) };
}

/** Without a home there is no folder of runtimes, and nothing is installed. */
function folderOrNone(): string | undefined {
  try {
    return runtimeFolder();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
