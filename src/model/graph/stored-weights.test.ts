import { expect, test } from 'bun:test';
import { UserError } from '../../system/errors.ts';
import { OnnxGraph } from './onnx.ts';
import { MessageWriter } from './protobuf.ts';
import { storedWeights } from './stored-weights.ts';

test('names, types, shapes and sizes of what lies beside the graph; constants in it are left out', () => {
  const graph = new OnnxGraph('weights');
  const x = graph.input('x', 'float32', ['rows', 3]);
  const slice = { file: 'a.bin', offset: 4096, bytes: 12 };
  const weight = graph.external('weight', 'float16', [3, 2], slice);
  const bias = graph.external('bias', 'float32', [2], { ...slice, bytes: 8 });
  const one = graph.constant('one', [1], Float32Array.of(1));
  graph.output(graph.node('Sum', 'sum', [x, weight, bias, one]), 'float32', ['rows', 2]);
  expect(storedWeights(graph.finish('test', '0'), 'x.onnx')).toEqual([
    { name: 'weight', type: 'float16', shape: [3, 2], bytes: 12 },
    { name: 'bias', type: 'float32', shape: [2], bytes: 8 },
  ]);
});

test('a file that is none is told by name', () => {
  const read = () => storedWeights(new TextEncoder().encode('<html>not found</html>'), 'bundle/protein.onnx');
  expect(read).toThrow(UserError);
  expect(read).toThrow('bundle/protein.onnx is no ONNX graph');
});

test('a weight of no type is told so', () => {
  const tensor = new MessageWriter().text(8, 'weight').message(13, new MessageWriter().text(1, 'length').text(2, '8'));
  const model = new MessageWriter().message(7, new MessageWriter().message(5, tensor)).finish();
  expect(() => storedWeights(model, 'x.onnx')).toThrow('a weight has no type');
});
