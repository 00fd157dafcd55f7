/** Whether a process of this machine still runs: who holds a lock or a folder may be gone. */

import { systemCode } from './machine-error.ts';

/** Signal 0 only asks; EPERM means that the process is there and somebody else's. */
export function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}
