import { afterAll, expect, test } from 'bun:test';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockFolder } from './folder-lock.ts';

const folder = mkdtempSync(join(tmpdir(), 'folder-lock-'));
const path = join(folder, '.virnucpro.lock');
afterAll(() => rmSync(folder, { recursive: true }));

test('a second run is refused until the first gives the lock back', () => {
  const release = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrow(`another run is writing to this folder (process ${process.pid}`);
  release();
  expect(existsSync(path)).toBe(false);
  lockFolder(folder)();
});

test('a lock whose process is gone is taken over, one of another host is not', () => {
  const gone = Bun.spawnSync(['true']).pid;
  writeFileSync(path, `${gone} ${hostname()}\n`);
  const release = lockFolder(folder);
  release();
  writeFileSync(path, `${gone} elsewhere.example\n`);
  expect(() => lockFolder(folder)).toThrow('on elsewhere.example');
  rmSync(path);
});

test("a lock that was never written is nobody's", () => {
  writeFileSync(path, '');
  lockFolder(folder)();
  expect(existsSync(path)).toBe(false);
});

test('a lock that somebody else took over is left alone', () => {
  const release = lockFolder(folder);
  writeFileSync(path, '1 elsewhere.example\n');
  release();
  expect(existsSync(path)).toBe(true);
  rmSync(path);
});

const isLinux = process.platform === 'linux';

test.skipIf(!isLinux)('a number that another process has by now is no owner', () => {
  writeFileSync(path, `${process.pid} ${hostname()} 1 -\n`);
  lockFolder(folder)();
});

test('an owner that is about to end, because its guardian has, is waited for', () => {
  const gone = Bun.spawnSync(['true']).pid;
  const owner = Bun.spawn(['cat'], { stdin: 'pipe' });
  writeFileSync(path, `${owner.pid} ${hostname()} - ${gone}\n`);
  owner.stdin.end();
  lockFolder(folder)();
  // One whose guardian is there is not.
  writeFileSync(path, `${process.pid} ${hostname()} - ${process.pid}\n`);
  expect(() => lockFolder(folder)).toThrow('another run is writing');
  rmSync(path);
});

test('the guardian stands in the lock', () => {
  const release = lockFolder(folder, { guardian: 4711 });
  expect(readFileSync(path, 'utf8')).toMatch(new RegExp(`^${process.pid} \\S+ ${isLinux ? '\\d+' : '-'} 4711\n$`));
  release();
});
