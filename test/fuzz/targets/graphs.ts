/** ONNX files: the protobuf reader, the list of weights, and the rewriting for float16. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { halfPrecision } from '../../../src/model/graph/half.ts';
import { readFields } from '../../../src/model/graph/protobuf-reader.ts';
import { storedWeights } from '../../../src/model/graph/stored-weights.ts';
import { attempt, isPlainError } from '../attempt.ts';
import { batteredBytes } from '../bytes.ts';
import type { Dice } from '../dice.ts';
import type { FuzzTarget } from '../target.ts';

const BUNDLE = join(import.meta.dir, '..', '..', '..', 'models', 'mini', 'bundle');

export const GRAPHS: readonly FuzzTarget[] = [
  graph('protobuf', 'fields of a protobuf message', readFields),
  graph('half', 'the rewriting of an encoder for float16', (bytes) => readFields(halfPrecision(bytes))),
  graph('weights', 'the list of the weights that a graph names', (bytes) => storedWeights(bytes, 'any.onnx')),
];

function graph(name: string, what: string, read: (bytes: Uint8Array) => unknown): FuzzTarget {
  return {
    name,
    what,
    open: () => {
      const graphs = ['classifier-300.onnx', 'nucleotide.onnx', 'protein.onnx'].map(
        (file) => new Uint8Array(readFileSync(join(BUNDLE, file))),
      );
      return (dice: Dice) => {
        const input = batteredBytes(dice, dice.pick(graphs), dice.pick(graphs));
        return { input, run: () => attempt(() => read(input), isPlainError) };
      };
    },
  };
}
