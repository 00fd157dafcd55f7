/** Whole processes, measured from outside: wall time, CPU time of all their threads, peak memory. */

import { readFileSync } from 'node:fs';

export interface Measured {
  readonly seconds: number;
  /** User and system time of the process, all threads. */
  readonly cpuSeconds: number;
  /** Highest resident memory (VmHWM); 0 where /proc does not tell. */
  readonly peakBytes: number;
  /** Its standard output, empty unless it was asked for. */
  readonly output: string;
}

/** VmHWM never falls, so a reading misses no more than what is added in the last few milliseconds. */
const POLL_MILLISECONDS = 20;

/**
 * Runs a command to its end.
 * @param keepOutput keeps its standard output; without it that goes to /dev/null
 * @throws Error with the end of its standard error when it fails
 */
export async function measure(command: readonly string[], keepOutput = false): Promise<Measured> {
  const began = performance.now();
  const child = Bun.spawn([...command], {
    stdin: 'ignore',
    stdout: keepOutput ? 'pipe' : Bun.file('/dev/null'),
    stderr: 'pipe',
  });
  let peakBytes = 0;
  const poll = setInterval(() => {
    peakBytes = Math.max(peakBytes, peakOf(child.pid));
  }, POLL_MILLISECONDS);
  const [errors, output] = await Promise.all([
    new Response(child.stderr).text(),
    child.stdout instanceof ReadableStream ? new Response(child.stdout).text() : '',
    child.exited,
  ]);
  const seconds = (performance.now() - began) / 1000;
  clearInterval(poll);
  if (child.exitCode !== 0) {
    throw new Error(`${command.join(' ')}\nended with ${child.exitCode ?? child.signalCode}: ${errors.slice(-2000)}`);
  }
  const cpuSeconds = Number(child.resourceUsage()?.cpuTime.total ?? 0) / 1e6;
  return { seconds, cpuSeconds, peakBytes, output };
}

function peakOf(pid: number): number {
  try {
    const line = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
    return Number(line?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** First line that a command prints about itself, or undefined where it cannot be run. */
export function versionOf(command: readonly string[]): string | undefined {
  try {
    const result = Bun.spawnSync([...command], { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' });
    if (!result.success) return undefined;
    return `${result.stdout.toString()}\n${result.stderr.toString()}`.trim().split('\n')[0] ?? '';
  } catch {
    return undefined;
  }
}
