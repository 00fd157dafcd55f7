/** Zip directories, as torch writes them and as wheels have them, and small formats of the system. */

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ZipArchive } from '../../../src/model/checkpoint/torch/zip.ts';
import { parseLdCache } from '../../../src/runtime/ld-cache.ts';
import { stubLibrary } from '../../../src/runtime/stub-library.ts';
import { WheelArchive } from '../../../src/runtime/wheel.ts';
import { elfProblem } from '../../../src/system/elf.ts';
import { RandomAccessFile } from '../../../src/system/random-access.ts';
import type { ZipEntry } from '../../../src/system/zip/zip-directory.ts';
import { content, sha256 } from '../../helpers/fetching.ts';
import { fixture } from '../../helpers/fixtures.ts';
import { torchBytes, type ZipPart, zipBytes } from '../../helpers/torch-zip.ts';
import { wheelBytes } from '../../helpers/wheels.ts';
import { attempt, READ, REFUSED } from '../attempt.ts';
import { batteredBytes } from '../bytes.ts';
import type { FuzzTarget } from '../target.ts';

const LIBRARY = content(3000, 1);

export const ARCHIVES: readonly FuzzTarget[] = [
  {
    name: 'zip',
    what: 'zip archives as torch writes them: directory, headers, content',
    open: (folder) => {
      const path = join(folder, 'any.zip');
      const archives = zips();
      return (dice) => {
        const input = batteredBytes(dice, dice.pick(archives), dice.pick(archives));
        return {
          input,
          run: () => {
            writeFileSync(path, input);
            return attempt(() => readZip(path, input.length));
          },
        };
      };
    },
  },
  {
    name: 'wheel',
    what: 'wheels: directory, and unpacking what the catalogue knows',
    open: (folder) => {
      const path = join(folder, 'any.whl');
      const target = join(folder, 'library.so');
      const wheels = [true, false].map((isStored) =>
        wheelBytes([
          { path: 'inside/', data: new Uint8Array(0), isStored: true },
          { path: 'inside/library.so', data: LIBRARY, isStored },
          { path: 'inside/other.py', data: Buffer.from('print(1)') },
        ]),
      );
      return (dice) => {
        const input = batteredBytes(dice, dice.pick(wheels), dice.pick(wheels));
        return {
          input,
          run: () => {
            writeFileSync(path, input);
            rmSync(target, { force: true });
            return attempt(() => unpack(path, target));
          },
        };
      };
    },
  },
  {
    name: 'elf',
    what: 'libraries of this machine, before they are loaded',
    open: (folder) => {
      const path = join(folder, 'any.so');
      const library = stubLibrary({
        soname: 'any.so',
        machine: 'x64',
        version: 'any',
        functions: { f: Uint8Array.of(0xc3) },
      });
      return (dice) => {
        const input = batteredBytes(dice, library, library);
        const run = () => {
          writeFileSync(path, input);
          return elfProblem(path, 'x64') === undefined ? READ : REFUSED;
        };
        return { input, run };
      };
    },
  },
  {
    name: 'ld-cache',
    what: "the list of libraries of glibc's loader",
    open: () => {
      const cache = ldCache();
      return (dice) => {
        const input = batteredBytes(dice, cache, cache);
        return { input, run: () => (parseLdCache(Buffer.from(input), 'libx.so.1').length > 0 ? READ : REFUSED) };
      };
    },
  },
];

async function readZip(path: string, bytes: number): Promise<void> {
  const file = await RandomAccessFile.open(path);
  try {
    const archive = await ZipArchive.open(file);
    let end = 0;
    for (const entry of inPlace(archive.entries)) {
      if (entry.offset < end || entry.offset + entry.packed > bytes)
        throw new Error(`${entry.name} is not in its place`);
      end = entry.offset + entry.packed;
      await archive.read(entry, new Uint8Array(entry.size));
    }
  } finally {
    await file.close();
  }
}

function inPlace(entries: ReadonlyMap<string, ZipEntry>): ZipEntry[] {
  return [...entries.values()].sort((a, b) => a.offset - b.offset);
}

/** What gets its name must be the library, whatever the wheel says. */
async function unpack(path: string, target: string): Promise<void> {
  const wheel = await WheelArchive.open(path);
  try {
    const known = { bytes: LIBRARY.length, sha256: sha256(LIBRARY) };
    await wheel.unpack('inside/library.so', target, known, () => undefined);
  } finally {
    await wheel.close();
  }
  if (!readFileSync(target).equals(LIBRARY)) throw new Error('another library was unpacked');
}

function zips(): readonly Buffer[] {
  const parts: ZipPart[] = [
    { name: 'x/data.pkl', data: Buffer.from('.') },
    { name: 'x/data/0', data: content(64, 1) },
    { name: 'x/version', data: Buffer.from('3\n') },
  ];
  return [
    zipBytes(parts),
    zipBytes(parts, { zip64: false }),
    zipBytes(parts.map((part) => ({ ...part, zip64: true, descriptor: false }))),
    torchBytes(Buffer.from('\x80\x02}.', 'latin1'), { '0': content(16, 2) }),
    readFileSync(fixture('hostile', 'zip_overlap_same_header.pth')),
    readFileSync(fixture('hostile', 'zip64_huge_size.pth')),
  ];
}

/** Two entries of one library. */
function ldCache(): Buffer {
  const texts = Buffer.from('libx.so.1\0/lib/libx.so.1\0/usr/lib/libx.so.1\0');
  const cache = Buffer.alloc(48 + 2 * 24 + texts.length);
  cache.write('glibc-ld.so.cache1.1', 'latin1');
  cache.writeUInt32LE(2, 20);
  const textsAt = cache.length - texts.length;
  for (const [i, path] of [10, 25].entries()) {
    cache.writeUInt32LE(textsAt, 48 + 24 * i + 4);
    cache.writeUInt32LE(textsAt + path, 48 + 24 * i + 8);
  }
  texts.copy(cache, textsAt);
  return cache;
}
