/** The reference ONNX checker on the graphs of a bundle, where Python's onnx is installed. */

import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFiles } from '../helpers/native.ts';
import { tinyClassifier, tinyNucleotide, tinyProtein } from '../helpers/random-weights.ts';

const SCRIPT = join(import.meta.dir, 'check.py');
const python = Bun.which('python3');
const hasOnnx = python !== null && Bun.spawnSync([python, '-c', 'import onnx']).success;
const root = mkdtempSync(join(tmpdir(), 'onnx-check-'));
afterAll(() => rmSync(root, { recursive: true }));

const check = (...paths: string[]) => Bun.spawnSync([python!, SCRIPT, ...paths], { stdout: 'pipe', stderr: 'pipe' });

test.skipIf(!hasOnnx)(
  hasOnnx ? 'all graphs pass the reference checker' : 'skipped: python3 has no module onnx',
  async () => {
    const heads = [{ length: 500, weights: tinyClassifier(500) }];
    const model = await bundleFiles(join(root, 'b'), tinyNucleotide(), tinyProtein(), heads);
    const { success, stdout, stderr } = check(...Object.values(model).map(({ path }) => path));
    expect(stderr.toString()).toBe('');
    expect(success).toBe(true);
    expect(stdout.toString()).toMatch(/nucleotide\.onnx: \d+ nodes.*\nprotein\.onnx: .*\nclassifier-500\.onnx: .*\n$/);

    // The check must be able to fail: a model cut off, and one whose weights are too short.
    const bytes = await Bun.file(model.protein.path).bytes();
    writeFileSync(join(root, 'b', 'half.onnx'), bytes.subarray(0, bytes.length >> 1));
    expect(check(join(root, 'b', 'half.onnx')).success).toBe(false);
    writeFileSync(join(root, 'b', 'protein-00001.bin'), 'short');
    expect(check(model.protein.path).success).toBe(false);
  },
  60_000,
);
