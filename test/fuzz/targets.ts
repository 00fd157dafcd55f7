/** Everything that inputs are thrown at, by a name that no other has. */

import type { FuzzTarget } from './target.ts';
import { ARCHIVES } from './targets/archives.ts';
import { CHECKPOINTS } from './targets/checkpoints.ts';
import { DOCUMENTS } from './targets/documents.ts';
import { GRAPHS } from './targets/graphs.ts';
import { JOURNALS } from './targets/journal.ts';
import { SEQUENCES } from './targets/sequences.ts';

export const TARGETS: readonly FuzzTarget[] = [
  ...SEQUENCES,
  ...CHECKPOINTS,
  ...ARCHIVES,
  ...DOCUMENTS,
  ...GRAPHS,
  ...JOURNALS,
];
