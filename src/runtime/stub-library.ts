/**
 * Writes small ELF shared libraries: a name, and functions of a few instructions. Some libraries of NVIDIA's are named
 * by the CUDA provider and never called; one with the right name satisfies the linker and saves a large download.
 *
 * Layout: one read-only, executable segment with headers, symbols, hash table and code, and one writable segment with
 * the dynamic section, because glibc before 2.35 writes to it. The second lies directly behind the first in the file
 * and one alignment further in memory. There are no section headers: nothing that loads a library reads them.
 * Format: System V ABI, chapters 4 and 5; both machines are little-endian.
 */

export type StubMachine = 'x64' | 'arm64';

export interface StubLibrary {
  /** Under which it satisfies another library's need. */
  readonly soname: string;
  readonly machine: StubMachine;
  /**
   * Version of the functions, where whoever needs them asks for one: glibc ends the process for a library that is known
   * by the right name and has none.
   */
  readonly version?: string;
  /** Exported name -> machine code; none by default. */
  readonly functions?: Readonly<Record<string, Uint8Array>>;
}

const MACHINES: Readonly<Record<StubMachine, { readonly elf: number; readonly alignment: number }>> = {
  x64: { elf: 62, alignment: 0x1000 },
  // Kernels with pages of 64 KiB exist.
  arm64: { elf: 183, alignment: 0x10000 },
};

const HEADER_BYTES = 64;
const SEGMENT_BYTES = 56;
const SYMBOL_BYTES = 24;
const DYNAMIC_BYTES = 16;
const SEGMENTS = 4;

const [LOAD, DYNAMIC, STACK] = [1, 2, 0x6474e551];
const [EXECUTE, WRITE, READ] = [1, 2, 4];
const TAG = {
  ...{ hash: 4, strings: 5, symbols: 6, stringBytes: 10, symbolBytes: 11, soname: 14 },
  ...{ versionOfSymbol: 0x6ffffff0, versions: 0x6ffffffc, versionCount: 0x6ffffffd },
} as const;
const GLOBAL_FUNCTION = 0x12;
/** Any section number but that of undefined symbols; there are no sections. */
const SOME_SECTION = 1;
/** Versions of a library: the first is its own name, the second that of its functions. */
const [BASE_VERSION, FUNCTION_VERSION] = [1, 2];

/** Bytes of the library. */
export function stubLibrary({ soname, machine, version, functions = {} }: StubLibrary): Uint8Array {
  const { elf, alignment } = MACHINES[machine];
  const names = Object.keys(functions);
  const strings = stringTable([soname, ...(version === undefined ? [] : [version]), ...names]);
  const symbolsAt = HEADER_BYTES + SEGMENTS * SEGMENT_BYTES;
  const hashAt = symbolsAt + SYMBOL_BYTES * (names.length + 1);
  // One bucket with all symbols in a chain: bucket count, symbol count, bucket, chain.
  const hash = hashTable(names.length + 1);
  const stringsAt = hashAt + hash.length;
  const versionsAt = aligned(stringsAt + strings.bytes.length, 8);
  const versions = version === undefined ? new Uint8Array() : versionTable([soname, version], strings.at);
  const versionOfSymbolAt = versionsAt + versions.length;
  const versionOfSymbol = version === undefined ? [] : [0, ...names.map(() => FUNCTION_VERSION)];
  let at = aligned(versionOfSymbolAt + 2 * versionOfSymbol.length, 16);
  const codes = names.map((name) => {
    const code = functions[name]!;
    const place = { name, code, at };
    at = aligned(at + code.length, 16);
    return place;
  });
  const dynamicAt = at;
  const dynamic: readonly (readonly [number, number])[] = [
    [TAG.soname, strings.at(soname)],
    [TAG.hash, hashAt],
    [TAG.strings, stringsAt],
    [TAG.symbols, symbolsAt],
    [TAG.stringBytes, strings.bytes.length],
    [TAG.symbolBytes, SYMBOL_BYTES],
    ...(version === undefined
      ? []
      : ([
          [TAG.versionOfSymbol, versionOfSymbolAt],
          [TAG.versions, versionsAt],
          [TAG.versionCount, 2],
        ] as const)),
    [0, 0],
  ];
  const dynamicBytes = dynamic.length * DYNAMIC_BYTES;
  const file = Buffer.alloc(dynamicAt + dynamicBytes);
  const memory = dynamicAt + alignment;

  writeHeader(file, elf);
  const segments = [
    { type: LOAD, flags: READ | EXECUTE, at: 0, memory: 0, bytes: dynamicAt, alignment },
    { type: LOAD, flags: READ | WRITE, at: dynamicAt, memory, bytes: dynamicBytes, alignment },
    { type: DYNAMIC, flags: READ | WRITE, at: dynamicAt, memory, bytes: dynamicBytes, alignment: 8 },
    // Without it the stack of the whole process would be made executable.
    { type: STACK, flags: READ | WRITE, at: 0, memory: 0, bytes: 0, alignment: 16 },
  ];
  for (const [i, segment] of segments.entries()) writeSegment(file, HEADER_BYTES + i * SEGMENT_BYTES, segment);
  for (const [i, { name, code, at: codeAt }] of codes.entries()) {
    const symbol = symbolsAt + SYMBOL_BYTES * (i + 1);
    file.writeUInt32LE(strings.at(name), symbol);
    file.writeUInt8(GLOBAL_FUNCTION, symbol + 4);
    file.writeUInt16LE(SOME_SECTION, symbol + 6);
    file.writeBigUInt64LE(BigInt(codeAt), symbol + 8);
    file.writeBigUInt64LE(BigInt(code.length), symbol + 16);
    file.set(code, codeAt);
  }
  file.set(hash, hashAt);
  file.set(strings.bytes, stringsAt);
  file.set(versions, versionsAt);
  for (const [i, number] of versionOfSymbol.entries()) file.writeUInt16LE(number, versionOfSymbolAt + 2 * i);
  for (const [i, [tag, value]] of dynamic.entries()) {
    file.writeBigUInt64LE(BigInt(tag), dynamicAt + i * DYNAMIC_BYTES);
    file.writeBigUInt64LE(BigInt(value), dynamicAt + i * DYNAMIC_BYTES + 8);
  }
  return file;
}

