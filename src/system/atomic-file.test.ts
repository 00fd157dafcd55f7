import { afterEach, beforeEach, expect, test } from 'bun:test';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AtomicFile } from './atomic-file.ts';
import { EXIT, UserError } from './errors.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atomic-file-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function thrown(action: () => unknown): UserError {
  try {
    action();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

test('the old file stays until commit, and then the new one is complete', () => {
  const path = join(folder, 'a.txt');
  writeFileSync(path, 'old');
  const file = new AtomicFile(path);
  file.text('new');
  file.finish();
  expect(readFileSync(path, 'utf8')).toBe('old');
  expect(readFileSync(`${path}.partial`, 'utf8')).toBe('new');
  file.publish();
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(readdirSync(folder)).toEqual(['a.txt']);
});

test('abort leaves the old file and nothing else, and does nothing after commit', () => {
  const path = join(folder, 'a.txt');
  writeFileSync(path, 'old');
  const file = new AtomicFile(path);
  file.text('x'.repeat(3_000_000));
  file.abort();
  file.abort();
  expect(readdirSync(folder)).toEqual(['a.txt']);
  expect(readFileSync(path, 'utf8')).toBe('old');
  const second = new AtomicFile(path);
  second.commit();
  second.abort();
  expect(readFileSync(path, 'utf8')).toBe('');
});

test('text, bytes and replaced bytes come out in order, whatever the buffer holds', () => {
  const path = join(folder, 'a.bin');
  const big = new Uint8Array(700_000).fill(0x62);
  const file = new AtomicFile(path);
  file.text('head');
  file.bytes(big);
  file.text('é🦠');
  file.bytes(Uint8Array.of(0, 255));
  file.overwrite(1, Buffer.from('EA'));
  file.text('tail');
  file.commit();
  const expected = Buffer.concat([
    Buffer.from('hEAd'),
    big,
    Buffer.from('é🦠'),
    Buffer.from([0, 255]),
    Buffer.from('tail'),
  ]);
  expect(readFileSync(path).equals(expected)).toBe(true);
});

test('a leftover of an earlier run is overwritten', () => {
  const path = join(folder, 'a.txt');
  writeFileSync(`${path}.partial`, 'a much longer leftover');
  const file = new AtomicFile(path);
  file.text('new');
  file.commit();
  expect(readFileSync(path, 'utf8')).toBe('new');
});

test('a full disk is a sentence that names the file, and leaves nothing behind', () => {
  const path = join(folder, 'a.txt');
  // Every write to /dev/full fails with ENOSPC.
  symlinkSync('/dev/full', `${path}.partial`);
  const file = new AtomicFile(path);
  const error = thrown(() => {
    for (let row = 0; row < 20; row += 1) file.text('x'.repeat(100_000));
  });
  expect(error.message).toBe(
    `${path}: cannot be written: the disk is full (ENOSPC). ` +
      'Free some space or choose another folder with --output, then run again.',
  );
  expect(error.exitCode).toBe(EXIT.runtime);
  file.abort();
  expect(readdirSync(folder)).toEqual([]);
});

test('a full disk shows at the latest when the file is finished', () => {
  const path = join(folder, 'a.txt');
  symlinkSync('/dev/full', `${path}.partial`);
  const file = new AtomicFile(path);
  file.text('x');
  expect(thrown(() => file.commit()).message).toContain('the disk is full');
  expect(existsSync(path)).toBe(false);
  file.abort();
});

test('a missing folder and a folder in the way are sentences', () => {
  expect(thrown(() => new AtomicFile(join(folder, 'none', 'a.txt'))).message).toContain(
    'there is no such folder (ENOENT)',
  );
  mkdirSync(join(folder, 'b.txt'));
  writeFileSync(join(folder, 'b.txt', 'inside'), '');
  const file = new AtomicFile(join(folder, 'b.txt'));
  expect(thrown(() => file.commit()).message).toContain('a folder has the name of this file (EISDIR)');
  file.abort();
  expect(readdirSync(folder)).toEqual(['b.txt']);
});

test('writing after the end is a bug', () => {
  const file = new AtomicFile(join(folder, 'a.txt'));
  expect(() => file.publish()).toThrow('is writing');
  file.commit();
  expect(() => file.text('x')).toThrow('is published');
  expect(() => file.bytes(Uint8Array.of(1))).toThrow('is published');
  expect(() => file.overwrite(0, Uint8Array.of(1))).toThrow('is published');
  expect(() => file.finish()).toThrow('is published');
});
