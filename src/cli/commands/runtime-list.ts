/** `virnucpro runtime list`: what is installed, what can be, and whether a card here could use it. */

import { basename } from 'node:path';
import { readCudaDriver } from '../../device/cuda/driver.ts';
import { CUDA_RULES, lineProblem } from '../../device/cuda/suitable.ts';
import { type ListedRuntime, runtimeTable } from '../../output/runtime-list.ts';
import { writeStandardOutput } from '../../output/standard-output.ts';
import { type Runtime, runtimes } from '../../runtime/catalogue.ts';
import { inspectRuntime, outdatedFolders, runtimeNameOf } from '../../runtime/installed.ts';
import { runtimeFolder } from '../../runtime/places.ts';
import { hostTarget } from '../../system/program.ts';
import { bytesText } from '../../system/quantities.ts';
import type { Arguments } from '../arguments.ts';
import type { RUNTIME_LIST } from '../flags.ts';

export async function runtimeList(given: Arguments<typeof RUNTIME_LIST>): Promise<void> {
  const root = runtimeFolder();
  const target = hostTarget();
  const driver = readCudaDriver();
  const known = runtimes().filter((runtime) => runtime.target === target);
  const listed: ListedRuntime[] = [];
  for (const runtime of known) listed.push(await describe(root, runtime, lineProblem(runtime.name, target, driver)));
  for (const folder of await outdatedFolders(root, known)) {
    const about = 'of another version of this program; "runtime remove" deletes it';
    const name = runtimeNameOf(basename(folder)) ?? basename(folder);
    listed.push({
      name,
      state: 'outdated',
      cuda: null,
      bytes: null,
      untested: false,
      usable: false,
      about,
      path: folder,
    });
  }
  const json = () => `${JSON.stringify({ runtimes: listed }, undefined, 2)}\n`;
  writeStandardOutput(new TextEncoder().encode(given.has('json') ? json() : runtimeTable(listed, bytesText)));
}

async function describe(root: string, runtime: Runtime, problem: string | undefined): Promise<ListedRuntime> {
  const { name, cuda, wheels } = runtime;
  const installed = await inspectRuntime(root, runtime);
  return {
    ...{ name, state: state(installed?.state), cuda, untested: CUDA_RULES[name].isUntested },
    bytes: installed?.bytes ?? wheels.reduce((sum, { bytes }) => sum + bytes, 0),
    usable: problem === undefined,
    about: installed?.state === 'broken' ? installed.problem : (problem ?? null),
    path: installed?.folder ?? null,
  };
}

function state(found: 'sound' | 'broken' | undefined): ListedRuntime['state'] {
  return found === 'sound' ? 'installed' : (found ?? 'available');
}
