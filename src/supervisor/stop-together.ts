/**
 * Ctrl-Z tells parent and child. The shell takes the terminal over when the parent has stopped, so that has to come last:
 * by then the child has taken its panel away.
 */

import { isStopped } from '../system/is-alive.ts';
import { onStop } from '../system/job-control.ts';
import { waitUntil } from '../system/wait-until.ts';

const LOOK_MS = 5;
/** Time for what the terminal tells both. After that the parent alone was told. */
const TOLD_MS = 200;
const MOST_MS = 1000;

interface Child {
  readonly pid: number;
  kill(signal: NodeJS.Signals): void;
}

/** @returns a function that takes this back */
export function stopTogether(child: Child): () => void {
  return onStop(
    () => {
      if (!waitUntil(() => isStopped(child.pid), TOLD_MS, LOOK_MS)) child.kill('SIGTSTP');
      waitUntil(() => isStopped(child.pid), MOST_MS, LOOK_MS);
    },
    () => {
      if (!waitUntil(() => !isStopped(child.pid), TOLD_MS, LOOK_MS)) child.kill('SIGCONT');
    },
  );
}
