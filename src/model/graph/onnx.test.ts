import { describe, expect, test } from 'bun:test';
import { OnnxGraph } from './onnx.ts';
import { transpose } from './weight-sink.ts';

describe('OnnxGraph', () => {
  test('a name stands for one value', () => {
    const graph = new OnnxGraph('g');
    const x = graph.input('x', 'float32', ['rows', 2]);
    graph.node('Relu', 'y', [x]);
    expect(() => graph.node('Relu', 'y', [x])).toThrow('two values named y');
    expect(() => graph.input('x', 'float32', [1])).toThrow('two values named x');
  });

  test('an output must be a value of the same graph', () => {
    const other = new OnnxGraph('other').input('elsewhere', 'float32', [1]);
    expect(() => new OnnxGraph('g').output(other, 'float32', [1])).toThrow('no value elsewhere');
  });

  test('the same graph gives the same bytes', () => {
    const make = () => {
      const graph = new OnnxGraph('g');
      const x = graph.input('x', 'float32', ['rows', 2]);
      const w = graph.external('w', 'float32', [2, 2], { file: 'w.bin', offset: 0, bytes: 16 });
      graph.output(graph.node('MatMul', 'y', [x, w]), 'float32', ['rows', 2]);
      return graph.finish('test', '1');
    };
    expect(make()).toEqual(make());
    expect(Buffer.from(make()).includes('w.bin')).toBe(true);
  });
});

test.each([
  [1, 1],
  [2, 3],
  [32, 33],
  [70, 31],
])('transpose of %i x %i', (rows, columns) => {
  const data = Float32Array.from({ length: rows * columns }, (_, i) => i);
  const turned = new Float32Array(data.length);
  transpose(data, rows, columns, turned);
  for (let i = 0; i < rows; i += 1) {
    for (let j = 0; j < columns; j += 1) expect(turned[j * rows + i]).toBe(data[i * columns + j]!);
  }
});
