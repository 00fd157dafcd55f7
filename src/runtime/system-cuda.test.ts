import { afterAll, beforeEach, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { hostMachine } from '../../test/helpers/stub-library.ts';
import { parseLdCache, pathsInLdCache } from './ld-cache.ts';
import { stubLibrary } from './stub-library.ts';
import { findSystemLibrary, type SystemPlaces } from './system-cuda.ts';

const NAME = 'libcublas.so.13';
const library = stubLibrary({ soname: NAME, machine: hostMachine() });
const top = mkdtempSync(join(tmpdir(), 'system-cuda-'));
afterAll(() => rmSync(top, { recursive: true }));
let root = top;
let count = 0;
beforeEach(() => {
  root = join(top, `${count++}`);
  mkdirSync(root);
});

function put(path: string, content: Uint8Array = library): string {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, content);
  return full;
}

function find(environment: Record<string, string> = {}, loader: SystemPlaces['loader'] = () => []): string | undefined {
  return findSystemLibrary(NAME, { platform: 'linux', environment, toolkits: [root], loader })?.path;
}

describe.skipIf(process.platform !== 'linux')('finds a library', () => {
  test('nowhere', () => expect(find()).toBeUndefined());

  test('of a toolkit, the newest first; the file behind a link', () => {
    put('cuda-13.0/lib64/libcublas.so.13');
    const real = put('cuda-13.10/lib64/libcublas.so.13.10.1');
    symlinkSync('libcublas.so.13.10.1', join(root, 'cuda-13.10/lib64', NAME));
    put('cudamesa/lib64/libcublas.so.13');
    expect(find()).toBe(real);
    expect(findSystemLibrary(NAME, { platform: 'linux', environment: {}, toolkits: [root], loader: () => [] })).toEqual(
      {
        ...{ name: NAME, path: real, bytes: library.length },
      },
    );
  });

  test('of a Python environment that is active, and no other', () => {
    const path = put('venv/lib/python3.12/site-packages/nvidia/cu13/lib/libcublas.so.13');
    expect(find()).toBeUndefined();
    expect(find({ VIRTUAL_ENV: join(root, 'venv') })).toBe(path);
    expect(find({ CONDA_PREFIX: join(root, 'venv') })).toBe(path);
    const conda = put('conda/lib/libcublas.so.13');
    expect(find({ CONDA_PREFIX: join(root, 'conda') })).toBe(conda);
  });

  test("that the system's loader knows", () => {
    const path = put('elsewhere/libcublas.so.13');
    expect(find({}, (name) => [join(root, 'gone'), join(root, 'elsewhere', name)])).toBe(path);
  });

  test('passes over one that was cut off, is text (a linker script) or a folder', () => {
    put('cuda-13.3/lib64/libcublas.so.13', library.subarray(0, library.length - 1));
    put('cuda-13.2/lib64/libcublas.so.13', Buffer.from('GROUP ( libcublas.so.13.2 )'));
    mkdirSync(join(root, 'cuda-13.1/lib64', NAME), { recursive: true });
    const sound = put('cuda-13.0/lib64/libcublas.so.13');
    expect(find()).toBe(sound);
  });
});

describe('the list of the loader', () => {
  function cache(entries: readonly (readonly [string, string])[], before = Buffer.alloc(0)): Buffer {
    const header = Buffer.alloc(48);
    header.write('glibc-ld.so.cache1.1', 0, 'latin1');
    header.writeUInt32LE(entries.length, 20);
    let at = 48 + 24 * entries.length;
    const texts: Buffer[] = [];
    const place = (text: string): number => {
      const bytes = Buffer.from(`${text}\0`);
      texts.push(bytes);
      at += bytes.length;
      return at - bytes.length;
    };
    const rows = entries.map(([name, path]) => {
      const row = Buffer.alloc(24);
      row.writeUInt32LE(place(name), 4);
      row.writeUInt32LE(place(path), 8);
      return row;
    });
    return Buffer.concat([before, header, ...rows, ...texts]);
  }

  test('gives the paths of a name in its order, also behind a list of the old format', () => {
    const entries = [
      ['libcublas.so.13', '/opt/a/libcublas.so.13'],
      ['libcublas.so.12', '/opt/b/libcublas.so.12'],
      ['libcublas.so.13', '/opt/c/libcublas.so.13'],
    ] as const;
    const paths = ['/opt/a/libcublas.so.13', '/opt/c/libcublas.so.13'];
    expect(parseLdCache(cache(entries), NAME)).toEqual(paths);
    expect(parseLdCache(cache(entries, Buffer.from('ld.so-1.7.0\0\0\0\0\0')), NAME)).toEqual(paths);
  });

  test('that is damaged or absent gives nothing', () => {
    const whole = cache([['libcublas.so.13', '/opt/a/libcublas.so.13']]);
    for (const length of [0, 10, 30, 50, 80]) expect(parseLdCache(whole.subarray(0, length), NAME)).toEqual([]);
    expect(pathsInLdCache(NAME, join(top, 'absent'))).toEqual([]);
  });

  test.skipIf(process.platform !== 'linux')('of this machine knows the C library', () => {
    const paths = pathsInLdCache('libc.so.6');
    if (paths.length > 0) expect(paths[0]).toEndWith('/libc.so.6');
  });
});
