import { expect, test } from 'bun:test';
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
  // The shell becomes a program that never asks for its child; the child ends when its input does.
  const line = '(read -r word) & echo $!; exec sleep 1000';
  const parent = Bun.spawn(['sh', '-c', `exec 3<&0; ${line.replace('read -r word', 'read -r word <&3')}`], {
    ...{ stdin: 'pipe', stdout: 'pipe' },
  });
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
  }
});
