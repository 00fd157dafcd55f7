import { afterEach, expect, test } from 'bun:test';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { platformFolder } from '../system/home.ts';
import { modelsFolder, storeError } from './places.ts';

const before = { ...process.env };
const set = (values: Record<string, string | undefined>) => {
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) delete process.env[key];
    else process.env[key] = value;
  }
};
afterEach(() => {
  const { VIRNUCPRO_MODELS, XDG_DATA_HOME, XDG_CACHE_HOME } = before;
  set({ VIRNUCPRO_MODELS, XDG_DATA_HOME, XDG_CACHE_HOME });
});

test('VIRNUCPRO_MODELS comes first, from here when it is relative', () => {
  set({ VIRNUCPRO_MODELS: '/big/models', XDG_DATA_HOME: '/data' });
  expect(modelsFolder()).toBe('/big/models');
  set({ VIRNUCPRO_MODELS: 'models' });
  expect(modelsFolder()).toBe(resolve('models'));
});

test('then the platform`s data folder', () => {
  set({ VIRNUCPRO_MODELS: undefined, XDG_DATA_HOME: '/data' });
  expect(modelsFolder()).toBe('/data/virnucpro/models');
  // Relative ones are to be ignored, and an empty variable is none.
  set({ VIRNUCPRO_MODELS: '', XDG_DATA_HOME: 'data' });
  if (process.platform === 'linux') expect(modelsFolder()).toBe(join(homedir(), '.local/share/virnucpro/models'));
});

test('data is not kept in the cache', () => {
  set({ XDG_DATA_HOME: undefined, XDG_CACHE_HOME: '/cache' });
  expect(platformFolder('cache')).toBe('/cache');
  expect(platformFolder('data')).not.toBe('/cache');
});

test('without a home a person is told what to set', () => {
  if (process.platform === 'win32') return;
  const script = `require('node:os').homedir = () => { throw new Error('no entry for this user') };
    const { modelsFolder } = await import('${import.meta.dir}/places.ts');
    try { modelsFolder() } catch (error) { process.stdout.write(error.message) }`;
  const { VIRNUCPRO_MODELS: _, XDG_DATA_HOME: __, ...env } = process.env;
  const { stdout } = Bun.spawnSync([process.execPath, '-e', script], { env });
  expect(stdout.toString()).toContain('There is no home folder to keep models in. Set VIRNUCPRO_MODELS');
});

test('what the system refused becomes a sentence, a bug stays one', () => {
  const system = (code: string) => Object.assign(new Error(code), { code, syscall: 'mkdir' });
  expect(String(storeError(system('ENOSPC'), '/m', 'written'))).toContain(
    '/m: the folder of installed models cannot be written (ENOSPC). Free some space there',
  );
  expect(String(storeError(system('EACCES'), '/m', 'read'))).toContain('cannot be read (EACCES). Check it');
  const bug = new TypeError('bug');
  expect(storeError(bug, '/m', 'read')).toBe(bug);
});
