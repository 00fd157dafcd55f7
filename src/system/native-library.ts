/**
 * Native libraries opened by name or full path, with the system's own words where it refuses. bun:ffi's `dlopen` tells
 * neither a missing library from a broken one nor a broken one from a missing function; the C functions do. A library
 * that is given by its path is looked at first, because one that was cut off would kill the process.
 *
 * A library stays open until the process ends: what it registered cannot be taken back.
 */

import { CString, dlopen, type Pointer, ptr } from 'bun:ffi';
import { existsSync } from 'node:fs';
import { C_LIBRARY } from './c-library.ts';
import { elfProblem } from './elf.ts';

/** What bun:ffi takes as the address of a function. */
export type Address = Pointer | bigint;

export interface NativeLibrary {
  /** Address of an exported function; undefined where the library has none of that name. */
  address(name: string): Address | undefined;
}

export type Opened =
  | { readonly library: NativeLibrary }
  /** The system's sentence, without the library's name in front where it was there. */
  | { readonly problem: string; readonly isAbsent: boolean };

const RTLD_NOW = 0x2;
/** On Linux what is opened later finds these symbols. */
const RTLD_GLOBAL = 0x100;
/** Looks for a library's own dependencies in its folder. */
const LOAD_WITH_ALTERED_SEARCH_PATH = 0x8;
const ERROR_MOD_NOT_FOUND = 126;

/** @param library a full path, or a name that the system's linker looks for */
export function openLibrary(library: string): Opened {
  return process.platform === 'win32' ? openOnWindows(library) : openOnUnix(library);
}

function openOnUnix(library: string): Opened {
  if (process.platform === 'linux' && library.includes('/') && existsSync(library)) {
    const problem = elfProblem(library);
    if (problem !== undefined) return { problem, isAbsent: false };
  }
  const { symbols } = dlopen(C_LIBRARY, {
    dlopen: { args: ['ptr', 'i32'], returns: 'ptr' },
    dlsym: { args: ['ptr', 'ptr'], returns: 'ptr' },
    dlerror: { args: [], returns: 'ptr' },
  });
  const global = process.platform === 'darwin' ? 0x8 : RTLD_GLOBAL;
  const handle = symbols.dlopen(zeroEnded(library), RTLD_NOW | global);
  if (handle === null) {
    const said = symbols.dlerror();
    const text = said === null ? 'no reason given' : new CString(said).toString();
    const problem = text.startsWith(`${library}: `) ? text.slice(library.length + 2) : text;
    // Of a library that it needs itself the text begins with that one's name.
    const isAbsent = problem !== text && /no such file/i.test(problem);
    return { problem, isAbsent };
  }
  return { library: { address: (name) => symbols.dlsym(handle, zeroEnded(name)) ?? undefined } };
}

function openOnWindows(library: string): Opened {
  const { symbols } = dlopen('kernel32.dll', {
    LoadLibraryExW: { args: ['ptr', 'ptr', 'u32'], returns: 'ptr' },
    GetProcAddress: { args: ['ptr', 'ptr'], returns: 'ptr' },
    GetLastError: { args: [], returns: 'u32' },
  });
  const isPath = /[\\/]/.test(library);
  const name = Buffer.from(`${library}\0`, 'utf16le');
  const handle = symbols.LoadLibraryExW(ptr(name), null, isPath ? LOAD_WITH_ALTERED_SEARCH_PATH : 0);
  if (handle === null) {
    const code = symbols.GetLastError();
    return { problem: `Windows error ${code}`, isAbsent: code === ERROR_MOD_NOT_FOUND };
  }
  return { library: { address: (function_) => symbols.GetProcAddress(handle, zeroEnded(function_)) ?? undefined } };
}

/** ASCII, or UTF-8 for paths. */
function zeroEnded(text: string): Uint8Array {
  return Buffer.from(`${text}\0`);
}
