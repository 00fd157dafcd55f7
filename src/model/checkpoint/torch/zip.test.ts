import { afterAll, describe, expect, test } from 'bun:test';
import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { int, pickle, vector } from '../../../../test/helpers/torch-pickle.ts';
import { refusalOf, Scratch } from '../../../../test/helpers/torch-refusal.ts';
import {
  type ArchiveLies,
  float32Bytes,
  torchParts,
  type ZipPart,
  zip64Extra,
  zipBytes,
  zipPieces,
} from '../../../../test/helpers/torch-zip.ts';
import { TorchFile } from './torch-file.ts';

const scratch = new Scratch();
afterAll(() => scratch.remove());

const SD = pickle('}X\x01\x00\x00\x00a', vector('0', 2), 's');
const DATA = { '0': float32Bytes(1.5, -2) };
const PARTS = torchParts(SD, DATA);
const STORAGE_NAME_AT = zipBytes(PARTS).indexOf('archive/data/0');

/** The checkpoint with its storage's entry changed. */
const withStorage = (change: Partial<ZipPart>) =>
  PARTS.map((part) => (part.name === 'archive/data/0' ? { ...part, ...change } : part));
const also = (...more: readonly ZipPart[]) => [...PARTS, ...more];
const part = (name: string): ZipPart => ({ name, data: Buffer.from('x') });

async function read(file: Uint8Array): Promise<number[]> {
  const opened = await TorchFile.open(scratch.write(file));
  try {
    return [...(await opened.readFloat32('a'))];
  } finally {
    await opened.close();
  }
}

const GOOD: Readonly<Record<string, readonly [readonly ZipPart[], ArchiveLies?]>> = {
  'as torch writes it': [PARTS],
  'without zip64 end records': [PARTS, { zip64: false }],
  'with an end record that points to zip64': [PARTS, { saturated: true }],
  'with zip64 fields': [withStorage({ zip64: true })],
  'with zip64 fields in the header too': [withStorage({ zip64: true, descriptor: false })],
  'with an offset in a zip64 field': [withStorage({ zip64: 'offset' })],
  'with sizes in the header': [withStorage({ descriptor: false })],
  'without byteorder': [PARTS.filter(({ name }) => name !== 'archive/byteorder')],
  'with padding in the header': [withStorage({ local: { extra: Buffer.alloc(60) } })],
};

describe('reads an archive', () => {
  for (const [what, [parts, lies]] of Object.entries(GOOD)) {
    test(what, async () => expect(await read(zipBytes(parts, lies))).toEqual([1.5, -2]));
  }

  test('with 70,000 entries', async () => {
    const many = Array.from({ length: 70_000 }, (_, i) => ({ name: `archive/x${i}`, data: new Uint8Array(0) }));
    expect(await read(zipBytes([...PARTS, ...many], { saturated: true }))).toEqual([1.5, -2]);
  });

  test('of more than 4 GiB, without reading what is not asked for', async () => {
    // Sparse: five of them have no blocks on disk.
    const big = { name: 'archive/data/9', data: new Uint8Array(0), hole: 5 * 2 ** 30, zip64: true };
    const parts = [big, ...PARTS.map((one): ZipPart => ({ ...one, zip64: 'offset' }))];
    const path = join(scratch.folder, 'large.pth');
    const fd = openSync(path, 'w');
    for (const { at, piece } of zipPieces(parts, { saturated: true })) writeSync(fd, piece, 0, piece.length, at);
    closeSync(fd);
    const file = await TorchFile.open(path);
    expect([...(await file.readFloat32('a'))]).toEqual([1.5, -2]);
    expect(statSync(path).size).toBeGreaterThan(2 ** 32);
    await file.close();
  });
});

