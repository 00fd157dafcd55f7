import { CFunction, dlopen, ptr } from 'bun:ffi';
import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostMachine } from '../../test/helpers/stub-library.ts';
import { elfProblem } from '../system/elf.ts';
import { openLibrary } from '../system/native-library.ts';
import { returning, type StubMachine, stubLibrary } from './stub-library.ts';

const folder = mkdtempSync(join(tmpdir(), 'stubs-'));
afterAll(() => rmSync(folder, { recursive: true }));
const isLinux = process.platform === 'linux';

function write(name: string, content: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe.skipIf(!isLinux)('on this machine', () => {
  test('an empty library is loaded, and has no function', () => {
    const opened = openLibrary(write('empty.so', stubLibrary({ soname: 'libempty.so.1', machine: hostMachine() })));
    if ('problem' in opened) throw new Error(opened.problem);
    expect(opened.library.address('anything')).toBeUndefined();
  });

  test('functions are found by their names and return their numbers', () => {
    const values = [0, 5, 1000, 65535];
    const names = values.map((value) => `returns_${value}`);
    const functions = Object.fromEntries(values.map((value, i) => [names[i]!, returning(hostMachine(), value)]));
    const opened = openLibrary(
      write('some.so', stubLibrary({ soname: 'libsome.so.1', machine: hostMachine(), functions })),
    );
    if ('problem' in opened) throw new Error(opened.problem);
    const found = names.map((name) => CFunction({ ptr: opened.library.address(name)!, args: [], returns: 'i32' })());
    expect(found).toEqual(values);
  });

  test('functions have the version that others ask for, and no other', () => {
    const functions = { versioned_stub: returning(hostMachine(), 7) };
    const library = { soname: 'libversioned.so.1', version: 'STUB_1', machine: hostMachine(), functions };
    const opened = openLibrary(write('versioned.so', stubLibrary(library)));
    if ('problem' in opened) throw new Error(opened.problem);
    const { symbols } = dlopen('libc.so.6', { dlvsym: { args: ['ptr', 'ptr', 'ptr'], returns: 'ptr' } });
    const zeroEnded = (text: string) => ptr(Buffer.from(`${text}\0`));
    const find = (version: string) => symbols.dlvsym(null, zeroEnded('versioned_stub'), zeroEnded(version));
    const found = find('STUB_1');
    expect([found, find('STUB_2')]).toEqual([opened.library.address('versioned_stub')!, null]);
    expect(CFunction({ ptr: found!, args: [], returns: 'i32' })()).toBe(7);
  });

  test('is known by its own name afterwards, as another library that needs it would ask', () => {
    openLibrary(write('named.so', stubLibrary({ soname: 'libvirnucpro-named.so.7', machine: hostMachine() })));
    expect('library' in openLibrary('libvirnucpro-named.so.7')).toBe(true);
    expect(openLibrary('libvirnucpro-other.so.7')).toMatchObject({ isAbsent: true });
  });
});

test.each<[StubMachine, string]>([
  ['x64', 'b864000000c3'],
  ['arm64', '800c8052c0035fd6'],
])('code of a function that returns 100, on %s', (machine, code) => {
  expect(Buffer.from(returning(machine, 100)).toString('hex')).toBe(code);
});

test('a number that does not fit is a bug', () => {
  for (const value of [-1, 65536, 0.5]) expect(() => returning('x64', value)).toThrow('cannot return');
});

test('both machines get a whole library of less than 1 kB that no other machine takes', () => {
  for (const machine of ['x64', 'arm64'] as const) {
    const other = machine === 'x64' ? 'arm64' : 'x64';
    const bytes = stubLibrary({ soname: 'libcurand.so.10', machine });
    expect(bytes.length).toBeLessThan(1000);
    const path = write(`${machine}.so`, bytes);
    expect(elfProblem(path, machine)).toBeUndefined();
    expect(elfProblem(path, other)).toBe('is made for another kind of processor');
  }
});

test('a library that was cut off anywhere, or is none, is told before it is loaded', () => {
  const bytes = stubLibrary({ soname: 'libcut.so.1', machine: 'x64', functions: { one: returning('x64', 1) } });
  for (const length of [0, 20, 63, 64, 200, bytes.length - 1]) {
    expect(elfProblem(write('cut.so', bytes.subarray(0, length)), 'x64')).toBe('is cut off');
  }
  expect(elfProblem(write('text.so', Buffer.alloc(500, 'x')), 'x64')).toBe('is no 64-bit ELF library');
  expect(elfProblem(join(folder, 'absent.so'), 'x64')).toBe('cannot be opened');
  if (isLinux) expect(openLibrary(join(folder, 'cut.so'))).toEqual({ problem: 'is cut off', isAbsent: false });
});
