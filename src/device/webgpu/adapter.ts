/**
 * One GPU device of our own over Dawn, with everything its adapter offers: ONNX Runtime computes on it and makes none
 * itself. Both defects that would give wrong numbers are dealt with here: shaders are repaired on their way to Dawn, and
 * `subgroups` is not asked for where they are too small.
 */

import { createRequire } from 'node:module';
import { DeviceError } from '../backend.ts';
import { repairWgsl } from './wgsl-repair.ts';

/** ONNX Runtime's attention kernel takes a subgroup for so many lanes or more, and computes nonsense with fewer. */
const LEAST_SUBGROUP = 8;

/** Without the second feature NVIDIA's Vulkan driver is denied 16-bit shaders by Dawn. */
const DAWN_FEATURES = 'enable-dawn-features=allow_unsafe_apis,vulkan_enable_f16_on_nvidia';

export interface AdapterRequest {
  readonly dawn: string;
  readonly adapterName: string | undefined;
  readonly isSoftware: boolean;
  /** For the test that shows what the repairs are for. */
  readonly isUnrepaired: boolean;
}

/** What dawn.node exports. */
interface Dawn {
  create(flags: string[]): GPU;
  readonly globals: Record<string, unknown>;
}

/**
 * The adapter that the C environment shows now.
 * @throws DeviceError 'Unsupported'
 */
export async function findAdapter({ dawn, adapterName, isSoftware }: AdapterRequest): Promise<GPUAdapter> {
  const { create, globals } = createRequire(import.meta.url)(dawn) as Dawn;
  Object.assign(globalThis, globals);
  const backend = process.platform === 'darwin' ? 'metal' : 'vulkan';
  const flags = [`backend=${backend}`, DAWN_FEATURES];
  if (adapterName !== undefined) flags.push(`adapter=${adapterName}`);
  const gpu = create(flags);
  // Bun's navigator has no `gpu`, and does not take an assignment. ONNX Runtime only looks whether it is there.
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) throw new DeviceError('Unsupported', 'Dawn finds no adapter: its Vulkan driver may be too old');
  // A driver that fails in this process but not in the one that listed the devices must not be replaced in silence.
  if (adapter.info.isFallbackAdapter && !isSoftware) {
    throw new DeviceError('Unsupported', `Dawn finds only a software device (${adapter.info.description})`);
  }
  return adapter;
}

export async function openDevice(adapter: GPUAdapter, { isUnrepaired }: AdapterRequest): Promise<GPUDevice> {
  if (!isUnrepaired) repairShaders();
  const requiredFeatures: GPUFeatureName[] = [];
  if (adapter.features.has('shader-f16')) requiredFeatures.push('shader-f16');
  const { subgroupMinSize = 0 } = adapter.info;
  if (adapter.features.has('subgroups') && (isUnrepaired || subgroupMinSize >= LEAST_SUBGROUP)) {
    requiredFeatures.push('subgroups');
  }
  const requiredLimits: Record<string, number> = {};
  for (const name in adapter.limits) {
    const limit: unknown = adapter.limits[name as keyof GPUSupportedLimits];
    if (typeof limit === 'number') requiredLimits[name] = limit;
  }
  return adapter.requestDevice({ requiredFeatures, requiredLimits });
}

/** From now on in this thread. */
function repairShaders(): void {
  const { prototype } = GPUDevice;
  const { createShaderModule } = prototype;
  prototype.createShaderModule = function repaired(descriptor) {
    return createShaderModule.call(this, { ...descriptor, code: repairWgsl(descriptor.code) });
  };
}
