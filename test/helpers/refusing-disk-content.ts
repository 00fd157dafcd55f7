/** What lies below a folder, so that two folders can be compared. */

import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { RESULT_FILE } from '../../src/output/paths.ts';
import { sha256OfBytes } from '../../src/system/sha256.ts';

/** By path below the folder: `folder`, or what tells the content. */
export type Content = ReadonlyMap<string, string>;

export function contentOf(folder: string): Content {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return new Map(paths.map((path) => [path, toldOf(join(folder, path))]));
}

function toldOf(path: string): string {
  if (lstatSync(path).isDirectory()) return 'folder';
  const bytes = readFileSync(path);
  return basename(path) === RESULT_FILE.summary ? undated(bytes.toString()) : sha256OfBytes(bytes);
}

/** A summary without what differs from run to run: times, the command as typed, what was resumed. */
function undated(text: string): string {
  const { counts, model, inputs, options } = JSON.parse(text);
  return JSON.stringify({ counts: { ...counts, resumed: 0 }, model, inputs, options });
}
