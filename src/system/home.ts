/** Where this user's programs keep their files, by the rules of each platform. */

import { homedir } from 'node:os';
import { join } from 'node:path';

/** `cache`: made again when it is gone. `data`: worth keeping. */
export type FolderKind = 'cache' | 'data';

const XDG: Readonly<Record<FolderKind, string>> = { cache: 'XDG_CACHE_HOME', data: 'XDG_DATA_HOME' };
const MAC: Readonly<Record<FolderKind, string>> = { cache: 'Caches', data: 'Application Support' };
const OTHER: Readonly<Record<FolderKind, readonly string[]>> = { cache: ['.cache'], data: ['.local', 'share'] };

/** The folder that all programs share; undefined where this user has no home, as in containers with a bare user id. */
export function platformFolder(kind: FolderKind): string | undefined {
  const xdg = process.env[XDG[kind]];
  if (xdg?.startsWith('/')) return xdg;
  const home = homeFolder();
  if (process.platform === 'win32') return process.env['LOCALAPPDATA'] ?? (home && join(home, 'AppData', 'Local'));
  if (home === undefined) return undefined;
  return process.platform === 'darwin' ? join(home, 'Library', MAC[kind]) : join(home, ...OTHER[kind]);
}

function homeFolder(): string | undefined {
  try {
    return homedir();
  } catch {
    return undefined;
  }
}
