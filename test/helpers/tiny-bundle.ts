/** Bundles as far as looking at them goes: a manifest that is in order, files that hold anything. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256OfBytes } from '../../src/system/sha256.ts';

const FILES = ['nucleotide.onnx', 'protein.onnx', 'classifier-300.onnx', 'classifier-500.onnx', 'tokenizer.json'];

/**
 * @param folder is made, its parent must exist
 * @param change fields of the manifest to replace
 * @returns sum of the sizes of all files
 */
export function writeTinyBundle(folder: string, change: Record<string, unknown> = {}): number {
  mkdirSync(folder);
  const files = [...FILES, 'golden.json'].map((path) => {
    writeFileSync(join(folder, path), path);
    return { path, bytes: path.length, sha256: sha256OfBytes(path) };
  });
  const part = (kind: string, graph: string) => ({ architecture: { kind, width: 8 }, graph, sources: [] });
  const manifest = JSON.stringify({
    format: 1,
    name: 'tiny',
    writer: 'test',
    precision: 'fp32',
    nucleotide: part('mosaicbert', 'nucleotide.onnx'),
    protein: part('esm2', 'protein.onnx'),
    // Not in the order of their lengths.
    classifiers: [500, 300].map((length) => ({ length, ...part('classifier', `classifier-${length}.onnx`) })),
    tokenizer: 'tokenizer.json',
    golden: 'golden.json',
    files,
    ...change,
  });
  writeFileSync(join(folder, 'manifest.json'), manifest);
  return files.reduce((sum, { bytes }) => sum + bytes, manifest.length);
}
