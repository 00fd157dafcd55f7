/**
 * Blocks of memory that ORT hands out. There is no card here, so the blocks are of the CPU's allocator: the calls, the layout
 * and who releases what are the same.
 */

import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ortLibrary } from '../../../test/helpers/native.ts';
import { OnnxGraph } from '../../model/graph/onnx.ts';
import type { Tensor } from '../backend.ts';
import { loadOrt } from './ort-api.ts';
import { OrtEnvironment } from './ort-environment.ts';
import type { OrtSession } from './ort-session.ts';
import { PinnedBlocks, type PinnedHandles, pinnedAllocator } from './pinned.ts';

const folder = mkdtempSync(join(tmpdir(), 'pinned-'));
const api = loadOrt(ortLibrary());
let environment: OrtEnvironment;
let session: OrtSession;

beforeAll(() => {
  // Gather(table, ids) * scale: an int32 input, two of float32.
  const graph = new OnnxGraph('pinned');
  const ids = graph.input('ids', 'int32', ['rows']);
  const table = graph.input('table', 'float32', ['entries', 2]);
  const scale = graph.input('scale', 'float32', [1]);
  const gathered = graph.node('Gather', 'gathered', [table, ids], { axis: { integer: 0 } });
  graph.output(graph.node('Mul', 'scaled', [gathered, scale]), 'float32', ['rows', 2]);
  const model = join(folder, 'model.onnx');
  writeFileSync(model, graph.finish('test', '0'));
  environment = new OrtEnvironment(api);
  session = environment.open(model, { threads: 1 });
});
afterAll(() => {
  session.close();
  environment.close();
  rmSync(folder, { recursive: true });
});

function tensors(rows: number): { inputs: Tensor[]; output: Tensor; expected: number[] } {
  const ids = Int32Array.from({ length: rows }, (_, i) => (i * 7) % 5);
  const table = Float32Array.from({ length: 10 }, (_, i) => i + 0.5);
  const inputs = [
    { name: 'ids', shape: [rows], data: ids },
    { name: 'table', shape: [5, 2], data: table },
    { name: 'scale', shape: [1], data: Float32Array.of(2) },
  ];
  const expected = [...ids].flatMap((id) => [2 * table[2 * id]!, 2 * table[2 * id + 1]!]);
  return { inputs, expected, output: { name: 'scaled', shape: [rows, 2], data: new Float32Array(2 * rows) } };
}

test('runs by way of blocks that grow give what runs over our own memory give', () => {
  const allocator = api.create((slot) => api.call.CreateAllocator(session.handle, environment.cpuMemory, slot));
  const handles: PinnedHandles = { allocator, memory: environment.cpuMemory };
  const blocks = new PinnedBlocks(api, handles);
  for (const rows of [3, 1, 70_000, 100, 70_001]) {
    const { inputs, output, expected } = tensors(rows);
    blocks.run(session, inputs, output);
    expect([...output.data]).toEqual(expected);
  }
  blocks.close();
  // Nothing is left to be released twice, and the next run takes fresh blocks.
  blocks.close();
  const { inputs, output, expected } = tensors(4);
  blocks.run(session, inputs, output);
  expect([...output.data]).toEqual(expected);
  blocks.close();
  api.call.ReleaseAllocator(allocator);
});

test('a failed run is told, and the blocks go on', () => {
  const allocator = api.create((slot) => api.call.CreateAllocator(session.handle, environment.cpuMemory, slot));
  const blocks = new PinnedBlocks(api, { allocator, memory: environment.cpuMemory });
  const { inputs, output, expected } = tensors(2);
  const wrong = { ...inputs[0]!, data: Int32Array.of(0, 9) };
  expect(() => blocks.run(session, [wrong, ...inputs.slice(1)], output)).toThrow('out of data bounds');
  blocks.run(session, inputs, output);
  expect([...output.data]).toEqual(expected);
  blocks.close();
  api.call.ReleaseAllocator(allocator);
});

test('a session that has no card has no such memory', () => {
  expect(pinnedAllocator(api, session, 0)).toBeUndefined();
});
