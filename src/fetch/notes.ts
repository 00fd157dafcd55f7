/**
 * The small files beside the downloads: `NAME.part.json` says what `NAME.part` is the beginning of, `fetched.json` what
 * was downloaded into the folder. One that cannot be read counts as absent: both only save work.
 */

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { machineError } from '../system/machine-error.ts';
import type { ExpectedHash } from './remote-file.ts';

export interface PartNote {
  readonly url: string;
  /** As the catalogue says; undefined where it does not. */
  readonly bytes: number | undefined;
  readonly hash: ExpectedHash | undefined;
  /** Size of the whole, as the server said. */
  readonly total: number | undefined;
  /** ETag or Last-Modified, as the server said. */
  readonly validator: string | undefined;
}

export interface FetchedNote {
  readonly url: string;
  readonly bytes: number;
  readonly sha256: string;
}

type Fields = Readonly<Record<string, unknown>>;

export function readPartNote(path: string): PartNote | undefined {
  const fields = readObject(path);
  const url = text(fields?.['url']);
  if (fields === undefined || url === undefined) return undefined;
  return {
    url,
    bytes: size(fields['bytes']),
    hash: hashOf(fields['hash']),
    total: size(fields['total']),
    validator: text(fields['validator']),
  };
}

export function writePartNote(path: string, note: PartNote): void {
  writeObject(path, { ...note });
}

/** What was downloaded into a folder, by file name. Only the owner of the folder's lock may add to it. */
export class FetchedNotes {
  readonly #path: string;
  readonly #notes = new Map<string, FetchedNote>();

  constructor(folder: string) {
    this.#path = join(folder, 'fetched.json');
    for (const [name, value] of Object.entries(readObject(this.#path) ?? {})) {
      if (!isFields(value)) continue;
      const url = text(value['url']);
      const bytes = size(value['bytes']);
      const sha256 = text(value['sha256']);
      if (url !== undefined && bytes !== undefined && sha256 !== undefined)
        this.#notes.set(name, { url, bytes, sha256 });
    }
  }

  get(name: string): FetchedNote | undefined {
    return this.#notes.get(name);
  }

  add(name: string, note: FetchedNote): void {
    this.#notes.set(name, note);
    writeObject(this.#path, Object.fromEntries([...this.#notes].sort(([a], [b]) => (a < b ? -1 : 1))));
  }
}

function readObject(path: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function writeObject(path: string, value: Fields): void {
  const temporary = `${path}.new`;
  try {
    writeFileSync(temporary, `${JSON.stringify(value, undefined, 2)}\n`);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw machineError(error, path);
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function size(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function hashOf(value: unknown): ExpectedHash | undefined {
  if (!isFields(value)) return undefined;
  const { kind, hex } = value;
  return (kind === 'sha256' || kind === 'git-blob-sha1') && typeof hex === 'string' ? { kind, hex } : undefined;
}
