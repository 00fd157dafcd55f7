/**
 * Proofs of earlier runs, in the cache folder: one small file for each device, driver, bundle, head, arithmetic and
 * version of this program. Whatever of these changes, the device is proven anew. Failures are remembered as well, so that a refused
 * card does not cost minutes in every run, unless they may be over the next time.
 */

import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Arithmetic, DeviceInfo } from '../../device/backend.ts';
import { AtomicFile } from '../../system/atomic-file.ts';
import { cacheFolder } from '../../system/cache.ts';
import { isObject } from '../../system/json-object.ts';
import { COMMIT, VERSION } from '../../system/program.ts';
import { sha256OfBytes } from '../../system/sha256.ts';
import type { Proof } from './proof.ts';
import { readProof } from './read-proof.ts';

export interface ProofKey {
  readonly device: DeviceInfo;
  /** Identity of the bundle. */
  readonly bundleSha256: string;
  /** Chunk length of the head, nt. */
  readonly head: number;
  readonly arithmetic: Arithmetic;
}

/**
 * @param cache another cache folder than this user's
 * @returns undefined where there is none, or none that can be read
 */
export async function recall(key: ProofKey, cache?: string): Promise<Proof | undefined> {
  const text = keyText(key);
  try {
    const json: unknown = await Bun.file(proofFile(text, cache)).json();
    return isObject(json) && json['key'] === text ? readProof(json['proof']) : undefined;
  } catch {
    return undefined;
  }
}

/** A failure of the moment takes the place of nothing and is not written; where the cache cannot be written, nothing is. */
export async function remember(key: ProofKey, proof: Proof, cache?: string): Promise<void> {
  if (!proof.lasting) return;
  const text = keyText(key);
  let file: AtomicFile | undefined;
  try {
    const path = proofFile(text, cache);
    mkdirSync(dirname(path), { recursive: true });
    file = new AtomicFile(path);
    file.text(`${JSON.stringify({ key: text, proof }, undefined, 2)}\n`);
    file.commit();
  } catch {
    // Losing it only costs the next run a proof.
    file?.abort();
  }
}

/** @param program that remembers: this one */
export function keyText(
  { device, bundleSha256, head, arithmetic }: ProofKey,
  program = { version: VERSION, commit: COMMIT },
): string {
  const { backend, name, driver, pci, id, threads } = device;
  return JSON.stringify([
    ...[program.version, program.commit],
    ...[backend, name, driver ?? null, pci ?? id, threads ?? null],
    ...[bundleSha256, head, arithmetic],
  ]);
}

/** @param key as `keyText` has it */
export function proofFile(key: string, cache = cacheFolder()): string {
  return join(cache, 'proofs', `${sha256OfBytes(key)}.json`);
}
