/** The native backend in tests: ONNX Runtime's library of this platform, small bundles, rows in and embeddings out. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Head } from '../../src/convert/golden.ts';
import { writeBundle } from '../../src/convert/write-bundle.ts';
import type { ModelFiles, Session } from '../../src/device/backend.ts';
import { NativeSession } from '../../src/device/native/session.ts';
import type { Esm2Architecture, MosaicBertArchitecture, Weights } from '../../src/model/architecture.ts';
import type { EncoderName } from '../../src/model/bundle/manifest.ts';
import { fixture } from './fixtures.ts';

const LIBRARIES: Readonly<Record<string, string>> = {
  'linux-x64': 'linux/x64/libonnxruntime.so.1',
  'linux-arm64': 'linux/arm64/libonnxruntime.so.1',
  'darwin-arm64': 'darwin/arm64/libonnxruntime.1.30.0.dylib',
  'win32-x64': 'win32/x64/onnxruntime.dll',
};

/** Path of ONNX Runtime's library for this platform. */
export function ortLibrary(): string {
  const name = LIBRARIES[`${process.platform}-${process.arch}`];
  if (name === undefined) throw new Error(`no ONNX Runtime for ${process.platform}-${process.arch}`);
  const path = join(import.meta.dir, '..', '..', 'node_modules', 'onnxruntime-node', 'bin', 'napi-v6', name);
  if (!existsSync(path)) throw new Error(`${path} is missing: run npm ci`);
  return path;
}

/** Writes a bundle and returns its files as a session wants them, with the first head. */
export async function bundleFiles(
  folder: string,
  nucleotide: Weights<MosaicBertArchitecture>,
  protein: Weights<Esm2Architecture>,
  heads: readonly Head[],
): Promise<ModelFiles> {
  const tokenizer = fixture('dnaberts', 'hf_safetensors', 'tokenizer.json');
  await writeBundle(
    folder,
    { name: 'test', precision: 'fp32', nucleotide, protein, heads, tokenizer },
    () => undefined,
  );
  return {
    nucleotide: { path: join(folder, 'nucleotide.onnx'), width: nucleotide.architecture.width },
    protein: { path: join(folder, 'protein.onnx'), width: protein.architecture.width },
    classifier: { path: join(folder, `classifier-${heads[0]!.length}.onnx`) },
  };
}

/** Opens a session, lets `work` use it and closes it. */
export async function withSession<T>(
  model: ModelFiles,
  threads: number,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const device = { id: 'cpu', backend: 'native-cpu', name: 'CPU', threads } as const;
  const session = await NativeSession.open(ortLibrary(), model, device);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

/** Mean embeddings of rows of one token count as one batch, each a row of numbers. */
export async function encodeBatch(
  session: Session,
  encoder: EncoderName,
  rows: readonly (readonly number[])[],
): Promise<Float32Array[]> {
  const length = rows[0]!.length;
  const tokens = Int32Array.from(rows.flat());
  const { embeddings } = await session.encode({ encoder, rows: rows.length, length, tokens });
  const width = embeddings.length / rows.length;
  return rows.map((_, i) => embeddings.slice(i * width, (i + 1) * width));
}

/** Every row alone, at most as many at once as the session wants. */
export async function encodeSingly(
  session: Session,
  encoder: EncoderName,
  rows: readonly (readonly number[])[],
): Promise<Float32Array[]> {
  const found: Float32Array[] = [];
  for (let at = 0; at < rows.length; at += session.inFlight) {
    const some = rows.slice(at, at + session.inFlight);
    found.push(...(await Promise.all(some.map(async (row) => (await encodeBatch(session, encoder, [row]))[0]!))));
  }
  return found;
}

/** Largest absolute difference over all numbers; throws where shapes differ or a number is none. */
export function distance(found: readonly ArrayLike<number>[], expected: readonly ArrayLike<number>[]): number {
  if (found.length !== expected.length) throw new Error(`${found.length} rows, expected ${expected.length}`);
  let most = 0;
  for (const [r, row] of found.entries()) {
    if (row.length !== expected[r]!.length) throw new Error(`row ${r} has ${row.length} numbers`);
    for (let i = 0; i < row.length; i += 1) {
      const difference = Math.abs(row[i]! - expected[r]![i]!);
      if (!Number.isFinite(difference)) throw new Error(`row ${r}, number ${i} is ${row[i]}`);
      most = Math.max(most, difference);
    }
  }
  return most;
}
