/**
 * The central directory of a zip archive and the local headers it points to, checked against each other.
 *
 * Invariants of the result: every entry is stored, or deflated where that is allowed, and not encrypted; it has a
 * relative name without `..`, backslash or drive, its own bytes of the file, and a local header that tells the same as
 * the directory. No name occurs twice. The first entry begins at byte 0.
 */

import { quoted } from '../quoted.ts';
import type { ByteSource } from './byte-source.ts';
import { findDirectory, IN_ZIP64_32 } from './zip-end.ts';

/** About 90,000 entries; a checkpoint of 3 billion parameters has a thousand. */
const MAX_DIRECTORY_BYTES = 8 << 20;

const CENTRAL_SIGNATURE = 0x02014b50;
const CENTRAL_BYTES = 46;
const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_BYTES = 30;

const STORED = 0;
const DEFLATED = 8;
/** How hard the packer tried; means nothing to a reader. */
const FLAGS_DEFLATE = 0x0006;
const FLAG_DESCRIPTOR = 0x0008;
const FLAG_UTF8 = 0x0800;
const ZIP64_EXTRA = 0x0001;

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export interface ZipEntry {
  readonly name: string;
  /** Bytes of its content. */
  readonly size: number;
  /** Bytes of it in the archive; `size` where it is stored. */
  readonly packed: number;
  readonly isDeflated: boolean;
  /** Of the content. */
  readonly crc32: number;
  /** Byte position in the file of its content, packed or not. */
  readonly offset: number;
}

/** What a kind of archive may hold besides stored entries. */
export interface ZipForm {
  /** What is said of a compressed entry; undefined: deflated ones are read. */
  readonly compressed?: string;
  /** What is said of an archive with zip64 records; undefined: they are read. */
  readonly zip64?: string;
  /** Entries that only name a folder are passed over; otherwise they are refused. */
  readonly hasFolders?: boolean;
}

type Refuse = (sentence: string) => never;

/** What the directory says of an entry; positions in bytes from the start of the file. */
interface Central {
  readonly name: string;
  readonly nameBytes: Uint8Array;
  readonly flags: number;
  readonly method: number;
  readonly crc32: number;
  readonly size: number;
  readonly packed: number;
  readonly headerOffset: number;
}

/** All entries by name, in the order of the file. @param refuse throws for a file that is not as it must be */
export async function readDirectory(
  file: ByteSource,
  form: ZipForm,
  refuse: Refuse,
): Promise<ReadonlyMap<string, ZipEntry>> {
  const place = await findDirectory(file, refuse);
  if (place.isZip64 && form.zip64 !== undefined) return refuse(form.zip64);
  if (place.size > MAX_DIRECTORY_BYTES) {
    return refuse(`has a zip directory of ${place.size} bytes, more than the limit of ${MAX_DIRECTORY_BYTES}`);
  }
  const bytes = await file.read(new Uint8Array(place.size), place.offset);
  const centrals = parseCentrals(bytes, place.entries, form, refuse);
  centrals.sort((a, b) => a.headerOffset - b.headerOffset);
  if (centrals[0]?.headerOffset !== 0) return refuse('its first zip entry does not begin with the file');
  const entries = new Map<string, ZipEntry>();
  for (const [i, central] of centrals.entries()) {
    if (entries.has(central.name)) return refuse(`has two zip entries ${quoted(central.name)}`);
    const end = centrals[i + 1]?.headerOffset ?? place.offset;
    const offset = contentOffset(file, central, end, refuse);
    const { name, size, packed, crc32 } = central;
    if (name.endsWith('/')) continue;
    entries.set(name, { name, size, packed, isDeflated: central.method === DEFLATED, crc32, offset });
  }
  return entries;
}

