/** `predict` from its arguments on: as the process that watches, or as the one that computes. */

import { ADDRESS_SPACE, needAddressSpace } from '../../system/address-space.ts';
import type { Arguments } from '../arguments.ts';
import type { PREDICT } from '../flags.ts';
import type { PredictPlan } from '../plan.ts';
import { resumeCommand } from '../resume-command.ts';
import type { Telling } from '../telling.ts';
import { mustSupervise, type Restart, restart, supervise } from './supervise.ts';

type Given = Arguments<typeof PREDICT>;

/** @returns the exit code */
export async function beginPredict(given: Given, argv: readonly string[], telling: Telling): Promise<number> {
  const code = mustSupervise() ? await watchedRun(given, argv, telling) : undefined;
  return code ?? (await ownRun(given, argv, telling));
}

async function watchedRun(given: Given, argv: readonly string[], telling: Telling): Promise<number | undefined> {
  try {
    const ended = await supervise(given, argv);
    if (typeof ended !== 'object') return ended;
    const { signal, exitCode } = ended;
    const emit = await telling.open(given, argv, true);
    emit({ event: 'interrupted', signal, resume: resumeCommand(argv), exit_code: exitCode });
    return exitCode;
  } catch (error) {
    // Behind what the process that computed has told.
    await telling.open(given, argv, true);
    throw error;
  }
}

async function ownRun(given: Given, argv: readonly string[], telling: Telling): Promise<number> {
  const again = restart();
  const emit = await telling.open(given, argv, again !== undefined);
  needAddressSpace(ADDRESS_SPACE.model);
  if (again !== undefined) {
    const { signal, device } = again.crash;
    const from = again.goesOn ? 'journal' : 'beginning';
    emit({ event: 'restarted', signal, device: device ?? undefined, from });
  }
  const { predictPlan } = await import('../plan.ts');
  const { predict } = await import('../commands/predict.ts');
  return await predict(goingOn(predictPlan(given), again), argv, emit);
}

/** Whatever the command line says of results and journals that were there, by now the journal is that of this run. */
function goingOn(plan: PredictPlan, again: Restart | undefined): PredictPlan {
  return again?.goesOn === true ? { ...plan, resume: true, force: false } : plan;
}
