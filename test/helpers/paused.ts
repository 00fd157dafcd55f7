/**
 * A run of the executable that is stopped as soon as it tells an event, has something done to it, and goes on: without a
 * clock, so that what happens in between happens at the same place every time.
 */

import { readFileSync } from 'node:fs';
import type { Box, Outcome } from './binary.ts';

/** Of proc(5): stopped by a signal. */
const STOPPED = 'T';

/**
 * @param args with `--progress json`
 * @param event the first line with this text stops the run
 */
export async function pausedAt(box: Box, args: readonly string[], event: string, act: () => void): Promise<Outcome> {
  // A parent that waits would be stopped instead of the process that reads.
  const child = box.start(args, { env: { VIRNUCPRO_SUPERVISE: 'off' } });
  const stdout = new Response(child.stdout).text();
  let stderr = '';
  let isDone = false;
  for await (const piece of child.stderr.pipeThrough(new TextDecoderStream())) {
    stderr += piece;
    if (isDone || !stderr.includes(event)) continue;
    isDone = true;
    process.kill(child.pid, 'SIGSTOP');
    while (stateOf(child.pid) !== STOPPED);
    act();
    process.kill(child.pid, 'SIGCONT');
  }
  if (!isDone) throw new Error(`${event} was never told: ${stderr}`);
  return { code: await child.exited, stdout: await stdout, stderr };
}

function stateOf(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2)[0];
}