function parseCentrals(bytes: Uint8Array<ArrayBuffer>, count: number, form: ZipForm, refuse: Refuse): Central[] {
  const view = new DataView(bytes.buffer);
  const centrals: Central[] = [];
  let at = 0;
  for (; at < bytes.length; ) {
    if (at + CENTRAL_BYTES > bytes.length || view.getUint32(at, true) !== CENTRAL_SIGNATURE) {
      return refuse('its zip directory is damaged');
    }
    const nameAt = at + CENTRAL_BYTES;
    const extraAt = nameAt + view.getUint16(at + 28, true);
    const commentAt = extraAt + view.getUint16(at + 30, true);
    const next = commentAt + view.getUint16(at + 32, true);
    if (next > bytes.length) return refuse('its zip directory is damaged');
    const nameBytes = bytes.subarray(nameAt, extraAt);
    const name = entryName(nameBytes, form, refuse);
    const said = (problem: string): never => refuse(`its zip entry ${quoted(name)} ${problem}`);
    const flags = view.getUint16(at + 8, true);
    const method = view.getUint16(at + 10, true);
    if ((flags & ~(FLAG_DESCRIPTOR | FLAG_UTF8 | (method === DEFLATED ? FLAGS_DEFLATE : 0))) !== 0)
      said('is encrypted or otherwise not plain');
    if (method !== STORED && form.compressed !== undefined) said(form.compressed);
    if (method !== STORED && method !== DEFLATED) said(`is compressed by method ${method}, which is not read`);
    const fields = [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)];
    if (form.zip64 !== undefined && fields.includes(IN_ZIP64_32)) return refuse(form.zip64);
    const [size, packed, headerOffset] = withZip64(fields, () => bytes.subarray(extraAt, commentAt), said);
    if (method === STORED && size !== packed) said('is stored, but has two sizes');
    if (name.endsWith('/') && size !== 0) said('is a folder with a content');
    if (view.getUint16(at + 34, true) !== 0) said('lies in another part of a split archive');
    centrals.push({
      name,
      nameBytes,
      flags,
      method,
      crc32: view.getUint32(at + 16, true),
      size: size!,
      packed: packed!,
      headerOffset: headerOffset!,
    });
    at = next;
  }
  if (centrals.length !== count) return refuse(`announces ${count} zip entries, but lists ${centrals.length}`);
  return centrals;
}

/** Checks the local header of an entry whose bytes end before `end`; the position of its content. */
function contentOffset(file: ByteSource, central: Central, end: number, refuse: Refuse): number {
  const said = (problem: string): never => refuse(`its zip entry ${quoted(central.name)} ${problem}`);
  const { headerOffset, nameBytes, packed } = central;
  const extraAt = headerOffset + LOCAL_BYTES + nameBytes.length;
  // Before anything is read: two entries with one header, a header behind the directory, a size beyond the file.
  if (extraAt + packed > end) said('reaches beyond its place or the end of the file');
  const header = file.readSmall(new Uint8Array(LOCAL_BYTES + nameBytes.length), headerOffset);
  const view = new DataView(header.buffer);
  if (view.getUint32(0, true) !== LOCAL_SIGNATURE) said('is not where the directory says');
  const sameName =
    view.getUint16(26, true) === nameBytes.length && Buffer.compare(header.subarray(LOCAL_BYTES), nameBytes) === 0;
  if (!sameName) said('has another name in its own header');
  if (view.getUint16(6, true) !== central.flags || view.getUint16(8, true) !== central.method) {
    said('has another form in its own header');
  }
  const extraBytes = view.getUint16(28, true);
  const offset = extraAt + extraBytes;
  if (offset + packed > end) said('reaches beyond its place or the end of the file');
  const crc32 = view.getUint32(14, true);
  const told = [view.getUint32(22, true), view.getUint32(18, true)];
  // With a descriptor behind the content the header may leave all three to it.
  if ((central.flags & FLAG_DESCRIPTOR) !== 0 && [crc32, ...told].every((value) => value === 0)) return offset;
  const [size, packedAgain] = withZip64(told, () => file.readSmall(new Uint8Array(extraBytes), extraAt), said);
  if (crc32 !== central.crc32 || size !== central.size || packedAgain !== packed) {
    said('has another size or checksum in its own header');
  }
  return offset;
}

/**
 * The values of fields of which those that do not fit stand in the zip64 extra field, in this order. Numbers beyond
 * 2^53 are rounded, far above the size of any file.
 */
function withZip64(
  fields: readonly number[],
  readExtra: () => Uint8Array<ArrayBuffer>,
  said: Refuse,
): readonly number[] {
  if (!fields.includes(IN_ZIP64_32)) return fields;
  const extra = readExtra();
  const view = new DataView(extra.buffer, extra.byteOffset, extra.length);
  for (let at = 0; at + 4 <= extra.length; ) {
    const bodyAt = at + 4;
    const next = bodyAt + view.getUint16(at + 2, true);
    if (next > extra.length) break;
    if (view.getUint16(at, true) === ZIP64_EXTRA) {
      let from = bodyAt;
      return fields.map((field) => {
        if (field !== IN_ZIP64_32) return field;
        if (from + 8 > next) return said('lacks a size in its zip64 field');
        from += 8;
        return Number(view.getBigUint64(from - 8, true));
      });
    }
    at = next;
  }
  return said('lacks its zip64 field');
}

function entryName(bytes: Uint8Array, { hasFolders = false }: ZipForm, refuse: Refuse): string {
  let name: string;
  try {
    name = UTF8.decode(bytes);
  } catch {
    return refuse('has a zip entry whose name is not UTF-8');
  }
  const path = hasFolders ? name.replace(/\/$/, '') : name;
  const strays = path.split('/').some((part) => part === '' || part === '.' || part === '..');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (strays || /^[A-Za-z]:|[\\\u0000-\u001f]/.test(name)) {
    return refuse(`has a zip entry with the unsafe name ${quoted(name)}`);
  }
  return name;
}
