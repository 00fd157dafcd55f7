/**
 * `predict` as a person sees it: a small process that lets another one compute, and goes on without a device that ended it
 * (docs/adr/0022-supervisor.md).
 */

import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { restoreTerminal } from '../../progress/restore-terminal.ts';
import { writeError } from '../../progress/standard-error.ts';
import type { Assignment } from '../../supervisor/contract.ts';
import { childDescriptors } from '../../supervisor/descriptors.ts';
import { supervised } from '../../supervisor/supervised.ts';
import { isCrashSignal, verdictOn } from '../../supervisor/verdict.ts';
import { type Ended, watch } from '../../supervisor/watch.ts';
import type { Crash } from '../../system/crash.ts';
import { EXIT, UserError } from '../../system/errors.ts';
import { COMMIT, ownCommand, VERSION } from '../../system/program.ts';
import type { Stop } from '../../system/signals.ts';
import type { Arguments } from '../arguments.ts';
import type { PREDICT } from '../flags.ts';
import { predictPlan } from '../plan.ts';
import { resumeCommand } from '../resume-command.ts';

/** In the output folder: what the runtime and the drivers said when the process crashed. */
const CRASH_LOG = 'crash.log';

/** Whether this process is to have the run computed by another one. */
export function mustSupervise(): boolean {
  return process.platform !== 'win32' && process.env['VIRNUCPRO_SUPERVISE'] !== 'off' && supervised() === undefined;
}

/**
 * @returns the exit code of the run; what a person stopped it by, where it could not tell that itself; undefined where no other process can be started, so that this one must compute
 * @throws UserError when the run was ended from outside, or crashed and cannot go on
 */
export async function supervise(
  given: Arguments<typeof PREDICT>,
  argv: readonly string[],
): Promise<number | Stop | undefined> {
  const descriptors = childDescriptors(argv);
  if (descriptors === undefined) return undefined;
  const start = { command: ownCommand(...argv), descriptors };
  let crashes: readonly Crash[] = [];
  let goesOn: Assignment['goesOn'] = false;
  for (;;) {
    let ended: Ended;
    try {
      ended = await watch({ ...start, crashes, goesOn });
    } catch (error) {
      // Too many processes, or a standard error that is closed: not a reason to compute nothing.
      if (crashes.length === 0) return undefined;
      throw error;
    }
    const { code, signal, stop, known, lastWords } = ended;
    if (signal === undefined) {
      if (code !== EXIT.done || given.has('verbose')) writeError(lastWords);
      return code ?? EXIT.bug;
    }
    restoreTerminal();
    if (stop !== undefined) return stop;
    goesOn ||= known.hasJournal;
    if (!isCrashSignal(signal)) throw killed(signal, argv, goesOn);
    const { crash, next } = verdictOn(signal, new Date().toISOString(), known, crashes);
    const log = fileWords(given, argv, crash, lastWords);
    crashes = [...crashes, crash];
    if (next !== 'restart') throw crashed(crash, next, log, goOn(argv, goesOn));
  }
}

/** After a crash. */
export interface Restart extends Pick<Assignment, 'goesOn'> {
  /** The newest. */
  readonly crash: Crash;
}

/** What this process was started for, if that was a crash. */
export function restart(): Restart | undefined {
  const { assignment } = supervised() ?? {};
  const crash = assignment?.crashes.at(-1);
  return crash === undefined || assignment === undefined ? undefined : { crash, goesOn: assignment.goesOn };
}

/** @returns the file; undefined where there can be none, and the words were shown */
function fileWords(
  given: Arguments<typeof PREDICT>,
  argv: readonly string[],
  crash: Crash,
  words: string,
): string | undefined {
  const { output, dryRun } = predictPlan(given);
  const about = `${crash.at} virnucpro ${VERSION} (${COMMIT}): ${crash.signal}, ${crash.device ?? 'no device'}`;
  const text = `${about}\nvirnucpro ${argv.join(' ')}\n${words}\n`;
  const log = join(output, CRASH_LOG);
  try {
    if (!dryRun && existsSync(output)) {
      appendFileSync(log, text);
      return log;
    }
  } catch {}
  writeError(text);
  return undefined;
}

function killed(signal: string, argv: readonly string[], goesOn: boolean): UserError {
  const cause = signal === 'SIGKILL' ? ', as the system does it when memory runs out' : '';
  const advice = signal === 'SIGKILL' ? 'Fewer --threads and a smaller --batch-tokens need less memory. ' : '';
  return new UserError(`The run was ended by ${signal}${cause}`, `${advice}${goOn(argv, goesOn)}`, {}, EXIT.killed);
}

function crashed(crash: Crash, next: 'again' | 'once', log: string | undefined, advice: string): UserError {
  const why =
    next === 'once'
      ? ', and its input came through a pipe that cannot be read again'
      : ' again, and there is no device left that could be left out';
  const who = crash.device === null ? '' : ` while ${crash.device} was at work`;
  return new UserError(
    `The program crashed${why} (${crash.signal}${who})`,
    `Please report it with ${log ?? 'the lines above'}. ${advice}`,
    {},
    EXIT.bug,
  );
}

function goOn(argv: readonly string[], goesOn: boolean): string {
  return goesOn ? `What was computed is kept. Go on with: ${resumeCommand(argv)}` : 'Nothing was computed yet.';
}
