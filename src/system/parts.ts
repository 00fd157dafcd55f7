/**
 * The parts embedded in the binary and their extraction. `parts.json` lists each with size and sha256.
 *
 * Native libraries must be real files to be loaded. Each is written once to `CACHE/parts/SHA256/NAME`: to a name of its
 * own first, then renamed, so that two processes at once cannot see half a file. It is hashed before every use; a file
 * that is not what the binary carries is replaced.
 */

import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheFolder } from './cache.ts';
import { EXIT, UserError } from './errors.ts';
import { machineReason } from './machine-error.ts';
import { partsFolder } from './program.ts';
import { bytesText } from './quantities.ts';
import { sha256OfBytes, sha256OfFile } from './sha256.ts';

export const PART_ROLES = ['onnxruntime', 'dawn', 'dawn-library', 'onnxruntime-web', 'bundle', 'tokenizer'] as const;
export type PartRole = (typeof PART_ROLES)[number];

export interface Part {
  readonly role: PartRole;
  /** Path below the parts folder, with `/`. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What this binary carries, from the list that build.ts wrote. */
export async function embeddedParts(): Promise<readonly Part[]> {
  // The list is made by our own build together with this code, so its shape is not in doubt.
  return JSON.parse(await readFile(join(partsFolder(), 'parts.json'), 'utf8')) as Part[];
}

/** Makes sure the ONNX Runtime library is in the cache and unaltered; returns its path. */
export const extractOnnxRuntime = (): Promise<string> => extractOnly('onnxruntime');

/** The same for Dawn's Node module; on Windows with the libraries that must lie beside it. */
export async function extractDawn(): Promise<string> {
  const parts = (await embeddedParts()).filter(({ role }) => role === 'dawn' || role === 'dawn-library');
  const dawn = parts.find(({ role }) => role === 'dawn');
  if (dawn === undefined) throw new Error('this binary carries no dawn');
  const folder = join(cacheFolder(), 'parts', dawn.sha256);
  for (const part of parts) await extract(part, join(folder, nameOf(part)));
  return join(folder, nameOf(dawn));
}

/** ONNX Runtime's WebAssembly: only read, so it stays where it is embedded. */
export async function webAssemblyPath(): Promise<string> {
  const part = (await embeddedParts()).find(({ role }) => role === 'onnxruntime-web');
  if (part === undefined) throw new Error('this binary carries no onnxruntime-web');
  return join(partsFolder(), part.path);
}

/** DNABERT-S's tokenizer.json likewise, for checkpoints that come without it. */
export const extractTokenizer = (): Promise<string> => extractOnly('tokenizer');

/** The one part of its role. */
async function extractOnly(role: PartRole): Promise<string> {
  const part = (await embeddedParts()).find((one) => one.role === role);
  if (part === undefined) throw new Error(`this binary carries no ${role}`);
  return extract(part, join(cacheFolder(), 'parts', part.sha256, nameOf(part)));
}

/** Without its folder. */
function nameOf({ path }: Part): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/**
 * Makes sure the embedded bundle lies as a folder in the cache; returns its path.
 * @returns undefined when the binary carries none
 */
export async function extractBundle(): Promise<string | undefined> {
  const parts = (await embeddedParts()).filter(({ role }) => role === 'bundle');
  if (parts.length === 0) return undefined;
  const identity = sha256OfBytes(parts.map(({ path, sha256 }) => `${path} ${sha256}\n`).join(''));
  const folder = join(cacheFolder(), 'bundles', identity);
  for (const part of parts) await extract(part, join(folder, part.path.slice(part.path.indexOf('/') + 1)));
  return folder;
}

async function extract(part: Part, target: string): Promise<string> {
  if (await isIntact(target, part)) return target;
  const temporary = `${target}.${process.pid}.${crypto.randomUUID()}`;
  try {
    await mkdir(dirname(target), { recursive: true });
    const bytes = await readFile(join(partsFolder(), part.path));
    if (sha256OfBytes(bytes) !== part.sha256) {
      throw new UserError(
        `This copy of virnucpro is damaged: its embedded ${part.path} is not what was built in`,
        'Download the executable again.',
        {},
        EXIT.runtime,
      );
    }
    const file = await open(temporary, 'wx', 0o755);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    // Another process may have put the same file there, and on Windows a loaded library cannot be replaced.
    if (await isIntact(target, part)) return target;
    if (error instanceof UserError) throw error;
    const reason = machineReason(error) ?? (error instanceof Error ? error.message : String(error));
    throw new UserError(
      `the cache folder cannot be written: ${reason}; ${part.path} (${bytesText(part.bytes)}) belongs there`,
      'Make room there, or set VIRNUCPRO_CACHE to a folder on another disk.',
      { file: cacheFolder() },
      EXIT.runtime,
    );
  }
  return target;
}

async function isIntact(path: string, part: Part): Promise<boolean> {
  try {
    return (await stat(path)).size === part.bytes && (await sha256OfFile(path)) === part.sha256;
  } catch {
    return false;
  }
}
