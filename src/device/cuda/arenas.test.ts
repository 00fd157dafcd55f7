import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ElementType, OnnxGraph } from '../../model/graph/onnx.ts';
import { divideMemory } from './arenas.ts';

const folder = mkdtempSync(join(tmpdir(), 'arenas-'));
afterAll(() => rmSync(folder, { recursive: true }));

const MIB = 2 ** 20;

/** A graph that names so many bytes of weights; the weights themselves are not looked at. */
function graphFile(name: string, type: ElementType, bytes: number): string {
  const graph = new OnnxGraph(name);
  graph.external('weight', type, [bytes / 4], { file: `${name}.bin`, offset: 0, bytes });
  const path = join(folder, `${name}.onnx`);
  writeFileSync(path, graph.finish('test', '0'));
  return path;
}

const model = {
  nucleotide: { path: graphFile('nucleotide', 'float16', 100 * MIB), width: 768 },
  protein: { path: graphFile('protein', 'float16', 1000 * MIB), width: 2304 },
  classifier: { path: graphFile('classifier', 'float32', 4 * MIB) },
};

test('each encoder gets its weights and its part of the rest, and all of it is used', () => {
  const limit = 8000 * MIB;
  const { nucleotide, protein, classifier, probe } = divideMemory(model, 'fp16', limit);
  expect(nucleotide + protein + classifier).toBeCloseTo(limit, 0);
  expect((nucleotide - 105 * MIB) * 3).toBeCloseTo(protein - 1050 * MIB, 0);
  expect(classifier).toBeLessThan(80 * MIB);
  expect(probe).toBe(512 * MIB);
});

test('float32 arithmetic holds weights of float16 twice as large', () => {
  const half = divideMemory(model, 'fp16', 1);
  const full = divideMemory(model, 'fp32', 1);
  expect(full.protein).toBeCloseTo(2 * half.protein, 0);
  expect(full.classifier).toBe(half.classifier);
});

test('a bound below the weights gives each its weights: that they do not fit is told by whoever loads them', () => {
  const { nucleotide, protein, probe } = divideMemory(model, 'fp16', 10 * MIB);
  expect([nucleotide, protein, probe]).toEqual([105 * MIB, 1050 * MIB, 10 * MIB]);
});
