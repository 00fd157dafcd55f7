/**
 * Writes zip archives as torch.save does, good and bad. Written apart from the reader in src. Every field of an entry
 * can be made to lie, in the directory and in the entry's own header.
 */

import { crc32 } from 'node:zlib';

/** Fields that differ from what the content asks for. */
interface Lies {
  readonly name?: string;
  readonly flags?: number;
  readonly method?: number;
  readonly crc?: number;
  readonly packed?: number;
  readonly size?: number;
  readonly extra?: Uint8Array;
  readonly offset?: number;
  readonly disk?: number;
}

export interface ZipPart {
  readonly name: string;
  readonly data: Uint8Array;
  readonly central?: Lies;
  readonly local?: Lies;
  /** Sizes and offset, or the offset alone, stand in a zip64 field. */
  readonly zip64?: boolean | 'offset';
  /** Without one, which torch writes, the header has sizes and checksum of its own. */
  readonly descriptor?: boolean;
  /** The directory does not know of it. */
  readonly isUnlisted?: boolean;
  /** So many zeros follow `data`, which are in no memory: for sparse files. Its checksum is wrong. */
  readonly hole?: number;
}

export interface ArchiveLies {
  readonly entries?: number;
  readonly offset?: number;
  readonly size?: number;
  readonly disk?: number;
  readonly disk64?: number;
  readonly comment?: Uint8Array;
  /** Bytes before everything; positions count from behind them. */
  readonly before?: Uint8Array;
  readonly after?: Uint8Array;
  /** Whether to write the zip64 end records; torch always does. */
  readonly zip64?: boolean;
  /** Fields of the old end record say: look in the zip64 record. */
  readonly saturated?: boolean;
  readonly locatorOffset?: number;
  readonly entries64?: number;
}

const DESCRIPTOR = 0x0008;
const UTF8 = 0x0800;
const SATURATED = 0xffffffff;

export function zipBytes(parts: readonly ZipPart[], lies: ArchiveLies = {}): Buffer {
  return Buffer.concat(zipPieces(parts, lies).map(({ piece }) => piece));
}

/** The pieces of an archive and where they lie in its file; holes lie between them. */
export function zipPieces(parts: readonly ZipPart[], lies: ArchiveLies = {}): { at: number; piece: Uint8Array }[] {
  const before = lies.before ?? Buffer.alloc(0);
  const pieces = [{ at: 0, piece: before }];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const part of parts) {
    const local = localEntry(part);
    if (part.isUnlisted !== true) directory.push(centralEntry(part, at));
    pieces.push({ at: before.length + at, piece: local });
    at += local.length + (part.hole ?? 0);
  }
  const listed = Buffer.concat(directory);
  const told = {
    entries: lies.entries ?? directory.length,
    size: lies.size ?? listed.length,
    offset: lies.offset ?? at,
  };
  const ends = lies.zip64 === false ? [] : [end64(told, lies), locator(lies.locatorOffset ?? at + listed.length)];
  const tail = Buffer.concat([listed, ...ends, end(told, lies), lies.after ?? Buffer.alloc(0)]);
  pieces.push({ at: before.length + at, piece: tail });
  return pieces;
}

function localEntry({ name, data, local = {}, zip64 = false, descriptor = true }: ZipPart): Buffer {
  const told = Buffer.from(local.name ?? name);
  const own = zip64 === true && !descriptor ? zip64Extra([data.length, data.length]) : Buffer.alloc(0);
  const extra = local.extra ?? own;
  const size = descriptor ? 0 : zip64 === true ? SATURATED : data.length;
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(local.flags ?? (descriptor ? DESCRIPTOR | UTF8 : UTF8), 6);
  header.writeUInt16LE(local.method ?? 0, 8);
  header.writeUInt32LE(local.crc ?? (descriptor ? 0 : crc32(data)), 14);
  header.writeUInt32LE(local.packed ?? size, 18);
  header.writeUInt32LE(local.size ?? size, 22);
  header.writeUInt16LE(told.length, 26);
  header.writeUInt16LE(extra.length, 28);
  return Buffer.concat([header, told, extra, data]);
}

