import { afterAll, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stubDriver } from '../../../test/helpers/stub-library.ts';
import { driverManifests } from './manifests.ts';

const top = mkdtempSync(join(tmpdir(), 'manifests-'));
afterAll(() => rmSync(top, { recursive: true }));

function put(path: string, content: string | Uint8Array): string {
  const full = join(top, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, content);
  return full;
}

const manifest = (library: string, more: object = {}) =>
  JSON.stringify({ file_format_version: '1.0.1', ICD: { library_path: library, api_version: '1.3.0', ...more } });
const home = join(top, 'home');
/** No folder of this machine. */
const bare = { XDG_CONFIG_DIRS: join(top, 'none'), XDG_DATA_DIRS: join(top, 'none') };

test('the user names them, and nothing else is looked at', () => {
  const one = put('named/one.json', manifest('libone.so'));
  const two = put('named/two.json', manifest('libtwo.so'));
  put('home/.config/vulkan/icd.d/three.json', manifest('libthree.so'));
  const both = `${two}:${one}:${join(top, 'absent.json')}`;
  expect(driverManifests({ VK_DRIVER_FILES: both, VK_ICD_FILENAMES: one }, home)).toEqual({
    paths: [two, one],
    problems: [],
  });
  expect(driverManifests({ VK_DRIVER_FILES: '', VK_ICD_FILENAMES: one }, home).paths).toEqual([one]);
  // A folder stands for the manifests in it.
  expect(driverManifests({ VK_DRIVER_FILES: join(top, 'named') }, home).paths).toEqual([one, two]);
});

test('the folders of configuration and data, in the order of their names', () => {
  const at = (folder: string, name: string) => put(`${folder}/vulkan/icd.d/${name}.json`, manifest(`lib${name}.so`));
  put('data/vulkan/icd.d/notes.txt', 'no manifest');
  const [data, config, added] = [at('data', 'b'), at('config', 'c'), at('added', 'a')];
  const environment = { ...bare, XDG_CONFIG_HOME: join(top, 'config'), XDG_DATA_HOME: join(top, 'data') };
  const own = (paths: readonly string[]) => paths.filter((path) => path.startsWith(top));
  expect(own(driverManifests(environment, home).paths)).toEqual([config, data]);
  expect(own(driverManifests({ ...environment, VK_ADD_DRIVER_FILES: added }, home).paths)).toEqual([
    added,
    config,
    data,
  ]);
});

test('one library once, whatever names it', () => {
  const library = put('twice/lib.so', stubDriver({ version: 13000 }));
  const paths = [
    put('twice/1.json', manifest('./lib.so')),
    put('twice/2.json', manifest(library)),
    put('twice/3.json', manifest('libbare.so')),
    put('twice/4.json', manifest('libbare.so')),
    // Two copies of a driver are two drivers.
    put('copy/1.json', manifest('./lib.so')),
  ];
  put('copy/lib.so', stubDriver({ version: 13000 }));
  expect(driverManifests({ VK_DRIVER_FILES: paths.join(':') }, home)).toEqual({
    paths: [paths[0]!, paths[2]!, paths[4]!],
    problems: [],
  });
});

test('what cannot be loaded is left out and named; what is for others is only left out', () => {
  const whole = stubDriver({ version: 13000 });
  const cut = put('bad/cut.so', whole.subarray(0, whole.length - 64));
  put('bad/other.so', Buffer.alloc(4096, 'library'));
  const broken = put('bad/broken.json', '{"ICD": ');
  const paths = [
    broken,
    put('bad/cut.json', manifest('./cut.so')),
    put('bad/other.json', manifest('./other.so')),
    put('bad/absent.json', manifest('./absent.so')),
    put('bad/narrow.json', manifest('libnarrow.so', { library_arch: '32' })),
  ];
  expect(driverManifests({ VK_DRIVER_FILES: paths.join(':') }, home)).toEqual({
    paths: [],
    problems: [
      `The Vulkan driver manifest ${broken} cannot be read`,
      `The Vulkan driver ${cut} is cut off`,
      `The Vulkan driver ${join(top, 'bad', 'absent.so')} cannot be opened`,
    ],
  });
});
