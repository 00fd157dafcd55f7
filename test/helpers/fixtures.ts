/** Where the fixtures lie. A missing one fails the test that asks for it; nothing is skipped because a file is absent. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dir, '..', 'fixtures');

/** Absolute path of a fixture; throws when it is not there. */
export function fixture(...parts: string[]): string {
  const path = join(ROOT, ...parts);
  if (!existsSync(path)) throw new Error(`test fixture is missing: test/fixtures/${parts.join('/')}`);
  return path;
}

/** Reads a JSON fixture. The shape is the caller's claim: fixtures are ours, and a wrong shape fails the test. */
export async function jsonFixture<T>(...parts: string[]): Promise<T> {
  return (await Bun.file(fixture(...parts)).json()) as T;
}
