/**
 * The ONNX Runtime C API through bun:ffi: the few functions of `OrtApi` that a session needs, with every status turned
 * into an error that carries ORT's own text. Handles are opaque pointers; who creates one releases it.
 *
 * The function table is append-only, so an index stays valid in later versions (onnxruntime_c_api.h).
 */

import { dlopen, linkSymbols, type Pointer, read } from 'bun:ffi';
import { setCEnvironment } from '../../system/c-environment.ts';

/** The API version asked for; ORT 1.30 serves 1 to 30. */
const API_VERSION = 30;

const POINTER_BYTES = 8;

/** Index in the OrtApi table and C signature; `ptr` results of the first group are OrtStatus*, null when all is well. */
const FUNCTIONS = {
  GetErrorMessage: { index: 2, args: ['ptr'], returns: 'cstring' },
  CreateEnv: { index: 3, args: ['i32', 'cstring', 'ptr'], returns: 'ptr' },
  CreateSession: { index: 7, args: ['ptr', 'ptr', 'ptr', 'ptr'], returns: 'ptr' },
  Run: { index: 9, args: ['ptr', 'ptr', 'ptr', 'ptr', 'usize', 'ptr', 'usize', 'ptr'], returns: 'ptr' },
  CreateSessionOptions: { index: 10, args: ['ptr'], returns: 'ptr' },
  SetOptimizedModelFilePath: { index: 11, args: ['ptr', 'ptr'], returns: 'ptr' },
  SetSessionGraphOptimizationLevel: { index: 23, args: ['ptr', 'i32'], returns: 'ptr' },
  SetIntraOpNumThreads: { index: 24, args: ['ptr', 'i32'], returns: 'ptr' },
  CreateTensorWithDataAsOrtValue: {
    index: 49,
    args: ['ptr', 'ptr', 'usize', 'ptr', 'usize', 'i32', 'ptr'],
    returns: 'ptr',
  },
  CreateCpuMemoryInfo: { index: 69, args: ['i32', 'i32', 'ptr'], returns: 'ptr' },
  AddSessionConfigEntry: { index: 130, args: ['ptr', 'cstring', 'cstring'], returns: 'ptr' },
  ReleaseEnv: { index: 92, args: ['ptr'], returns: 'void' },
  ReleaseStatus: { index: 93, args: ['ptr'], returns: 'void' },
  ReleaseMemoryInfo: { index: 94, args: ['ptr'], returns: 'void' },
  ReleaseSession: { index: 95, args: ['ptr'], returns: 'void' },
  ReleaseValue: { index: 96, args: ['ptr'], returns: 'void' },
  ReleaseSessionOptions: { index: 100, args: ['ptr'], returns: 'void' },
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
  const table = entry.GetApi(API_VERSION);
  if (table === null) throw new Error(`${libraryPath}: ONNX Runtime ${version} has no API version ${API_VERSION}`);
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