const BAD: Readonly<Record<string, readonly [file: Uint8Array, said: string]>> = {
  'an empty file': [new Uint8Array(0), 'does not begin as a zip'],
  'a file of four bytes': [Buffer.from('PK\x03\x04'), 'has 4 bytes'],
  'bytes before the archive': [zipBytes(PARTS, { before: Buffer.from('#!/bin/sh\n') }), 'does not begin as a zip'],
  'an archive before the archive': [
    zipBytes(PARTS, { before: zipBytes([part('archive/x')]) }),
    'zip64 end record does not lie',
  ],
  'the same without zip64': [
    zipBytes(PARTS, { before: zipBytes([part('archive/x')]), zip64: false }),
    'directory does not lie',
  ],
  'an entry before the archive': [
    zipBytes([{ ...part('archive/x'), isUnlisted: true }, ...PARTS]),
    'begin with the file',
  ],
  'bytes after the archive': [zipBytes(PARTS, { after: Buffer.from('x') }), 'does not end as a zip'],
  'a comment that is not there': [zipBytes(PARTS).fill(1, zipBytes(PARTS).length - 2), 'does not end as a zip'],
  'a comment': [zipBytes(PARTS, { comment: Buffer.from('hello') }), 'does not end as a zip'],
  'an archive hidden in a comment': [zipBytes(PARTS, { comment: zipBytes([part('archive/x')]) }), 'zip64 end record'],
  'more entries announced than listed': [zipBytes(PARTS, { entries: 9 }), 'announces 9 zip entries'],
  'fewer entries announced than listed': [zipBytes(PARTS, { entries: 3 }), 'announces 3 zip entries'],
  'two numbers of entries': [zipBytes(PARTS, { entries64: 9 }), 'disagree'],
  'a directory that begins later': [zipBytes(PARTS, { offset: 40 }), 'directory does not lie'],
  'a directory that is longer': [zipBytes(PARTS, { size: 2000, offset: 0 }), 'directory does not lie'],
  'a locator that points elsewhere': [zipBytes(PARTS, { locatorOffset: 7 }), 'where the locator says'],
  'a second disk': [zipBytes(PARTS, { disk: 1 }), 'split zip archive'],
  'a second disk in zip64': [zipBytes(PARTS, { disk64: 1 }), 'split zip archive'],
  'an entry on a second disk': [zipBytes(withStorage({ central: { disk: 1 } })), 'another part'],
  'no entries': [zipBytes([], { before: Buffer.from('PK\x03\x04') }), 'zip'],
  'two entries of one name': [zipBytes(also(part('archive/data/0'))), 'two zip entries "archive/data/0"'],
  'a name with ..': [zipBytes(also(part('archive/../x'))), 'unsafe name'],
  'a name with an empty part': [zipBytes(also(part('archive//x'))), 'unsafe name'],
  'an absolute name': [zipBytes(also(part('/etc/x'))), 'unsafe name'],
  'a drive': [zipBytes(also(part('C:x'))), 'unsafe name'],
  'a backslash': [zipBytes(also(part('archive\\x'))), 'unsafe name'],
  'a name with a zero': [zipBytes(also(part('archive/x\0'))), 'unsafe name'],
  'an empty name': [zipBytes(also(part(''))), 'unsafe name'],
  'a second folder': [zipBytes(also(part('other/x'))), 'more than one folder'],
  'a name that is not UTF-8': [
    Buffer.from(zipBytes(PARTS).toString('latin1').replaceAll('archive/version', 'archive/vers\xfeon'), 'latin1'),
    'not UTF-8',
  ],
  'a deflated entry': [zipBytes(withStorage({ central: { method: 8 }, local: { method: 8 } })), 'compressed'],
  'an entry deflated in its header only': [zipBytes(withStorage({ local: { method: 8 } })), 'another form'],
  'an encrypted entry': [zipBytes(withStorage({ central: { flags: 1 }, local: { flags: 1 } })), 'encrypted'],
  'an entry encrypted in its header only': [zipBytes(withStorage({ local: { flags: 0x809 } })), 'another form'],
  'a patched entry': [zipBytes(withStorage({ central: { flags: 0x20 } })), 'not plain'],
  'two names': [zipBytes(withStorage({ local: { name: 'archive/data/1' } })), 'another name'],
  'two names of two lengths': [zipBytes(withStorage({ local: { name: 'archive/data/00' } })), 'another name'],
  'two sizes': [zipBytes(withStorage({ central: { packed: 7 } })), 'two sizes'],
  'another size in the header': [zipBytes(withStorage({ descriptor: false, local: { size: 7 } })), 'another size'],
  'another checksum in the header': [zipBytes(withStorage({ descriptor: false, local: { crc: 7 } })), 'another size'],
  'a size beyond the next entry': [zipBytes(withStorage({ central: { size: 90, packed: 90 } })), 'beyond its place'],
  'padding beyond the next entry': [
    // The length of the header's extra field stands just before the name.
    zipBytes(PARTS).fill(0xff, STORAGE_NAME_AT - 2, STORAGE_NAME_AT),
    'beyond its place',
  ],
  'a zip64 size of 2^50': [
    zipBytes(withStorage({ zip64: true, central: { extra: zip64Extra([2n ** 50n, 2n ** 50n, 0]) } })),
    'zip',
  ],
  'a zip64 size of 2^64 - 1': [
    zipBytes(withStorage({ zip64: true, central: { extra: zip64Extra([2n ** 64n - 1n, 2n ** 64n - 1n, 0]) } })),
    'zip',
  ],
  'zip64 sizes without the field': [
    zipBytes(withStorage({ zip64: true, central: { extra: Buffer.alloc(0) } })),
    'lacks its zip64 field',
  ],
  'a zip64 field that is too short': [
    zipBytes(withStorage({ zip64: true, central: { extra: zip64Extra([8]) } })),
    'lacks a size',
  ],
  'an offset behind the end': [zipBytes(withStorage({ central: { offset: 4_000_000_000 } })), 'beyond its place'],
  'an offset into an entry': [zipBytes(withStorage({ central: { offset: 10 } })), 'beyond its place'],
  'the header of another entry': [zipBytes(withStorage({ central: { offset: 0 } })), 'zip'],
  'another checksum': [zipBytes(withStorage({ central: { crc: 1 } })), '"archive/data/0" was altered'],
  'another checksum of the pickle': [
    zipBytes(PARTS.map((one) => (one.name.endsWith('pkl') ? { ...one, central: { crc: 1 } } : one))),
    '"archive/data.pkl" was altered',
  ],
  'no data.pkl': [zipBytes(PARTS.slice(1)), 'without data.pkl'],
  'a large data.pkl': [zipBytes(torchParts(Buffer.alloc((8 << 20) + 1))), 'more than the limit'],
  'another byte order': [
    zipBytes(PARTS.map((one) => (one.name.endsWith('order') ? { ...one, data: Buffer.from('big') } : one))),
    'byte order "big"',
  ],
  TorchScript: [zipBytes(also(part('archive/constants.pkl'))), 'TorchScript'],
  'code of TorchScript': [zipBytes(also(part('archive/code/a.py'))), 'TorchScript'],
  'a plain pickle': [pickle(int(1)), 'a plain pickle'],
  'a tar archive': [
    Buffer.concat([Buffer.alloc(257), Buffer.from('ustar\0'), Buffer.alloc(300)]),
    'before version 1.6',
  ],
};

