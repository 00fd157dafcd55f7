import { afterAll, beforeEach, describe, expect, test } from 'bun:test';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { content, sha256 } from '../../test/helpers/fetching.ts';
import { zipBytes } from '../../test/helpers/torch-zip.ts';
import { type FakeEntry, wheelBytes } from '../../test/helpers/wheels.ts';
import { UserError } from '../system/errors.ts';
import { WheelArchive } from './wheel.ts';

const root = mkdtempSync(join(tmpdir(), 'wheels-'));
afterAll(() => rmSync(root, { recursive: true }));
let folder = root;
let count = 0;
beforeEach(() => {
  folder = join(root, `${count++}`);
  mkdirSync(folder);
});

const data = content(3_000_000, 9);
const expected = { bytes: data.length, sha256: sha256(data) };
const part: FakeEntry = { path: 'nvidia/lib/libx.so.1', data };

let told: number[] = [];
async function unpack(archive: Uint8Array, entry = part.path, known = expected): Promise<void> {
  const path = join(folder, 'any.whl');
  writeFileSync(path, archive);
  const wheel = await WheelArchive.open(path);
  told = [];
  try {
    await wheel.unpack(entry, join(folder, 'libx.so.1'), known, (bytes) => told.push(bytes));
  } finally {
    await wheel.close();
  }
}

async function refusal(archive: Uint8Array, entry?: string, known?: typeof expected): Promise<string> {
  const error = await unpack(archive, entry, known).then(
    () => new Error('it was unpacked'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof UserError)) throw error;
  expect(error.where.file).toBe(join(folder, 'any.whl'));
  // Nothing is left of it.
  expect(readdirSync(folder)).toEqual(['any.whl']);
  return error.message;
}

describe('unpacks', () => {
  test.each([false, true])('an entry, stored: %p', async (isStored) => {
    const inside = { path: 'nvidia/', data: new Uint8Array(), isStored: true };
    await unpack(wheelBytes([inside, { path: 'a.py', data: Buffer.from('x') }, { ...part, isStored }]));
    expect(readFileSync(join(folder, 'libx.so.1')).equals(data)).toBe(true);
    expect(told.length).toBeGreaterThan(1);
    expect(told.reduce((sum, bytes) => sum + bytes, 0)).toBe(data.length);
  });

  test('an empty entry', async () => {
    const nothing = new Uint8Array();
    await unpack(wheelBytes([{ path: 'e', data: nothing }]), 'e', { bytes: 0, sha256: sha256(nothing) });
    expect(readFileSync(join(folder, 'libx.so.1')).length).toBe(0);
  });
});

describe('refuses', () => {
  const whole = wheelBytes([part]);
  const damaged = (at: number) => {
    const bytes = Buffer.from(whole);
    bytes[at] = bytes[at]! ^ 0xff;
    return bytes;
  };

  test.each<[string, Uint8Array, string]>([
    ['a cut file', whole.subarray(0, whole.length / 2), 'does not end as a zip archive'],
    ['an empty file', new Uint8Array(), 'too few for a zip archive'],
    ['damaged data', damaged(1000), 'is not what was published'],
    ['another checksum', wheelBytes([{ ...part, crc: 1 }]), 'is not what was published'],
    ['bytes behind the data', wheelBytes([{ ...part, behind: Buffer.alloc(9) }]), 'is not what was published'],
    [
      'a larger content than it says',
      wheelBytes([{ ...part, data: Buffer.concat([data, data]), size: data.length }]),
      'is not what',
    ],
    ['another size', wheelBytes([{ ...part, data: data.subarray(1) }]), 'has 2999999 bytes instead of 3000000'],
    ['no such entry', wheelBytes([{ ...part, path: 'other' }]), 'has no entry "nvidia/lib/libx.so.1"'],
    ['a name that leaves the folder', wheelBytes([{ ...part, path: '../libx.so.1' }]), 'unsafe name'],
    ['an absolute name', wheelBytes([{ ...part, path: '/tmp/libx.so.1' }]), 'unsafe name'],
    ['a name with a drive', wheelBytes([{ ...part, path: 'C:/libx.so.1' }]), 'unsafe name'],
    ['a folder that holds something', wheelBytes([{ ...part, path: 'nvidia/' }]), 'is a folder with a content'],
    ['a folder that climbs out', wheelBytes([part, { path: '../', data: new Uint8Array() }]), 'unsafe name'],
    ['an encrypted entry', wheelBytes([{ ...part, flags: 1 }]), 'encrypted'],
    ['another method', wheelBytes([{ ...part, method: 93 }]), 'method 93'],
    ['zip64', zipBytes([{ name: part.path, data }]), 'zip64'],
  ])('%s', async (_, archive, said) => {
    expect(await refusal(archive)).toContain(said);
  });

  test('a content that does not end, before it is written', async () => {
    await refusal(wheelBytes([{ ...part, data: Buffer.concat([data, data]), size: data.length }]));
    expect(told.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(data.length);
  });

  test('the right size and checksum with another hash', async () => {
    expect(await refusal(whole, part.path, { ...expected, sha256: 'a'.repeat(64) })).toContain(
      'is not what was published',
    );
  });

  test('a folder', async () => {
    await expect(WheelArchive.open(folder)).rejects.toThrow('not a regular file');
    expect(existsSync(folder)).toBe(true);
  });
});
