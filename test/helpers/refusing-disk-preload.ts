/**
 * Loaded before the program: takes the place of `node:fs` and `node:fs/promises`, counts the calls that change something
 * below the folders it was told, and refuses the one it was told with the error that Bun throws for it.
 *
 * Only the main thread is watched; Workers of the program write nothing.
 */

import { mock } from 'bun:test';
import * as fs from 'node:fs';
import * as promises from 'node:fs/promises';
import { constants } from 'node:os';
import { basename, resolve, sep } from 'node:path';
import {
  DISK_VARIABLE,
  type DiskCall,
  type RefusingDisk,
  type WATCHED_PROMISED,
  type WATCHED_SYNCHRONOUS,
} from './refusing-disk.ts';

/** As the system puts it, from Bun's own messages. */
const TEXTS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on device',
  EDQUOT: 'disk quota exceeded',
  EIO: 'i/o error',
  EINVAL: 'invalid argument',
  EACCES: 'permission denied',
  EROFS: 'read-only file system',
};

type Real = (...given: never[]) => unknown;
type Given = readonly unknown[];

// The test that starts this process writes it.
const disk = JSON.parse(process.env[DISK_VARIABLE] ?? '') as RefusingDisk;
const real = { ...fs };
const realPromises = { ...promises };
const seen = new Map<DiskCall, number>();
/** What is open, by descriptor. */
const paths = new Map<number, string>();
real.writeFileSync(disk.log, '');

function apply(call: Real, given: Given, self?: unknown): unknown {
  return Reflect.apply(call, self, given);
}

function pathOf(given: unknown): string {
  if (typeof given !== 'string') throw new Error(`a path of the program is ${typeof given}`);
  return resolve(given);
}

/** Counts a call. @returns the code where it is to be refused */
function refusalOf(call: DiskCall, path: string | undefined): string | undefined {
  if (path === undefined || !disk.folders.some((folder) => path === folder || path.startsWith(folder + sep))) {
    return undefined;
  }
  const { refusal } = disk;
  const isCounted = refusal?.name === undefined || basename(path).startsWith(refusal.name);
  const nth = (seen.get(call) ?? 0) + (isCounted ? 1 : 0);
  seen.set(call, nth);
  const isRefused =
    isCounted && refusal?.call === call && (nth === refusal.nth || (refusal.lasting && nth > refusal.nth));
  real.appendFileSync(disk.log, `${isRefused ? '!' : ''}${call} ${path}\n`);
  return isRefused ? refusal.code : undefined;
}

function refused(code: string, syscall: string, path?: string, dest?: string): Error {
  const place = path === undefined ? '' : ` '${path}'${dest === undefined ? '' : ` -> '${dest}'`}`;
  const number = Object.entries(constants.errno).find(([name]) => name === code)?.[1];
  const text = TEXTS[code];
  if (number === undefined || text === undefined) throw new Error(`${code} is not known here`);
  return Object.assign(new Error(`${code}: ${text}, ${syscall}${place}`), {
    ...{ code, syscall, errno: -number },
    ...(path === undefined ? {} : { path }),
    ...(dest === undefined ? {} : { dest }),
  });
}

/** A call by path that does nothing when it is refused. */
function guard(call: DiskCall, syscall: string, path: unknown, dest?: unknown): void {
  const code = refusalOf(call, pathOf(path));
  if (code !== undefined) throw refused(code, syscall, pathOf(path), dest === undefined ? undefined : pathOf(dest));
}

/** A call by descriptor or handle that does nothing when it is refused. */
function guardOpen(call: DiskCall, syscall: string, path: string | undefined): void {
  const code = refusalOf(call, path);
  if (code !== undefined) throw refused(code, syscall);
}

function isForWriting(flags: unknown): boolean {
  if (typeof flags === 'number') return (flags & (real.constants.O_WRONLY | real.constants.O_RDWR)) !== 0;
  return flags !== undefined && flags !== 'r';
}

/** The first half of text or bytes; the rest of the arguments say where it goes. */
function half(given: Given): unknown[] {
  const [data, offset, length, ...rest] = given;
  if (typeof data === 'string') return [data.slice(0, data.length / 2), offset, length, ...rest];
  if (!(data instanceof Uint8Array)) throw new Error('the program writes something else than text and bytes');
  const from = typeof offset === 'number' ? offset : 0;
  const bytes = typeof length === 'number' ? length : data.length - from;
  return [data, from, Math.floor(bytes / 2), ...rest];
}

/** All of a file at once: opened, then written. */
function halfFile([path, data, ...rest]: Given): unknown[] {
  if (typeof data !== 'string' && !(data instanceof Uint8Array)) throw new Error('the program writes something else');
  return [path, data.slice(0, data.length / 2), ...rest];
}

/** By path, or into a file that is open. */
function wholeFile(call: Real, given: Given): unknown {
  const [file] = given;
  if (typeof file !== 'number') guard('open', 'open', file);
  const code = refusalOf('write', typeof file === 'number' ? paths.get(file) : pathOf(file));
  if (code === undefined) return apply(call, given);
  apply(call, halfFile(given));
  throw refused(code, 'write');
}

/** Nothing can be refused about what is not there: Node calls the system, which says so itself. */
function guardThere(call: DiskCall, syscall: string, path: unknown): void {
  if (real.lstatSync(pathOf(path), { throwIfNoEntry: false }) !== undefined) guard(call, syscall, path);
}

/** A folder that is there already is not made. */
function guardMissing(path: unknown): void {
  if (!real.existsSync(pathOf(path))) guard('mkdir', 'mkdir', path);
}

