/**
 * The ONNX Runtime C API through bun:ffi: the few functions of `OrtApi` that a session needs, with every status turned
 * into an error that carries ORT's own text. Handles are opaque pointers; who creates one releases it.
 *
 * The function table is append-only, so an index stays valid in later versions (onnxruntime_c_api.h).
 */

import { dlopen, linkSymbols, type Pointer, read } from 'bun:ffi';
import { setCEnvironment } from '../../system/c-environment.ts';

/** The newest API version asked for; ORT 1.N serves 1 to N. The functions below are all in that of 1.26. */
const NEWEST_API = 30;
const OLDEST_API = 26;

const POINTER_BYTES = 8;

/** Index in the OrtApi table and C signature; `ptr` results of the first group are OrtStatus*, null when all is well. */
const FUNCTIONS = {
  GetErrorMessage: { index: 2, args: ['ptr'], returns: 'cstring' },
  CreateEnv: { index: 3, args: ['i32', 'cstring', 'ptr'], returns: 'ptr' },
  CreateSession: { index: 7, args: ['ptr', 'ptr', 'ptr', 'ptr'], returns: 'ptr' },
  CreateSessionFromArray: { index: 8, args: ['ptr', 'ptr', 'usize', 'ptr', 'ptr'], returns: 'ptr' },
  Run: { index: 9, args: ['ptr', 'ptr', 'ptr', 'ptr', 'usize', 'ptr', 'usize', 'ptr'], returns: 'ptr' },
  CreateSessionOptions: { index: 10, args: ['ptr'], returns: 'ptr' },
  SetOptimizedModelFilePath: { index: 11, args: ['ptr', 'ptr'], returns: 'ptr' },
  DisableMemPattern: { index: 17, args: ['ptr'], returns: 'ptr' },
  SetSessionGraphOptimizationLevel: { index: 23, args: ['ptr', 'i32'], returns: 'ptr' },
  SetIntraOpNumThreads: { index: 24, args: ['ptr', 'i32'], returns: 'ptr' },
  CreateTensorWithDataAsOrtValue: {
    index: 49,
    args: ['ptr', 'ptr', 'usize', 'ptr', 'usize', 'i32', 'ptr'],
    returns: 'ptr',
  },
  CreateMemoryInfo: { index: 68, args: ['cstring', 'i32', 'i32', 'i32', 'ptr'], returns: 'ptr' },
  CreateCpuMemoryInfo: { index: 69, args: ['i32', 'i32', 'ptr'], returns: 'ptr' },
  AllocatorAlloc: { index: 75, args: ['ptr', 'usize', 'ptr'], returns: 'ptr' },
  AllocatorFree: { index: 76, args: ['ptr', 'ptr'], returns: 'ptr' },
  AddSessionConfigEntry: { index: 130, args: ['ptr', 'cstring', 'cstring'], returns: 'ptr' },
  ReleaseEnv: { index: 92, args: ['ptr'], returns: 'void' },
  ReleaseStatus: { index: 93, args: ['ptr'], returns: 'void' },
  ReleaseMemoryInfo: { index: 94, args: ['ptr'], returns: 'void' },
  ReleaseSession: { index: 95, args: ['ptr'], returns: 'void' },
  ReleaseValue: { index: 96, args: ['ptr'], returns: 'void' },
  ReleaseSessionOptions: { index: 100, args: ['ptr'], returns: 'void' },
  CreateAllocator: { index: 131, args: ['ptr', 'ptr', 'ptr'], returns: 'ptr' },
  ReleaseAllocator: { index: 132, args: ['ptr'], returns: 'void' },
  SessionOptionsAppendExecutionProvider_CUDA_V2: { index: 204, args: ['ptr', 'ptr'], returns: 'ptr' },
  CreateCUDAProviderOptions: { index: 205, args: ['ptr'], returns: 'ptr' },
  UpdateCUDAProviderOptions: { index: 206, args: ['ptr', 'ptr', 'ptr', 'usize'], returns: 'ptr' },
  ReleaseCUDAProviderOptions: { index: 208, args: ['ptr'], returns: 'void' },
} as const;

type Functions = ReturnType<typeof linkSymbols<typeof FUNCTIONS>>['symbols'];

/** An opaque ORT object. */
export type Handle = Pointer | bigint;

/** What ORT said in a status. */
export class OrtError extends Error {
  override readonly name = 'OrtError';
}

export interface OrtApi {
  readonly version: string;
  readonly call: Functions;
  /** Throws an OrtError with the status' text, and releases the status; null means success. */
  check(status: Handle | null): void;
  /** Calls a creating function with the address of a fresh handle slot and returns the handle. */
  create(make: (slot: BigUint64Array) => Handle | null): Handle;
}

/**
 * Loads the library. Telemetry is switched off in the C environment first: ORT >= 1.29 uploads usage data from Linux
 * and macOS otherwise, and its own API call for that comes too late.
 */
export function loadOrt(libraryPath: string): OrtApi {
  setCEnvironment('ORT_DISABLE_TELEMETRY', '1');
  const base = openLibrary(libraryPath).symbols.OrtGetApiBase();
  if (base === null) throw new Error(`${libraryPath}: OrtGetApiBase returned nothing`);
  const { symbols: entry } = linkSymbols({
    GetApi: { ptr: pointerAt(base, 0), args: ['u32'], returns: 'ptr' },
    GetVersionString: { ptr: pointerAt(base, 1), args: [], returns: 'cstring' },
  } as const);
  const version = String(entry.GetVersionString());
  const wanted = apiVersion(version);
  const table = wanted === undefined ? null : entry.GetApi(wanted);
  if (table === null) {
    throw new OrtError(`${libraryPath} is ONNX Runtime ${version}, and 1.${OLDEST_API} or newer is needed`);
  }
  const located = Object.fromEntries(
    Object.entries(FUNCTIONS).map(([name, { index, args, returns }]) => [
      name,
      { ptr: pointerAt(table, index), args, returns },
    ]),
  );
  const call = linkSymbols(located as unknown as typeof FUNCTIONS).symbols;

  const check = (status: Handle | null): void => {
    if (status === null) return;
    const message = call.GetErrorMessage(status) ?? 'no message';
    call.ReleaseStatus(status);
    throw new OrtError(message);
  };
  const create = (make: (slot: BigUint64Array) => Handle | null): Handle => {
    const slot = new BigUint64Array(1);
    check(make(slot));
    const handle = slot[0]!;
    if (handle === 0n) throw new OrtError('ONNX Runtime returned an empty handle');
    return handle;
  };
  return { version, call, check, create };
}

/**
 * What to ask a library of this version for: asked for more than it has, ORT writes to standard error.
 * @returns undefined where it has not all that is needed
 */
export function apiVersion(version: string): number | undefined {
  const served = Number(/^1\.(\d+)\./.exec(version)?.[1] ?? 0);
  return served < OLDEST_API ? undefined : Math.min(served, NEWEST_API);
}

/** A library that the system cannot load (an old glibc, another processor) is no bug of ours: it is told as ORT's own errors are. */
function openLibrary(path: string) {
  try {
    return dlopen(path, { OrtGetApiBase: { args: [], returns: 'ptr' } });
  } catch (error) {
    throw new OrtError(`${path} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A path as ORTCHAR_T: UTF-8, on Windows UTF-16; zero-ended. */
export function cPath(path: string): Uint8Array {
  return process.platform === 'win32' ? Buffer.from(`${path}\0`, 'utf16le') : Buffer.from(`${path}\0`);
}

function pointerAt(base: Handle, index: number): Pointer {
  return read.ptr(base, index * POINTER_BYTES) as Pointer;
}
