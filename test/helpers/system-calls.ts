/**
 * What a process asks of the system, seen by `strace`: names it writes to, programs it starts, sockets it opens. Threads and
 * children are followed.
 *
 * Needs Linux, strace, and a machine where processes may be traced; `tracingProblem` says what is in the way.
 */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Box, Outcome, RunOptions } from './binary.ts';

const STRACE = '/usr/bin/strace';
/** Calls that change what is at a path. */
const CHANGES =
  /^(creat|rename|renameat|renameat2|link|linkat|symlink|symlinkat|unlink|unlinkat|rmdir|mkdir|mkdirat|mknod|mknodat|truncate|chmod|fchmodat|fchmodat2|chown|lchown|fchownat|utime|utimes|utimensat|futimesat|setxattr|lsetxattr|removexattr|lremovexattr|mount|umount2)$/;
const OPENS_FOR_WRITING = /\bO_(WRONLY|RDWR|CREAT|TRUNC)\b/;
/** A pair of sockets of two processes of ours is no connection. */
const PAIR = /^socketpair\(AF_UNIX\b/;
const SOCKETS = /^(socket|socketpair|connect|bind|listen|accept|accept4|io_uring_setup)$/;

export interface SystemCalls extends Outcome {
  /** Absolute paths that it wrote, made, renamed or removed, or tried to; each once. */
  readonly changed: readonly string[];
  /** Absolute paths of the programs that were started. */
  readonly started: readonly string[];
  /** Calls that open or use a socket, as strace writes them. */
  readonly sockets: readonly string[];
}

/** Why nothing can be watched here; undefined where it can. */
export function tracingProblem(): string | undefined {
  if (!existsSync(STRACE)) return 'strace is not installed';
  const { exitCode } = Bun.spawnSync([STRACE, '-qq', '-o', '/dev/null', '/bin/true'], { stderr: 'ignore' });
  return exitCode === 0 ? undefined : 'processes may not be traced here';
}

/** @param program what is run by strace with the arguments; the executable by default */
export async function watched(
  box: Box,
  args: readonly string[],
  options: RunOptions & { readonly program?: readonly string[] } = {},
): Promise<SystemCalls> {
  const trace = box.path('trace.log');
  const flags = ['-f', '-y', '-qq', '-s', '4096', '-e', 'signal=none', '-o', trace];
  const under = [STRACE, ...flags, '-e', 'trace=%file,%network,io_uring_setup', ...(options.program ?? [])];
  let outcome = await box.run(args, { ...options, under });
  // strace itself gives up where a thread ends in the moment in which it is stopped; that does not happen often.
  for (let again = 0; again < 3 && /strace: ptrace\(/.test(outcome.stderr); again += 1) {
    outcome = await box.run(args, { ...options, under });
  }
  return { ...outcome, ...callsIn(readFileSync(trace, 'utf8'), box.path(options.cwd ?? '.')) };
}

interface Call {
  readonly name: string;
  readonly text: string;
  readonly paths: readonly string[];
}

function callsIn(trace: string, folder: string): Omit<SystemCalls, keyof Outcome> {
  const calls = trace.split('\n').flatMap((line) => callOf(line, folder));
  const changes = calls.filter(
    ({ name, text }) => CHANGES.test(name) || (/^open/.test(name) && OPENS_FOR_WRITING.test(text)),
  );
  return {
    changed: [...new Set(changes.flatMap(({ paths }) => paths))].sort(),
    started: calls.filter(({ name }) => /^execve/.test(name)).map(({ paths }) => paths[0] ?? '?'),
    sockets: calls.filter(({ name, text }) => SOCKETS.test(name) && !PAIR.test(text)).map(({ text }) => text),
  };
}

/** A call stands where it begins: `123 openat(AT_FDCWD</here>, "name", …`. */
function callOf(line: string, folder: string): Call[] {
  const [, text, name] = /^\d+ +((\w+)\(.*)$/.exec(line) ?? [];
  if (text === undefined || name === undefined) return [];
  // Each path follows the folder that it counts from, where the call takes one.
  const words = text.matchAll(/(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"/g);
  const paths = Array.from(words, ([, from, path]) => resolve(from ?? folder, path ?? ''));
  const only = /^(open|exec)/.test(name) ? paths.slice(0, 1) : paths;
  return [{ name, text, paths: only }];
}

/** Whether a path lies in one of the folders, or is one of them or a folder on the way to one. */
export function isWithin(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(join(folder, '/')) || isAbove(path, folder));
}

function isAbove(path: string, folder: string): boolean {
  const above = dirname(folder);
  return above !== folder && (path === above || isAbove(path, above));
}
