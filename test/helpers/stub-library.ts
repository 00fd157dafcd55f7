/**
 * A stand-in for NVIDIA's driver library: a real shared library, made without a compiler, whose functions answer with
 * what a test says. Each function copies bytes from a table behind its code; which row is chosen by its arguments.
 */

import { writeFileSync } from 'node:fs';
import { returning, type StubMachine, stubLibrary } from '../../src/runtime/stub-library.ts';

export interface StubCard {
  readonly name: string;
  /** Bytes. */
  readonly memory: number;
  readonly capability: readonly [major: number, minor: number];
  readonly pciBusId: string;
}

export interface StubDriver {
  /** 1000 * major + 10 * minor. */
  readonly version: number;
  readonly cards?: readonly StubCard[];
  /** What cuInit returns; 0 by default. */
  readonly init?: number;
  /** Functions that are not there. */
  readonly without?: readonly string[];
}

export const A100: StubCard = {
  name: 'NVIDIA A100-SXM4-80GB',
  memory: 85_000_000_000,
  capability: [8, 0],
  pciBusId: '0000:3B:00.0',
};
export const V100: StubCard = {
  name: 'Tesla V100-SXM2-16GB',
  memory: 16_900_000_000,
  capability: [7, 0],
  pciBusId: '0000:AF:00.0',
};

const NAME_BYTES = 64;
const BUS_BYTES = 16;
const MAJOR_ATTRIBUTE = 75;

/** Writes the library and returns its path. */
export function writeStubDriver(path: string, driver: StubDriver): string {
  writeFileSync(path, stubDriver(driver));
  return path;
}

export function stubDriver({ version, cards = [], init = 0, without = [] }: StubDriver): Uint8Array {
  const machine = hostMachine();
  const rows = (bytes: number, row: (card: StubCard, i: number) => Uint8Array) =>
    Buffer.concat(cards.map((card, i) => Buffer.concat([row(card, i), Buffer.alloc(bytes)]).subarray(0, bytes)));
  const functions: Record<string, Uint8Array> = {
    cuInit: returning(machine, init),
    cuDriverGetVersion: copying(machine, int32(version), 4),
    cuDeviceGetCount: copying(machine, int32(cards.length), 4),
    cuDeviceGet: copying(
      machine,
      rows(4, (_, i) => int32(i)),
      4,
      [[1, 4]],
    ),
    cuDeviceGetName: copying(
      machine,
      rows(NAME_BYTES, ({ name }) => Buffer.from(name)),
      NAME_BYTES,
      [[2, NAME_BYTES]],
    ),
    cuDeviceTotalMem_v2: copying(
      machine,
      rows(8, ({ memory }) => int64(memory)),
      8,
      [[1, 8]],
    ),
    cuDeviceGetAttribute: copying(
      machine,
      rows(8, ({ capability }) => Buffer.concat(capability.map(int32))),
      4,
      [
        [1, 4],
        [2, 8],
      ],
      -4 * MAJOR_ATTRIBUTE,
    ),
    cuDeviceGetPCIBusId: copying(
      machine,
      rows(BUS_BYTES, ({ pciBusId }) => Buffer.from(pciBusId)),
      BUS_BYTES,
      [[2, BUS_BYTES]],
    ),
    cuDeviceGetUuid_v2: copying(
      machine,
      rows(16, (_, i) => Buffer.alloc(16, i + 1)),
      16,
      [[1, 16]],
    ),
  };
  for (const name of without) delete functions[name];
  return stubLibrary({ soname: 'libcuda.so.1', machine, functions });
}

/** The stub machine that these tests run on. */
export function hostMachine(): StubMachine {
  return process.arch === 'arm64' ? 'arm64' : 'x64';
}

/**
 * Code of `int f(void *to, …)`: copies `bytes` bytes to the first argument and returns 0. They come from the table, at
 * the sum of each chosen argument times its stride, plus `origin`.
 */
export function copying(
  machine: StubMachine,
  table: Uint8Array,
  bytes: number,
  strides: readonly (readonly [argument: number, stride: number])[] = [],
  origin = 0,
): Uint8Array {
  const code = machine === 'x64' ? copyingX64(bytes, strides, origin) : copyingArm64(bytes, strides, origin);
  return Buffer.concat([code, table]);
}

function copyingX64(bytes: number, strides: readonly (readonly [number, number])[], origin: number): Buffer {
  // movsxd r8, edi/esi/edx/ecx
  const registers = [7, 6, 2, 1];
  const steps = strides.map(([argument, stride]) =>
    Buffer.concat([
      Buffer.from([0x4c, 0x63, 0xc0 | registers[argument]!]),
      Buffer.from([0x4d, 0x69, 0xc0]), // imul r8, r8, stride
      int32(stride),
      Buffer.from([0x4c, 0x01, 0xc0]), // add rax, r8
    ]),
  );
  const end = Buffer.concat([
    Buffer.from([0x48, 0x89, 0xc6]), // mov rsi, rax
    Buffer.from([0xb9]), // mov ecx, bytes
    int32(bytes),
    Buffer.from([0xf3, 0xa4, 0x31, 0xc0, 0xc3]), // rep movsb; xor eax, eax; ret
  ]);
  const rest = Buffer.concat([...steps, end]);
  // lea rax, [rip + distance to the table]
  return Buffer.concat([Buffer.from([0x48, 0x8d, 0x05]), int32(rest.length + origin), rest]);
}

function copyingArm64(bytes: number, strides: readonly (readonly [number, number])[], origin: number): Buffer {
  const rest = [
    ...strides.flatMap(([argument, stride]) => [
      0x52800000 | (stride << 5) | 10, // mov w10, #stride
      0x9b200000 | (10 << 16) | (9 << 10) | (argument << 5) | 9, // smaddl x9, wARGUMENT, w10, x9
    ]),
    0x52800000 | (bytes << 5) | 11, // mov w11, #bytes
    0x38401400 | (9 << 5) | 12, // ldrb w12, [x9], #1
    0x38001400 | 12, // strb w12, [x0], #1
    0x71000400 | (11 << 5) | 11, // subs w11, w11, #1
    0x54000001 | ((-3 & 0x7ffff) << 5), // b.ne three back
    0x52800000, // mov w0, #0
    0xd65f03c0, // ret
  ];
  const distance = 4 * (rest.length + 1) + origin;
  const adr = 0x10000000 | ((distance & 3) << 29) | (((distance >> 2) & 0x7ffff) << 5) | 9;
  return Buffer.from(Uint32Array.from([adr, ...rest].map((word) => word >>> 0)).buffer);
}

function int32(value: number): Buffer {
  return Buffer.from(Int32Array.of(value).buffer);
}

function int64(value: number): Buffer {
  return Buffer.from(BigInt64Array.of(BigInt(value)).buffer);
}
