/**
 * Writes safetensors files, good and bad, for tests. Written apart from the reader in src, so that a misunderstanding of
 * the format does not cancel out.
 */

import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface RawTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

export type RawTensors = Map<string, RawTensor>;

/** A float32 tensor. */
export function f32(shape: readonly number[], values: ArrayLike<number>): RawTensor {
  return { dtype: 'F32', shape, data: new Uint8Array(Float32Array.from(values).buffer) };
}

/** Bytes of a file with this header, as text or as bytes, and these data. */
export function rawSafetensors(header: string | Uint8Array, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const text = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const file = new Uint8Array(8 + text.length + data.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  file.set(data, 8 + text.length);
  return file;
}

/** Bytes of a valid file with these tensors, laid out in the map's order. */
export function safetensorsBytes(tensors: RawTensors): Uint8Array {
  const entries: string[] = ['"__metadata__":{"format":"pt"}'];
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const [name, { dtype, shape, data }] of tensors) {
    const entry = { dtype, shape, data_offsets: [at, at + data.length] };
    entries.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
    parts.push(data);
    at += data.length;
  }
  return rawSafetensors(`{${entries.join(',')}}`, Buffer.concat(parts));
}

export function writeSafetensors(path: string, tensors: RawTensors): void {
  writeFileSync(path, safetensorsBytes(tensors));
}

/** All tensors of a valid file, to be changed and written again. */
export function loadSafetensors(path: string): RawTensors {
  const file = new Uint8Array(readFileSync(path));
  const start = 8 + Number(new DataView(file.buffer).getBigUint64(0, true));
  const header: Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }> = JSON.parse(
    new TextDecoder().decode(file.subarray(8, start)),
  );
  const tensors: RawTensors = new Map();
  for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    tensors.set(name, { dtype, shape, data: file.slice(start + offsets[0], start + offsets[1]) });
  }
  return tensors;
}

/** Makes copies of a checkpoint with one thing changed, in a temporary place. */
export class ChangedCheckpoints {
  readonly #root = mkdtempSync(join(tmpdir(), 'checkpoint-'));

  /** A new empty folder. */
  folder(): string {
    return mkdtempSync(join(this.#root, 'copy-'));
  }

  /** Folder of a copy of a safetensors file with changed tensors, and of the config.json where there is one. */
  withTensors(path: string, change: (tensors: RawTensors) => void): string {
    const folder = this.folder();
    const tensors = loadSafetensors(path);
    change(tensors);
    writeSafetensors(join(folder, 'model.safetensors'), tensors);
    const config = join(dirname(path), 'config.json');
    if (existsSync(config)) copyFileSync(config, join(folder, 'config.json'));
    return folder;
  }

  /** Folder of a copy with changed fields in config.json; undefined takes a field away. */
  withConfig(path: string, change: Record<string, unknown>): string {
    const folder = this.withTensors(path, () => {});
    const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, ...change }));
    return folder;
  }

  remove(): void {
    rmSync(this.#root, { recursive: true });
  }
}
