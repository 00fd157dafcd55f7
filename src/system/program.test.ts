import { expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { hostTarget, ownCommand, TARGETS, VERSION, workerUrl } from './program.ts';

test('run from source, Workers are found and the version says so', () => {
  expect(existsSync(fileURLToPath(workerUrl('run/workers/native-lane.ts')))).toBe(true);
  expect(VERSION).toBe('0.0.0-source');
  expect(TARGETS).toContain(hostTarget());
});

test('the program can run itself', async () => {
  const child = Bun.spawn(ownCommand('--version'), { stdout: 'pipe' });
  expect(await new Response(child.stdout).text()).toStartWith(`virnucpro ${VERSION} `);
});
