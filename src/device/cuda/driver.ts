/**
 * NVIDIA's driver through bun:ffi: its version and the cards it shows. Nothing is computed, and no context is made on a
 * card, so this costs no memory there.
 *
 * Cards are numbered by their place on the PCI bus (CUDA_DEVICE_ORDER, unless the user has set it), so that number 1 is
 * the same card for every library of this process and after a restart. CUDA_VISIBLE_DEVICES is the driver's own
 * business: cards that it hides are not listed.
 */

import { linkSymbols } from 'bun:ffi';
import { setCEnvironment } from '../../system/c-environment.ts';
import { type NativeLibrary, openLibrary } from '../../system/native-library.ts';
import { cudaErrorText } from './error-text.ts';

export interface CudaDevice {
  /** As the driver counts, from 0. */
  readonly ordinal: number;
  readonly name: string;
  /** Bytes. */
  readonly memory: number;
  /** Compute capability, for instance `8.6`. */
  readonly capability: string;
  /** `0000:65:00.0`, lower case. */
  readonly pciBusId: string;
  /** `GPU-` and 32 hexadecimal digits in groups of 8, 4, 4, 4, 12; undefined where the driver does not tell. */
  readonly uuid: string | undefined;
}

export interface CudaDriver {
  /** Version of CUDA that the driver supports: 1000 * major + 10 * minor; undefined where it does not tell. */
  readonly version: number | undefined;
  readonly devices: readonly CudaDevice[];
  /** Why nothing can be computed with it, a sentence without a full stop; undefined with at least one card. */
  readonly problem: string | undefined;
}

const LIBRARY = process.platform === 'win32' ? 'nvcuda.dll' : 'libcuda.so.1';

const FUNCTIONS = {
  cuInit: ['u32'],
  cuDriverGetVersion: ['ptr'],
  cuDeviceGetCount: ['ptr'],
  cuDeviceGet: ['ptr', 'i32'],
  cuDeviceGetName: ['ptr', 'i32', 'i32'],
  cuDeviceTotalMem_v2: ['ptr', 'i32'],
  cuDeviceGetAttribute: ['ptr', 'i32', 'i32'],
  cuDeviceGetPCIBusId: ['ptr', 'i32', 'i32'],
  cuDeviceGetUuid_v2: ['ptr', 'i32'],
  cuDeviceGetUuid: ['ptr', 'i32'],
} as const;

type FunctionName = keyof typeof FUNCTIONS;
type Call = (name: FunctionName, ...args: readonly (number | Uint8Array)[]) => void;

const NO_DEVICE = 100;
const MAJOR_ATTRIBUTE = 75;
const MINOR_ATTRIBUTE = 76;
const NAME_BYTES = 256;
const BUS_BYTES = 32;

/** @returns undefined where there is no driver of NVIDIA's */
export function readCudaDriver(library = LIBRARY): CudaDriver | undefined {
  if (process.platform === 'darwin') return undefined;
  const opened = openLibrary(library);
  if ('problem' in opened) {
    if (opened.isAbsent) return undefined;
    return unusable(undefined, `NVIDIA's driver library cannot be opened: ${opened.problem}`);
  }
  const call = calls(opened.library);
  let version: number | undefined;
  try {
    const slot = new Int32Array(1);
    call('cuDriverGetVersion', bytesOf(slot));
    version = slot[0]!;
    if (process.env['CUDA_DEVICE_ORDER'] === undefined) setCEnvironment('CUDA_DEVICE_ORDER', 'PCI_BUS_ID');
    call('cuInit', 0);
    call('cuDeviceGetCount', bytesOf(slot));
    const devices = Array.from({ length: slot[0]! }, (_, ordinal) => describe(call, ordinal));
    if (devices.length === 0) return unusable(version, noDevice());
    return { version, devices, problem: undefined };
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    return unusable(version, error.code === NO_DEVICE ? noDevice() : error.message);
  }
}

/** `13.0` of 13000. */
export function cudaVersionText(version: number): string {
  return `${Math.floor(version / 1000)}.${Math.floor((version % 1000) / 10)}`;
}

class DriverError extends Error {
  constructor(
    message: string,
    /** Undefined where the driver lacks the function. */
    readonly code: number | undefined,
  ) {
    super(message);
    this.name = 'DriverError';
  }
}

function unusable(version: number | undefined, problem: string): CudaDriver {
  return { version, devices: [], problem };
}

function noDevice(): string {
  const hidden = process.env['CUDA_VISIBLE_DEVICES'];
  return hidden === undefined
    ? "NVIDIA's driver shows no card"
    : `NVIDIA's driver shows no card; CUDA_VISIBLE_DEVICES is ${JSON.stringify(hidden)}`;
}

/** A function that calls the driver's, each looked up when it is first needed; throws a DriverError. */
function calls(library: NativeLibrary): Call {
  const linked = new Map<FunctionName, (...args: readonly (number | Uint8Array)[]) => number>();
  const link = (name: FunctionName) => {
    const address = library.address(name);
    if (address === undefined)
      throw new DriverError(`NVIDIA's driver lacks the function ${name}; update it`, undefined);
    const { symbols } = linkSymbols({ [name]: { ptr: address, args: [...FUNCTIONS[name]], returns: 'i32' } });
    return (...args: readonly (number | Uint8Array)[]): number => Number(symbols[name]!(...args));
  };
  return (name, ...args) => {
    const found = linked.get(name) ?? link(name);
    linked.set(name, found);
    const code = found(...args);
    if (code !== 0) throw new DriverError(`NVIDIA's driver fails at ${name}: ${cudaErrorText(code)}`, code);
  };
}

function describe(call: Call, ordinal: number): CudaDevice {
  const slot = new Int32Array(1);
  call('cuDeviceGet', bytesOf(slot), ordinal);
  const device = slot[0]!;
  const name = Buffer.alloc(NAME_BYTES);
  call('cuDeviceGetName', name, NAME_BYTES, device);
  const memory = new BigUint64Array(1);
  call('cuDeviceTotalMem_v2', new Uint8Array(memory.buffer), device);
  const attribute = (number: number): number => {
    call('cuDeviceGetAttribute', bytesOf(slot), number, device);
    return slot[0]!;
  };
  const capability = `${attribute(MAJOR_ATTRIBUTE)}.${attribute(MINOR_ATTRIBUTE)}`;
  const bus = Buffer.alloc(BUS_BYTES);
  call('cuDeviceGetPCIBusId', bus, BUS_BYTES, device);
  return {
    ordinal,
    name: zeroEnded(name),
    memory: Number(memory[0]!),
    capability,
    pciBusId: zeroEnded(bus).toLowerCase(),
    uuid: uuidOf(call, device),
  };
}

/** The newer function tells parts of a divided card apart; drivers before 11.4 have only the older one. */
function uuidOf(call: Call, device: number): string | undefined {
  const bytes = Buffer.alloc(16);
  for (const name of ['cuDeviceGetUuid_v2', 'cuDeviceGetUuid'] as const) {
    try {
      call(name, bytes, device);
    } catch (error) {
      if (error instanceof DriverError) continue;
      throw error;
    }
    const hex = bytes.toString('hex');
    return `GPU-${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')}`;
  }
  return undefined;
}

function bytesOf(slot: Int32Array<ArrayBuffer>): Uint8Array {
  return new Uint8Array(slot.buffer);
}

function zeroEnded(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end).trim();
}
