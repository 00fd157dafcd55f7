/**
 * float16 arithmetic against float32, both in ONNX Runtime on the CPU: the float16 graph as one that rounds as often
 * (test/helpers/rounded-half.ts), because the CPU's provider would round nothing.
 *
 * Bounds: a device with float16 arithmetic is accepted with a cosine of 0.999. Rounding alone must stay far from that.
 */

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { alibiDistance, poolingRow } from '../../src/device/encoder-inputs.ts';
import { loadOrt } from '../../src/device/native/ort-api.ts';
import { OrtEnvironment } from '../../src/device/native/ort-environment.ts';
import type { OrtSession } from '../../src/device/native/ort-session.ts';
import { buildEsm2Graph } from '../../src/model/graph/esm2.ts';
import { halfPrecision } from '../../src/model/graph/half.ts';
import { buildMosaicBertGraph } from '../../src/model/graph/mosaicbert.ts';
import { ShardWriter } from '../../src/model/graph/shards.ts';
import { noRounding } from '../../src/model/graph/weight-sink.ts';
import { ortLibrary } from '../helpers/native.ts';
import { randomWeights } from '../helpers/random-weights.ts';
import { roundedHalf } from '../helpers/rounded-half.ts';

type Encoder = 'nucleotide' | 'protein';

const LENGTHS = [16, 64, 130, 300];
const SHAPES = {
  nucleotide: { width: 96, heads: 12, vocabulary: 256 },
  protein: { width: 80, heads: 4, vocabulary: 33 },
} as const;

const root = mkdtempSync(join(tmpdir(), 'half-golden-'));
const paths = new Map<string, string>();
let environment: OrtEnvironment;

beforeAll(async () => {
  environment = new OrtEnvironment(loadOrt(ortLibrary()));
  for (const precision of ['fp16', 'fp32'] as const) {
    const rounding = precision === 'fp16' ? noRounding() : undefined;
    const folder = mkdtempSync(join(root, `${precision}-`));
    for (const name of ['nucleotide', 'protein'] as const) {
      const shards = new ShardWriter(folder, name);
      const shape = { layers: 4, ...SHAPES[name], feedForward: 2 * SHAPES[name].width, layerNormEpsilon: 1e-5 };
      const graph =
        name === 'nucleotide'
          ? await buildMosaicBertGraph(randomWeights({ kind: 'mosaicbert', ...shape }, 'half'), shards, rounding)
          : await buildEsm2Graph(randomWeights({ kind: 'esm2', ...shape }, 'half'), shards, rounding);
      shards.close();
      const path = join(folder, `${name}.onnx`);
      writeFileSync(path, graph.finish('test', '0'));
      paths.set(`${name} ${precision}`, path);
    }
  }
});
afterAll(() => {
  environment.close();
  rmSync(root, { recursive: true });
});

function embed(session: OrtSession, name: Encoder, length: number): Float32Array {
  const { width, vocabulary } = SHAPES[name];
  const ids = Int32Array.from({ length: 2 * length }, (_, i) => (7 + 31 * i + i * i) % vocabulary);
  const inputs = [
    { name: 'token_ids', shape: [2, length], data: ids },
    { name: 'pooling', shape: [1, 1, length], data: poolingRow(name, length) },
    ...(name === 'nucleotide'
      ? [{ name: 'distance', shape: [1, 1, length, length], data: alibiDistance(length) }]
      : []),
  ];
  const data = new Float32Array(2 * width);
  session.run(inputs, { name: 'embedding_mean', shape: [2, 1, width], data });
  return data;
}

function compare(one: Float32Array, other: Float32Array): { cosine: number; most: number } {
  let [product, a, b, most] = [0, 0, 0, 0];
  for (let i = 0; i < one.length; i += 1) {
    product += one[i]! * other[i]!;
    a += one[i]! ** 2;
    b += other[i]! ** 2;
    most = Math.max(most, Math.abs(one[i]! - other[i]!));
  }
  return { cosine: product / Math.sqrt(a * b), most };
}

describe.each([
  ['nucleotide', 'fp16'],
  ['nucleotide', 'fp32'],
  ['protein', 'fp16'],
  ['protein', 'fp32'],
] as const)('the %s encoder of a bundle in %s', (name, precision) => {
  test('rounded to float16 at every step, is near float32 for all lengths', () => {
    const path = paths.get(`${name} ${precision}`)!;
    const full = environment.open(path, { threads: 1 });
    const model = roundedHalf(halfPrecision(readFileSync(path)));
    const half = environment.openBytes(model, { threads: 1, weightsFolder: dirname(path) });
    for (const length of LENGTHS) {
      const { cosine, most } = compare(embed(full, name, length), embed(half, name, length));
      expect(cosine).toBeGreaterThan(1 - 1e-5);
      expect(most).toBeLessThan(2e-2);
      // Something was rounded, or this test measures nothing.
      expect(most).toBeGreaterThan(1e-5);
    }
    full.close();
    half.close();
  });

  test('is a graph that ONNX Runtime takes as it is', () => {
    const path = paths.get(`${name} ${precision}`)!;
    const full = environment.open(path, { threads: 1 });
    const options = { threads: 1, weightsFolder: dirname(path) };
    const half = environment.openBytes(halfPrecision(readFileSync(path)), options);
    const { cosine } = compare(embed(full, name, 40), embed(half, name, 40));
    expect(cosine).toBeGreaterThan(1 - 1e-5);
    full.close();
    half.close();
  });
});

test('weights that are not in the folder are an error, not a crash', () => {
  const model = halfPrecision(readFileSync(paths.get('protein fp16')!));
  expect(() => environment.openBytes(model, { threads: 1, weightsFolder: root })).toThrow('protein-00001.bin');
});
