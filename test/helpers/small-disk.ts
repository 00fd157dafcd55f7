/** A disk of its own for a few commands: a tmpfs in a mount namespace, which goes with the last of them. */

import { type Box, type Outcome, outcomeOf } from './binary.ts';

const UNSHARE = ['/usr/bin/unshare', '--user', '--map-root-user', '--mount'];

/** Why no disk can be made here; undefined where one can. */
export const smallDiskProblem: string | undefined = problem();

function problem(): string | undefined {
  if (process.platform !== 'linux') return 'only Linux has mount namespaces';
  try {
    const { success, stderr } = Bun.spawnSync([...UNSHARE, '/bin/sh', '-c', 'mount -t tmpfs -o size=64k tmpfs /mnt']);
    return success ? undefined : stderr.toString().trim();
  } catch (error) {
    return String(error);
  }
}

/**
 * Runs a shell script with an empty disk at `disk` below the box. In it, `virnucpro` is the executable, and `resize SIZE` gives
 * the disk another size.
 *
 * @param size as mount takes it: 64k
 */
export async function onSmallDisk(box: Box, size: string, script: string): Promise<Outcome> {
  const text = [
    `mkdir -p '${box.path('disk')}' && mount -t tmpfs -o size=${size} tmpfs '${box.path('disk')}' || exit 99`,
    `virnucpro() { '${box.binary}' "$@"; }`,
    `resize() { mount -o "remount,size=$1" '${box.path('disk')}'; }`,
    script,
  ].join('\n');
  const child = Bun.spawn([...UNSHARE, '/bin/sh', '-c', text], {
    cwd: box.folder,
    env: { ...box.env, PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  });
  return await outcomeOf(child);
}
