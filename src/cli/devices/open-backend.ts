/** One device with one backend and one bundle: from what was chosen to a session that is open. */

import { cpus } from 'node:os';
import { join } from 'node:path';
import {
  type Arithmetic,
  type Backend,
  DeviceError,
  type DeviceInfo,
  type ModelFiles,
  type Session,
} from '../../device/backend.ts';
import { CudaSession } from '../../device/cuda/session.ts';
import { fitProblem } from '../../device/fit.ts';
import type { Gpu } from '../../device/inventory/gpu.ts';
import { NativeSession } from '../../device/native/session.ts';
import { WebGpuSession } from '../../device/webgpu/session.ts';
import type { ClassifierEntry } from '../../model/bundle/manifest.ts';
import type { Bundle } from '../../model/bundle/open.ts';
import type { Precision } from '../../model/graph/weight-sink.ts';
import { findRuntime } from '../../runtime/catalogue.ts';
import { openRuntime } from '../../runtime/installed.ts';
import { runtimeFolder } from '../../runtime/places.ts';
import { supervised } from '../../supervisor/supervised.ts';
import { extractDawn, extractOnnxRuntime, webAssemblyPath } from '../../system/parts.ts';
import { hostTarget } from '../../system/program.ts';
import type { DeviceEntry } from './entries.ts';
import { crashFor, faultFor } from './faults.ts';
import { openReported } from './reported.ts';

/** What every device of a run computes with. */
export interface Setting {
  readonly bundle: Bundle;
  readonly head: ClassifierEntry;
  readonly arithmetic: Arithmetic;
  /** Of the CPU. */
  readonly threads: number;
  /** Tokens of a batch at the most. */
  readonly batchTokens: number;
}

/** Of a card's free memory, what CUDA may take: others, and the screen, need some. */
const MEMORY_SHARE = 0.92;

/** What the device computes in: only CUDA multiplies float16 numbers. */
export function arithmeticOf(backend: Backend, { arithmetic }: Pick<Setting, 'arithmetic'>): Arithmetic {
  return backend === 'cuda' ? arithmetic : 'fp32';
}

/**
 * @throws DeviceError when it cannot be opened, or is too small for the bundle, which is found out before anything is loaded;
 * UserError when an installed runtime is damaged
 */
export async function openBackend(entry: DeviceEntry, backend: Backend, setting: Setting): Promise<Session> {
  const { bundle, batchTokens, arithmetic, threads } = setting;
  if (entry.gpu !== undefined && entry.gpu.kind !== 'software') {
    // CUDA has no product of float16 weights with float32 numbers.
    const isWidened = backend === 'cuda' && arithmetic === 'fp32';
    const problem = fitProblem('it', freeMemory(entry.gpu), bundle.manifest, { isWidened, batchTokens });
    if (problem !== undefined) throw new DeviceError('Unsupported', problem);
  }
  const { precision } = bundle.manifest;
  return openReported(entry.ids[backend] ?? entry.id, supervised(), () =>
    openSession(entry, backend, modelFiles(setting), { precision, arithmetic, threads }),
  );
}

export interface Computing extends Pick<Setting, 'arithmetic' | 'threads'> {
  /** Of the stored weights. */
  readonly precision: Precision;
}

/** The same for models that are in no bundle, and without a look at their size. */
export async function openSession(
  entry: DeviceEntry,
  backend: Backend,
  model: ModelFiles,
  { precision, arithmetic, threads }: Computing,
): Promise<Session> {
  const device = deviceInfo(entry, backend, threads);
  switch (backend) {
    case 'native-cpu':
      return NativeSession.open(await extractOnnxRuntime(), model, device, crashFor(device.id));
    case 'webgpu': {
      const binding = entry.gpu?.vulkan?.binding;
      if (binding === undefined) throw new Error(`${device.id} cannot be bound`);
      return WebGpuSession.open({
        ...{ device, model, precision },
        ...{ dawn: await extractDawn(), wasm: await webAssemblyPath() },
        ...{ environment: binding.environment, adapterName: binding.adapterName },
        isSoftware: entry.kind === 'software',
        fault: faultFor(device.id),
      });
    }
    case 'cuda': {
      const runtime = entry.cudaLine === undefined ? undefined : findRuntime(entry.cudaLine, hostTarget());
      const opened = runtime === undefined ? undefined : await openRuntime(runtimeFolder(), runtime);
      if (opened === undefined || entry.gpu?.cuda === undefined) throw new Error(`${device.id} has no CUDA`);
      return CudaSession.open({
        ...{ library: opened.core, libraries: opened.libraries, model, device, arithmetic },
        ordinal: entry.gpu.cuda.ordinal,
        memoryLimit: Math.floor(freeMemory(entry.gpu) * MEMORY_SHARE),
      });
    }
    default:
      return backend satisfies never;
  }
}

function freeMemory({ memory, memoryFree }: Gpu): number {
  return memoryFree ?? memory;
}

export function deviceInfo(entry: DeviceEntry, backend: Backend, threads: number): DeviceInfo {
  const id = entry.ids[backend];
  if (id === undefined) throw new Error(`${entry.id} has no id for ${backend}`);
  if (entry.gpu === undefined)
    return { id, backend, name: cpus()[0]?.model.trim() ?? 'CPU', threads, memory: entry.memory };
  const { name, driver, pci, memory } = entry.gpu;
  return { id, backend, name, threads: undefined, driver, pci, memory };
}

function modelFiles({ bundle: { folder, manifest }, head }: Setting): ModelFiles {
  const { nucleotide, protein } = manifest;
  return {
    nucleotide: { path: join(folder, nucleotide.graph), width: nucleotide.architecture.width },
    protein: { path: join(folder, protein.graph), width: protein.architecture.width },
    classifier: { path: join(folder, head.graph) },
  };
}