function centralEntry(part: ZipPart, at: number): Buffer {
  const { name, data, central = {}, zip64 = false, descriptor = true, hole = 0 } = part;
  const whole = data.length + hole;
  const told = Buffer.from(central.name ?? name);
  const moved = { true: [whole, whole, at], offset: [at], false: [] }[`${zip64}`];
  const extra = central.extra ?? (moved.length > 0 ? zip64Extra(moved) : Buffer.alloc(0));
  const size = zip64 === true ? SATURATED : whole;
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(central.flags ?? (descriptor ? DESCRIPTOR | UTF8 : UTF8), 8);
  header.writeUInt16LE(central.method ?? 0, 10);
  header.writeUInt32LE(central.crc ?? crc32(data), 16);
  header.writeUInt32LE(central.packed ?? size, 20);
  header.writeUInt32LE(central.size ?? size, 24);
  header.writeUInt16LE(told.length, 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt16LE(central.disk ?? 0, 34);
  header.writeUInt32LE(central.offset ?? (zip64 === false ? at : SATURATED), 42);
  return Buffer.concat([header, told, extra]);
}

/** Behind another field, which a reader has to pass over. */
export function zip64Extra(values: readonly (number | bigint)[]): Buffer {
  const extra = Buffer.alloc(6 + 4 + 8 * values.length);
  extra.write('FB', 0, 'latin1');
  extra.writeUInt16LE(2, 2);
  extra.writeUInt16LE(0x0001, 6);
  extra.writeUInt16LE(8 * values.length, 8);
  for (const [i, value] of values.entries()) extra.writeBigUInt64LE(BigInt(value), 10 + 8 * i);
  return extra;
}

interface Told {
  readonly entries: number;
  readonly size: number;
  readonly offset: number;
}

function end64({ entries, size, offset }: Told, { entries64 = entries, disk64 = 0 }: ArchiveLies = {}): Buffer {
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeUInt32LE(disk64, 16);
  record.writeBigUInt64LE(BigInt(entries64), 24);
  record.writeBigUInt64LE(BigInt(entries64), 32);
  record.writeBigUInt64LE(BigInt(size), 40);
  record.writeBigUInt64LE(BigInt(offset), 48);
  return record;
}

function locator(offset: number): Buffer {
  const record = Buffer.alloc(20);
  record.writeUInt32LE(0x07064b50, 0);
  record.writeBigUInt64LE(BigInt(offset), 8);
  record.writeUInt32LE(1, 16);
  return record;
}

function end({ entries, size, offset }: Told, lies: ArchiveLies = {}): Buffer {
  const { saturated = false, comment = Buffer.alloc(0), disk = 0 } = lies;
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(disk, 4);
  record.writeUInt16LE(saturated ? 0xffff : entries, 8);
  record.writeUInt16LE(saturated ? 0xffff : entries, 10);
  record.writeUInt32LE(saturated ? SATURATED : size, 12);
  record.writeUInt32LE(saturated ? SATURATED : offset, 16);
  record.writeUInt16LE(comment.length, 20);
  return Buffer.concat([record, comment]);
}

/** The entries of a checkpoint. @param storages by key */
export function torchParts(pickle: Uint8Array, storages: Readonly<Record<string, Uint8Array>> = {}): ZipPart[] {
  return [
    { name: 'archive/data.pkl', data: pickle },
    { name: 'archive/byteorder', data: Buffer.from('little') },
    ...Object.entries(storages).map(([key, data]) => ({ name: `archive/data/${key}`, data })),
    { name: 'archive/version', data: Buffer.from('3\n') },
  ];
}

/** Bytes of a checkpoint as torch.save writes it. */
export function torchBytes(pickle: Uint8Array, storages: Readonly<Record<string, Uint8Array>> = {}): Buffer {
  return zipBytes(torchParts(pickle, storages));
}

export function float32Bytes(...values: readonly number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}
