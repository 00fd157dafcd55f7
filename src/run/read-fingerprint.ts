/** A fingerprint as it comes back from a journal: checked, because the disk may have been written by anybody. */

import type { Arithmetic, Backend } from '../device/backend.ts';
import { isObject } from '../system/json-object.ts';
import type { DeviceClass, RunFingerprint } from './fingerprint.ts';

type Json = Readonly<Record<string, unknown>>;

/** @returns undefined for what is none */
export function readFingerprint(json: Json): RunFingerprint | undefined {
  const { version, bundle, length, minimumLength, batchTokens, arithmetic, window, saveEmbeddings, devices } = json;
  if (typeof version !== 'string' || !isArithmetic(arithmetic) || typeof saveEmbeddings !== 'boolean') return undefined;
  if (typeof length !== 'number' || typeof minimumLength !== 'number' || typeof batchTokens !== 'number') {
    return undefined;
  }
  if (!isObject(bundle) || !isObject(window) || !Array.isArray(devices)) return undefined;
  const { name, sha256 } = bundle;
  const { chunks, frames, records } = window;
  if (typeof name !== 'string' || typeof sha256 !== 'string') return undefined;
  if (typeof chunks !== 'number' || typeof frames !== 'number' || typeof records !== 'number') return undefined;
  const classes: DeviceClass[] = [];
  for (const device of devices) {
    const known = readClass(device);
    if (known === undefined) return undefined;
    classes.push(known);
  }
  return {
    ...{ version, bundle: { name, sha256 }, length, minimumLength, batchTokens, arithmetic },
    ...{ window: { chunks, frames, records }, saveEmbeddings, devices: classes },
  };
}

function readClass(json: unknown): DeviceClass | undefined {
  if (!isObject(json)) return undefined;
  const { backend, name, driver, arithmetic } = json;
  if (!isBackend(backend) || typeof name !== 'string' || !isArithmetic(arithmetic)) return undefined;
  if (driver !== null && typeof driver !== 'string') return undefined;
  return { backend, name, driver, arithmetic };
}

function isArithmetic(value: unknown): value is Arithmetic {
  return value === 'fp32' || value === 'fp16';
}

function isBackend(value: unknown): value is Backend {
  return value === 'native-cpu' || value === 'cuda' || value === 'webgpu';
}