describe('refuses', () => {
  for (const [what, [file, said]] of Object.entries(BAD)) {
    test(what, async () => {
      const content = typeof file === 'string' ? Buffer.from(file, 'latin1') : file;
      expect(await refusalOf(scratch.write(content))).toContain(said);
    });
  }

  test('a directory of more than 8 MiB, unread', async () => {
    const long = zipBytes(PARTS, { before: Buffer.from('PK\x03\x04'), size: 9 << 20, offset: 4, zip64: false });
    const path = scratch.write(Buffer.concat([long.subarray(0, 4), Buffer.alloc(9 << 20), long.subarray(-22)]));
    expect(await refusalOf(path)).toContain('more than the limit');
  });

  test('a folder, a path that is not there', async () => {
    expect(await refusalOf(scratch.folder)).toContain('not a regular file');
    expect(await refusalOf(join(scratch.folder, 'absent'))).toContain('cannot be opened');
  });

  test('a storage of several pieces that was altered in the last', async () => {
    const long = new Uint8Array((17 << 20) + 4);
    long.set(float32Bytes(7), 4);
    const top = pickle('}X\x01\x00\x00\x00a', vector('0', long.length / 4), 's');
    const good = zipBytes(torchParts(top, { '0': long }));
    const file = await TorchFile.open(scratch.write(good));
    expect([...(await file.readFloat32('a', 0, 2))]).toEqual([0, 7]);
    await file.close();
    good[good.indexOf('archive/version') - 31] = 1;
    const changed = await TorchFile.open(scratch.write(good));
    await expect(changed.readFloat32('a', 0, 2)).rejects.toThrow('altered');
    await changed.close();
  });

  test('a storage that was altered, however little of it is read, and again', async () => {
    const path = scratch.write(zipBytes(withStorage({ central: { crc: 1 } })));
    const file = await TorchFile.open(path);
    await expect(file.readFloat32('a', 0, 1)).rejects.toThrow('altered');
    await expect(file.readFloat32('a', 1, 2)).rejects.toThrow('altered');
    await expect(file.readFloat32('a')).rejects.toThrow('altered');
    await file.close();
  });
});
