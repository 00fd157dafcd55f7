/**
 * `virnucpro runtime install`: fetches what the CUDA backend needs. Whether a card here can use it is told before
 * anything is downloaded.
 */

import { join } from 'node:path';
import { readCudaDriver } from '../../device/cuda/driver.ts';
import { bestCudaLine, CUDA_RULES, lineProblem } from '../../device/cuda/suitable.ts';
import type { Emit } from '../../events/event.ts';
import { mirrorAddress } from '../../fetch/source-url.ts';
import { findRuntime, type Runtime } from '../../runtime/catalogue.ts';
import { installRuntime } from '../../runtime/install.ts';
import { licenceNotice } from '../../runtime/licence.ts';
import { runtimeFolder } from '../../runtime/places.ts';
import { planInstall } from '../../runtime/plan.ts';
import { cacheFolder } from '../../system/cache.ts';
import { EXIT, UserError } from '../../system/errors.ts';
import { hostTarget } from '../../system/program.ts';
import { bytesText } from '../../system/quantities.ts';
import type { Arguments } from '../arguments.ts';
import { tellFetch } from '../download.ts';
import type { RUNTIME_INSTALL } from '../flags.ts';
import { runtimeNameGiven } from '../runtime-name.ts';

const WEBGPU = 'WebGPU is used instead, and nothing has to be installed for it';

export async function runtimeInstall(given: Arguments<typeof RUNTIME_INSTALL>, emit: Emit): Promise<void> {
  const began = performance.now();
  const name = runtimeNameGiven(given.positionals, 'runtime install');
  const mirror = given.value('mirror');
  const mirrorBase = mirror === undefined ? undefined : mirrorAddress(mirror);
  const target = hostTarget();
  const runtime = findRuntime(name, target);
  if (runtime === undefined) throw new UserError(`There is no CUDA provider ${name} for ${target}`, `${WEBGPU}.`);
  const note = (text: string) => emit({ event: 'stage', stage: 'install', note: text });
  checkMachine(runtime, given.has('force'), emit);
  if (CUDA_RULES[name].isUntested) {
    emit({ event: 'warning', message: `${name} is untested: no card was at hand to try it on.` });
  }

  const root = runtimeFolder();
  const plan = await planInstall(runtime, { from: given.value('from'), useSystem: !given.has('no-system') });
  for (const { name: library, path } of plan.system) note(`${library} is on this machine and will be used: ${path}`);
  for (const sentence of licenceNotice(runtime, plan)) note(sentence);
  if (plan.downloadBytes > 0) note(`${bytesText(plan.downloadBytes)} to download`);
  const { folder, isNew } = await installRuntime(runtime, plan, {
    ...{ root, downloads: join(cacheFolder(), 'downloads', `runtime-${name}`), mirror: mirrorBase, onNote: note },
    onFetch: (progress) => tellFetch(progress, (performance.now() - began) / 1000, emit),
  });
  if (!isNew) {
    note(`${name} is installed already: ${folder}`);
    return;
  }
  emit({ event: 'finished', counts: {}, seconds: (performance.now() - began) / 1000, folder, written: [name] });
}

/** @throws UserError where no card here can use the runtime, unless that is wanted */
function checkMachine({ name, target }: Runtime, isForced: boolean, emit: Emit): void {
  const driver = readCudaDriver();
  const problem = lineProblem(name, target, driver);
  if (problem === undefined) return;
  if (isForced) {
    emit({ event: 'warning', message: `${problem}. It is installed all the same.` });
    return;
  }
  const other = bestCudaLine(target, driver);
  const way =
    other === undefined || other === name || findRuntime(other, target) === undefined
      ? WEBGPU
      : `"virnucpro runtime install ${other}" fits this machine${CUDA_RULES[other].isUntested ? ', untested' : ''}; ` +
        'without it WebGPU is used';
  throw new UserError(problem, `${way}. With --force it is installed all the same.`, {}, EXIT.runtime);
}
