/**
 * Runs with error scopes around: what Dawn refuses meanwhile is heard with its type. ONNX Runtime itself sees at most that
 * a buffer cannot be read afterwards, and sometimes nothing at all: then its numbers would be wrong.
 */

import { DeviceError } from '../backend.ts';

const FILTERS: readonly GPUErrorFilter[] = ['validation', 'internal', 'out-of-memory'];

/** How Vulkan, Dawn and ONNX Runtime say that there is not enough memory. */
const NO_MEMORY = /out[ -]of[ -]memory|VK_ERROR_OUT_OF_(DEVICE|HOST)_MEMORY|failed to allocate|bad_alloc/i;

/**
 * @throws DeviceError 'OutOfMemory' or 'Bug'; of a device that was lost meanwhile it says nothing
 */
export async function scopedRun<T>(device: GPUDevice, action: () => Promise<T>): Promise<T> {
  for (const filter of FILTERS) device.pushErrorScope(filter);
  let outcome: { readonly value: T } | { readonly error: unknown };
  try {
    outcome = { value: await action() };
  } catch (error) {
    outcome = { error };
  }
  const errors: string[] = [];
  for (const _ of FILTERS) {
    // A lost device has no scopes left; that it is lost is heard elsewhere.
    const error = await device.popErrorScope().catch(() => null);
    if (error !== null) errors.push(`${error.constructor.name}: ${error.message}`);
  }
  if ('error' in outcome) errors.push(outcome.error instanceof Error ? outcome.error.message : String(outcome.error));
  else if (errors.length === 0) return outcome.value;
  const message = errors.join('; ');
  throw new DeviceError(NO_MEMORY.test(message) ? 'OutOfMemory' : 'Bug', oneLine(message));
}

/** Dawn's messages have lines of context, ONNX Runtime's the path of a source file. */
function oneLine(message: string): string {
  return message.replace(/\s+/g, ' ').trim().slice(0, 400);
}
