/** What every renderer is: it is given the events in order, and closed once. */

import type { Emit } from '../events/event.ts';

export interface Progress {
  readonly emit: Emit;
  /** Leaves the stream as a person or a program wants to find it. Events that come later are still told, as lines. */
  close(): void;
}
