import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeTinyBundle } from '../../test/helpers/tiny-bundle.ts';
import { removeLeftovers } from './hidden.ts';
import { listInstalled } from './installed.ts';
import { openStage } from './stage.ts';

let root = '';
let store = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'stage-'));
  store = join(root, 'data', 'models');
});
afterEach(() => rmSync(root, { recursive: true }));

test('a bundle has no name until it is published, and nothing stays beside it', async () => {
  const stage = await openStage(store, 'm', []);
  expect(stage.folder).toStartWith(`${store}/.m.`);
  writeFileSync(join(stage.folder, 'download'), '');
  writeTinyBundle(stage.bundle);
  expect(await listInstalled(store)).toEqual([]);
  expect(await stage.publish()).toBe(join(store, 'm'));
  expect(readdirSync(store)).toEqual(['m']);
  expect((await listInstalled(store))[0]?.state).toBe('sound');
  await stage.discard();
  expect(readdirSync(store)).toEqual(['m']);
});

test('what is discarded leaves nothing', async () => {
  const stage = await openStage(store, 'm', []);
  writeTinyBundle(stage.bundle);
  await stage.discard();
  await stage.discard();
  expect(readdirSync(store)).toEqual([]);
  await expect(stage.publish()).rejects.toThrow('is over');
});

test('a name against the rules, reserved or taken is refused before anything is made', async () => {
  await expect(openStage(store, '../m', [])).rejects.toThrow('cannot be the name of a model');
  await expect(openStage(store, 'untrained', ['untrained'])).rejects.toThrow('part of this program');
  expect(readdirSync(root)).toEqual([]);
  mkdirSync(join(store, 'm'), { recursive: true });
  await expect(openStage(store, 'm', [])).rejects.toThrow('A model called m is installed already');
  expect(readdirSync(store)).toEqual(['m']);
});

test('of two installs of one name the first to be ready wins', async () => {
  const [one, two] = [await openStage(store, 'm', []), await openStage(store, 'm', [])];
  for (const { bundle } of [one, two]) writeTinyBundle(bundle);
  await two.publish();
  await expect(one.publish()).rejects.toThrow('is installed already');
  await one.discard();
  expect(readdirSync(store)).toEqual(['m']);
});

test('publishing what is no bundle is a bug', async () => {
  const stage = await openStage(store, 'm', []);
  mkdirSync(stage.bundle);
  await expect(stage.publish()).rejects.toThrow('there is no bundle');
  await stage.discard();
});

test('a store that cannot be made is told', async () => {
  writeFileSync(join(root, 'data'), '');
  await expect(openStage(store, 'm', [])).rejects.toThrow('set VIRNUCPRO_MODELS to another folder');
});

describe('leftovers', () => {
  const NOW = 1_800_000_000_000;
  const DAY = 24 * 3600 * 1000;
  /** The hidden name of a stage of this process, with its process number and place changed. */
  const hiddenName = async (pid: number, place?: string) => {
    const stage = await openStage(store, 'm', []);
    const parts = stage.folder.slice(store.length + 1).split('.');
    await stage.discard();
    return ['', 'm', place ?? parts[2]!, String(pid), ...parts.slice(4)].join('.');
  };
  const leave = (name: string, touched: number) => {
    writeTinyBundle(join(store, name));
    for (const path of [...readdirSync(join(store, name)), '.']) {
      utimesSync(join(store, name, path), touched / 1000, touched / 1000);
    }
  };

  test('of a process that is gone are deleted by the next install', async () => {
    const gone = Bun.spawnSync(['true']).pid;
    leave(await hiddenName(gone), NOW);
    const stage = await openStage(store, 'n', []);
    expect(readdirSync(store)).toEqual([stage.folder.slice(store.length + 1)]);
    await stage.discard();
  });

  test('of an earlier process with our own number too, but not what we hold', async () => {
    const stage = await openStage(store, 'm', []);
    const held = stage.folder.slice(store.length + 1);
    leave(held.replace(/\.[0-9a-f]{8}\.work$/, '.00000000.work'), NOW);
    expect(await removeLeftovers(store, NOW)).toBe(1);
    expect(readdirSync(store)).toEqual([held]);
    await stage.discard();
  });

  test('of a living process are left', async () => {
    leave(await hiddenName(process.ppid), 0);
    expect(await removeLeftovers(store, NOW)).toBe(0);
  });

  test('of another machine are left for a week', async () => {
    leave(await hiddenName(1, '0123456789ab'), NOW - 6 * DAY);
    expect(await removeLeftovers(store, NOW)).toBe(0);
    expect(await removeLeftovers(store, NOW + 2 * DAY)).toBe(1);
    expect(readdirSync(store)).toEqual([]);
  });

  test('are not what only looks hidden', async () => {
    const name = await hiddenName(Bun.spawnSync(['true']).pid);
    leave(name, 0);
    renameSync(join(store, name), join(store, `${name}.bak`));
    writeFileSync(join(store, '.DS_Store'), '');
    expect(await removeLeftovers(store, NOW)).toBe(0);
    expect(await removeLeftovers(join(store, 'absent'), NOW)).toBe(0);
  });
});

test('an interrupted install removes what it made', async () => {
  const script = `const { openStage } = await import('${import.meta.dir}/stage.ts');
    const { writeFileSync } = await import('node:fs');
    const stage = await openStage(${JSON.stringify(store)}, 'm', []);
    writeFileSync(stage.folder + '/download', '');
    process.stdout.write('ready');
    await new Promise((resolve) => setInterval(resolve, 2 ** 30));`;
  const child = Bun.spawn([process.execPath, '-e', script], { stdout: 'pipe' });
  for await (const _ of child.stdout) break;
  expect(readdirSync(store)).toHaveLength(1);
  child.kill('SIGINT');
  expect(await child.exited).toBe(130);
  expect(readdirSync(store)).toEqual([]);
});
