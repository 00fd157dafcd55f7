import { expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beginningOf, isAlive } from './is-alive.ts';

const isLinux = process.platform === 'linux';

test('this process is alive, and none is without a number', () => {
  expect(isAlive(process.pid)).toBe(true);
  for (const pid of [0, -1, 1.5, Number.NaN]) expect(isAlive(pid)).toBe(false);
});

test.skipIf(!isLinux)('a process that began at another moment is another one', () => {
  const began = beginningOf(process.pid);
  expect(began).toMatch(/^\d+$/);
  expect(isAlive(process.pid, began)).toBe(true);
  expect(isAlive(process.pid, `${Number(began) + 1}`)).toBe(false);
});

test.skipIf(!isLinux)('one that has ended is not alive, although nobody has asked how it ended', async () => {
  // The shell becomes a program that never asks for its child and tells its number; the child ends with its input.
  const folder = mkdtempSync(join(tmpdir(), 'is-alive-'));
  const line = 'exec 3<&0; (read -r word <&3) & echo $! > child; exec tail -f child';
  const parent = Bun.spawn(['sh', '-c', line], { cwd: folder, stdin: 'pipe', stdout: 'pipe' });
  try {
    const { value } = await parent.stdout.getReader().read();
    const child = Number(new TextDecoder().decode(value));
    expect(isAlive(child)).toBe(true);
    parent.stdin.end();
    while (isAlive(child));
    // It is still there for signals.
    expect(() => process.kill(child, 0)).not.toThrow();
  } finally {
    parent.kill();
    rmSync(folder, { recursive: true });
  }
});
