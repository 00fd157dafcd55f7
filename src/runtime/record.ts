/** `runtime.json` in the folder of an installed runtime: what it is, and which libraries of the machine it relies on. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fact } from '../system/fact.ts';
import type { SystemLibrary } from './system-cuda.ts';

export const RECORD_FILE = 'runtime.json';

export interface RuntimeRecord {
  readonly name: string;
  readonly version: string;
  readonly cuda: string;
  readonly target: string;
  /** Names of the files in the folder, the record itself left out. */
  readonly files: readonly string[];
  /** Libraries that lie elsewhere on this machine. */
  readonly system: readonly SystemLibrary[];
}

export function recordText(record: RuntimeRecord): string {
  return `${JSON.stringify({ format: 1, ...record }, undefined, 2)}\n`;
}

/** Undefined where there is none or it cannot be read. */
export async function readRecord(folder: string): Promise<RuntimeRecord | undefined> {
  try {
    const root = new Fact(JSON.parse(await readFile(join(folder, RECORD_FILE), 'utf8')), RECORD_FILE);
    if (root.field('format').value !== 1) return undefined;
    return {
      name: root.field('name').text(),
      version: root.field('version').text(),
      cuda: root.field('cuda').text(),
      target: root.field('target').text(),
      files: root
        .field('files')
        .list(0)
        .map((file) => file.text(/^[A-Za-z0-9][\w.+-]*$/)),
      system: root
        .field('system')
        .list(0)
        .map((file) => ({
          name: file.field('name').text(),
          path: file.field('path').text(),
          bytes: file.field('bytes').count(),
        })),
    };
  } catch {
    return undefined;
  }
}
