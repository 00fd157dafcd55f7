/** Memory and CPU time of a process and all its descendants, from Linux's /proc. A process that ends meanwhile is left out. */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface ProcessMemory {
  /** Of user and kernel, in the kernel's ticks: for comparing. */
  readonly cpu: number;
  /** Bytes, as in `MemorySample`. */
  readonly resident: number;
  readonly anonymous: number;
  readonly proportional: number;
}

export function processesOf(root: number): ProcessMemory[] {
  const children = new Map<number, number[]>();
  const ticks = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? read(`/proc/${name}/stat`) : undefined;
    if (stat === undefined) continue;
    // The name in brackets may hold anything; fields are counted from behind it, the state being the first.
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [pid, parent] = [Number(name), fields[1]!];
    ticks.set(pid, fields[11]! + fields[12]!);
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const all = [root];
  for (const pid of all) all.push(...(children.get(pid) ?? []));
  return all.flatMap((pid) => {
    const status = read(`/proc/${pid}/status`);
    const maps = read(`/proc/${pid}/smaps_rollup`);
    const [resident, anonymous, proportional] = [field(status, 'VmRSS'), field(status, 'RssAnon'), field(maps, 'Pss')];
    if (resident === undefined || anonymous === undefined || proportional === undefined) return [];
    return [{ cpu: ticks.get(pid) ?? 0, resident, anonymous, proportional }];
  });
}

/** Bytes of the files that lie directly in a folder; 0 where there is none. */
export function folderBytes(folder: string): number {
  let sum = 0;
  try {
    for (const name of readdirSync(folder)) sum += statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0;
  } catch {}
  return sum;
}

function field(text: string | undefined, name: string): number | undefined {
  const kib = text === undefined ? undefined : new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(text)?.[1];
  return kib === undefined ? undefined : 1024 * Number(kib);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