/** Code of a function that takes anything and returns a number from 0 to 65535. */
export function returning(machine: StubMachine, value: number): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff) throw new Error(`a stub cannot return ${value}`);
  const code = Buffer.alloc(machine === 'x64' ? 6 : 8);
  switch (machine) {
    case 'x64':
      // mov eax, value; ret
      code.writeUInt8(0xb8, 0);
      code.writeUInt32LE(value, 1);
      code.writeUInt8(0xc3, 5);
      return code;
    case 'arm64':
      // movz w0, #value; ret
      code.writeUInt32LE((0x52800000 | (value << 5)) >>> 0, 0);
      code.writeUInt32LE(0xd65f03c0, 4);
      return code;
    default:
      return machine satisfies never;
  }
}

function writeHeader(file: Buffer, machine: number): void {
  // 64 bits, little-endian, version 1.
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1], 0);
  file.writeUInt16LE(3, 16); // a shared library
  file.writeUInt16LE(machine, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(HEADER_BYTES), 32);
  file.writeUInt16LE(HEADER_BYTES, 52);
  file.writeUInt16LE(SEGMENT_BYTES, 54);
  file.writeUInt16LE(SEGMENTS, 56);
}

interface Segment {
  readonly type: number;
  readonly flags: number;
  /** Byte position in the file, and address in memory from where the library is put. */
  readonly at: number;
  readonly memory: number;
  readonly bytes: number;
  readonly alignment: number;
}

function writeSegment(file: Buffer, at: number, segment: Segment): void {
  file.writeUInt32LE(segment.type, at);
  file.writeUInt32LE(segment.flags, at + 4);
  const { bytes, memory } = segment;
  for (const [i, value] of [segment.at, memory, memory, bytes, bytes, segment.alignment].entries()) {
    file.writeBigUInt64LE(BigInt(value), at + 8 + 8 * i);
  }
}

function stringTable(texts: readonly string[]): { bytes: Uint8Array; at: (text: string) => number } {
  const places = new Map<string, number>();
  let table = '\0';
  for (const text of texts) {
    places.set(text, table.length);
    table += `${text}\0`;
  }
  return { bytes: Buffer.from(table, 'latin1'), at: (text) => places.get(text)! };
}

/** Definitions of two versions, 20 bytes each and 8 for its name, one behind the other. */
function versionTable(names: readonly [base: string, functions: string], at: (text: string) => number): Uint8Array {
  const entryBytes = 28;
  const table = Buffer.alloc(2 * entryBytes);
  for (const [i, name] of names.entries()) {
    const entry = i * entryBytes;
    const isBase = i === 0;
    for (const [field, value] of [1, isBase ? 1 : 0, isBase ? BASE_VERSION : FUNCTION_VERSION, 1].entries()) {
      table.writeUInt16LE(value, entry + 2 * field);
    }
    table.writeUInt32LE(elfHash(name), entry + 8);
    table.writeUInt32LE(20, entry + 12);
    table.writeUInt32LE(isBase ? entryBytes : 0, entry + 16);
    table.writeUInt32LE(at(name), entry + 20);
  }
  return table;
}

/** The hash of names in the System V ABI, figure 5-13. */
function elfHash(name: string): number {
  let hash = 0;
  for (const byte of Buffer.from(name, 'latin1')) {
    hash = ((hash << 4) + byte) >>> 0;
    hash = (hash ^ ((hash & 0xf0000000) >>> 24)) & 0x0fffffff;
  }
  return hash;
}

/** @param symbols the undefined one at the start included */
function hashTable(symbols: number): Uint8Array {
  const table = new Uint32Array(3 + symbols);
  table.set([1, symbols, symbols > 1 ? 1 : 0]);
  for (let i = 1; i < symbols - 1; i += 1) table[3 + i] = i + 1;
  return new Uint8Array(table.buffer);
}

function aligned(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}
