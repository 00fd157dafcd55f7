/**
 * The list of libraries that `ldconfig` keeps for glibc's loader, read without running anything: name -> paths.
 *
 * Format (glibc, elf/dl-cache.h): the file, or its part behind the list of the old format, begins with
 * `glibc-ld.so.cache1.1`; at byte 20 the number of entries, from byte 48 the entries of 24 bytes (flags, place of the
 * name, place of the path, 12 bytes more). Places count from the start of this part; texts end with a zero byte.
 */

import { readFileSync } from 'node:fs';

const FILE = '/etc/ld.so.cache';
const MAGIC = Buffer.from('glibc-ld.so.cache1.1', 'latin1');
const HEADER_BYTES = 48;
const ENTRY_BYTES = 24;

/** Paths of a library, best first; none where there is no such list or it cannot be read. */
export function pathsInLdCache(name: string, file = FILE): readonly string[] {
  try {
    return parseLdCache(readFileSync(file), name);
  } catch {
    return [];
  }
}

export function parseLdCache(bytes: Buffer, name: string): readonly string[] {
  const start = bytes.indexOf(MAGIC);
  if (start < 0) return [];
  const cache = bytes.subarray(start);
  if (cache.length < HEADER_BYTES) return [];
  const count = cache.readUInt32LE(20);
  const paths: string[] = [];
  for (let i = 0, at = HEADER_BYTES; i < count && at + ENTRY_BYTES <= cache.length; i += 1, at += ENTRY_BYTES) {
    if (textAt(cache, cache.readUInt32LE(at + 4)) === name) paths.push(textAt(cache, cache.readUInt32LE(at + 8)));
  }
  return paths;
}

function textAt(cache: Buffer, at: number): string {
  const end = cache.indexOf(0, at);
  return end < 0 ? '' : cache.toString('utf8', at, end);
}