const SYNCHRONOUS = {
  openSync(...given: Given): unknown {
    const [path, flags] = given;
    if (isForWriting(flags)) guard('open', 'open', path);
    const descriptor = apply(real.openSync, given);
    if (typeof descriptor === 'number') paths.set(descriptor, pathOf(path));
    return descriptor;
  },
  closeSync(...given: Given): unknown {
    if (typeof given[0] === 'number') paths.delete(given[0]);
    return apply(real.closeSync, given);
  },
  writeSync(...given: Given): unknown {
    const [descriptor, ...what] = given;
    const code = typeof descriptor === 'number' ? refusalOf('write', paths.get(descriptor)) : undefined;
    if (code === undefined) return apply(real.writeSync, given);
    apply(real.writeSync, [descriptor, ...half(what)]);
    throw refused(code, 'write');
  },
  fsyncSync(...given: Given): unknown {
    if (typeof given[0] === 'number') guardOpen('sync', 'fsync', paths.get(given[0]));
    return apply(real.fsyncSync, given);
  },
  ftruncateSync(...given: Given): unknown {
    if (typeof given[0] === 'number') guardOpen('truncate', 'ftruncate', paths.get(given[0]));
    return apply(real.ftruncateSync, given);
  },
  writeFileSync(...given: Given): unknown {
    return wholeFile(real.writeFileSync, given);
  },
  appendFileSync(...given: Given): unknown {
    return wholeFile(real.appendFileSync, given);
  },
  renameSync(...given: Given): unknown {
    guard('rename', 'rename', given[0], given[1]);
    return apply(real.renameSync, given);
  },
  linkSync(...given: Given): unknown {
    guard('rename', 'link', given[0], given[1]);
    return apply(real.linkSync, given);
  },
  rmSync(...given: Given): unknown {
    guardThere('unlink', 'rm', given[0]);
    return apply(real.rmSync, given);
  },
  unlinkSync(...given: Given): unknown {
    guardThere('unlink', 'unlink', given[0]);
    return apply(real.unlinkSync, given);
  },
  mkdirSync(...given: Given): unknown {
    guardMissing(given[0]);
    return apply(real.mkdirSync, given);
  },
} satisfies Record<(typeof WATCHED_SYNCHRONOUS)[number], Real>;

/** Bun's handles have these as methods; those of one handle are replaced. */
function watched(handle: promises.FileHandle, path: string): promises.FileHandle {
  const { write, writeFile, sync, datasync, truncate } = handle;
  return Object.assign(handle, {
    async write(...given: Given): Promise<unknown> {
      const code = refusalOf('write', path);
      if (code === undefined) return apply(write, given, handle);
      await apply(write, half(given), handle);
      throw Object.assign(refused(code, 'write'), { fd: handle.fd });
    },
    async writeFile(...given: Given): Promise<unknown> {
      const code = refusalOf('write', path);
      if (code === undefined) return apply(writeFile, given, handle);
      await apply(write, half([given[0]]), handle);
      throw refused(code, 'write');
    },
    async sync(...given: Given): Promise<unknown> {
      guardOpen('sync', 'fsync', path);
      return apply(sync, given, handle);
    },
    async datasync(...given: Given): Promise<unknown> {
      guardOpen('sync', 'fdatasync', path);
      return apply(datasync, given, handle);
    },
    async truncate(...given: Given): Promise<unknown> {
      guardOpen('truncate', 'ftruncate', path);
      return apply(truncate, given, handle);
    },
  });
}

const PROMISED = {
  async open(...given: Given): Promise<unknown> {
    const [path, flags, mode] = given;
    if (isForWriting(flags)) guard('open', 'open', path);
    const at = pathOf(path);
    const permissions = typeof mode === 'number' ? mode : undefined;
    const as = typeof flags === 'string' || typeof flags === 'number' ? flags : undefined;
    return watched(await realPromises.open(at, as, permissions), at);
  },
  async writeFile(...given: Given): Promise<unknown> {
    guard('open', 'open', given[0]);
    const code = refusalOf('write', pathOf(given[0]));
    if (code === undefined) return apply(realPromises.writeFile, given);
    await apply(realPromises.writeFile, halfFile(given));
    throw refused(code, 'write');
  },
  async copyFile(...given: Given): Promise<unknown> {
    const [from, to] = [pathOf(given[0]), pathOf(given[1])];
    const atOpen = refusalOf('open', to);
    if (atOpen !== undefined) throw refused(atOpen, 'copyfile', from, to);
    const code = refusalOf('write', to);
    if (code === undefined) return apply(realPromises.copyFile, given);
    const content = await realPromises.readFile(from);
    await realPromises.writeFile(to, content.subarray(0, content.length / 2));
    throw refused(code, 'copyfile', from, to);
  },
  async rename(...given: Given): Promise<unknown> {
    guard('rename', 'rename', given[0], given[1]);
    return apply(realPromises.rename, given);
  },
  async rm(...given: Given): Promise<unknown> {
    guardThere('unlink', 'rm', given[0]);
    return apply(realPromises.rm, given);
  },
  async unlink(...given: Given): Promise<unknown> {
    guardThere('unlink', 'unlink', given[0]);
    return apply(realPromises.unlink, given);
  },
  async rmdir(...given: Given): Promise<unknown> {
    guardThere('unlink', 'rmdir', given[0]);
    return apply(realPromises.rmdir, given);
  },
  async mkdir(...given: Given): Promise<unknown> {
    guardMissing(given[0]);
    return apply(realPromises.mkdir, given);
  },
} satisfies Record<(typeof WATCHED_PROMISED)[number], Real>;

await mock.module('node:fs', () => ({ ...real, ...SYNCHRONOUS, default: { ...real, ...SYNCHRONOUS } }));
await mock.module('node:fs/promises', () => ({
  ...{ ...realPromises, ...PROMISED },
  default: { ...realPromises, ...PROMISED },
}));
