/** A user without rights: root may read and write everything, so tests about permissions must not run as root. */

import { existsSync } from 'node:fs';
import type { Box } from './binary.ts';

const NOBODY = '65534';
const SETPRIV = '/usr/bin/setpriv';

/**
 * How to run a box's executable without rights: as it is for an ordinary user, through setpriv for root.
 * `under` is undefined where neither can be had, with a cache of the box's own that this user may write.
 */
export function asNobody(box: Box): { env: Record<string, string>; under: readonly string[] | undefined } {
  const env = { VIRNUCPRO_CACHE: box.path('tmp', 'cache') };
  if (process.getuid?.() !== 0) return { env, under: [] };
  Bun.spawnSync(['chmod', '0755', box.folder, `${box.folder}/..`]);
  Bun.spawnSync(['chmod', '1777', box.path('tmp')]);
  if (!existsSync(SETPRIV)) return { env, under: undefined };
  return { env, under: [SETPRIV, `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] };
}
