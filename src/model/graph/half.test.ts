/** The shape of a rewritten encoder: which operators, which types, which casts. What it computes: test/golden/half.test.ts. */

import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tinyNucleotide, tinyProtein } from '../../../test/helpers/random-weights.ts';
import { buildEsm2Graph } from './esm2.ts';
import { halfPrecision } from './half.ts';
import { buildMosaicBertGraph } from './mosaicbert.ts';
import { integerOf, messagesOf, readFields, textsOf } from './protobuf-reader.ts';
import { ShardWriter } from './shards.ts';
import { storedWeights } from './stored-weights.ts';
import { noRounding } from './weight-sink.ts';

const root = mkdtempSync(join(tmpdir(), 'half-'));
afterAll(() => rmSync(root, { recursive: true }));

async function encoder(name: 'nucleotide' | 'protein', precision: 'fp16' | 'fp32'): Promise<Uint8Array> {
  const shards = new ShardWriter(mkdtempSync(join(root, 'shards-')), name);
  const rounding = precision === 'fp16' ? noRounding() : undefined;
  const graph =
    name === 'nucleotide'
      ? await buildMosaicBertGraph(tinyNucleotide(), shards, rounding)
      : await buildEsm2Graph(tinyProtein(), shards, rounding);
  shards.close();
  return graph.finish('test', '0');
}

interface Node {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  /** Of a Cast. */
  readonly to: number | undefined;
}

function nodesOf(model: Uint8Array): Node[] {
  return messagesOf(readFields(messagesOf(readFields(model), 7)[0]!), 1).map((bytes) => {
    const fields = readFields(bytes);
    const [attribute] = messagesOf(fields, 5);
    const [operator, output] = [textsOf(fields, 4)[0]!, textsOf(fields, 2)[0]!];
    const to = operator === 'Cast' ? integerOf(readFields(attribute!), 3) : undefined;
    return { operator, inputs: textsOf(fields, 1), output, to };
  });
}

const count = (nodes: readonly Node[], operator: string) => nodes.filter((node) => node.operator === operator).length;
const ofOperator = (nodes: readonly Node[], operator: string) => nodes.filter((node) => node.operator === operator);

/** Names of all float16 values, weights included, as the operators' own rules give them. */
function halfValues(model: Uint8Array): Set<string> {
  const half = new Set(storedWeights(model, 'test').flatMap(({ name, type }) => (type === 'float16' ? [name] : [])));
  for (const { operator, inputs, output, to } of nodesOf(model)) {
    if (operator === 'Cast' ? to === 10 : inputs.some((input) => half.has(input))) half.add(output);
  }
  return half;
}

/** Two layers each. Casts: see the test. */
describe.each(['nucleotide', 'protein'] as const)('the %s encoder', (name) => {
  test('multiplies float16, and adds up along the layers in float32', async () => {
    const model = halfPrecision(await encoder(name, 'fp16'));
    const nodes = nodesOf(model);
    const half = halfValues(model);
    const products = ofOperator(nodes, 'MatMul');
    // The mean is the one product without a weight.
    expect(products.filter(({ output }) => !half.has(output)).map(({ output }) => output)).toEqual(['embedding_mean']);
    for (const operator of ['MultiHeadAttention', 'Gelu', 'RotaryEmbedding']) {
      expect(ofOperator(nodes, operator).every(({ output }) => half.has(output))).toBe(true);
    }
    expect(count(nodes, 'MultiHeadAttention')).toBe(2);
    expect(count(nodes, 'RotaryEmbedding')).toBe(name === 'protein' ? 4 : 0);
    for (const operator of ['LayerNormalization', 'Gather']) {
      expect(ofOperator(nodes, operator).some(({ output }) => half.has(output))).toBe(false);
    }
    const sums = nodes.filter(({ output }) => output.endsWith('_residual'));
    expect(sums.length).toBe(4);
    expect(sums.some(({ output }) => half.has(output))).toBe(false);
  });

  test('no operator gets numbers of two types', async () => {
    const model = halfPrecision(await encoder(name, 'fp16'));
    const half = halfValues(model);
    for (const { operator, inputs } of nodesOf(model)) {
      if (operator === 'Cast') continue;
      const numbers = inputs.filter((input) => input !== '' && !['token_ids', 'first_position'].includes(input));
      expect(new Set(numbers.map((input) => half.has(input))).size).toBe(1);
    }
  });

  test('every value is made before it is used, and once', async () => {
    const model = await encoder(name, 'fp16');
    const rewritten = halfPrecision(model);
    const known = new Set([...storedWeights(rewritten, 'test').map((weight) => weight.name)]);
    for (const given of [
      '',
      'token_ids',
      'pooling',
      'distance',
      'alibi_slopes',
      'token_dropout_scale',
      'first_position',
    ]) {
      known.add(given);
    }
    for (const { inputs, output } of nodesOf(rewritten)) {
      for (const input of inputs) expect(known).toContain(input);
      expect(known.has(output)).toBe(false);
      known.add(output);
    }
    // Weights, inputs and outputs are as they were.
    expect(storedWeights(rewritten, 'test')).toEqual(storedWeights(model, 'test'));
    for (const field of [11, 12]) {
      const of = (bytes: Uint8Array) => messagesOf(readFields(messagesOf(readFields(bytes), 7)[0]!), field);
      expect(of(rewritten)).toEqual(of(model));
    }
  });

  test('casts what is small or must be float32, and nothing else', async () => {
    const nodes = nodesOf(halfPrecision(await encoder(name, 'fp16')));
    const casts = ofOperator(nodes, 'Cast').map(({ inputs, to }) => `${inputs[0]} ${to}`);
    const layers = ['layer.0', 'layer.1'];
    const projections = ['attention_output', 'feed_forward_out', 'query', 'key', 'value', 'feed_forward_in'];
    const biases = layers.flatMap((at) =>
      projections
        .filter((part) => name === 'protein' || part !== 'feed_forward_in')
        .map((part) => `${at}.${part}.bias 10`),
    );
    const sums = layers.flatMap((at) => [`${at}.attention_output.add 1`, `${at}.feed_forward_out.add 1`]);
    const ins =
      name === 'protein'
        ? layers.flatMap((at) => [`${at}.attention_norm 10`, `${at}.feed_forward_norm 10`])
        : [
            'embedding_norm 10',
            'layer.0.attention_norm 10',
            'layer.0.feed_forward_norm 10',
            'layer.1.attention_norm 10',
          ];
    const position = name === 'protein' ? ['rotary_cosine 10', 'rotary_sine 10'] : ['alibi_bias 10'];
    expect(casts.sort()).toEqual(['embedding.float16 1', ...biases, ...sums, ...ins, ...position].sort());
  });

  test('of a bundle in float32 each matrix is cast, once', async () => {
    const model = await encoder(name, 'fp32');
    const nodes = nodesOf(halfPrecision(model));
    const matrices = storedWeights(model, 'test').filter(
      (weight) => /\.weight$/.test(weight.name) && weight.shape.length === 2,
    );
    const cast = ofOperator(nodes, 'Cast').filter(({ to }) => to === 10);
    for (const { name: weight } of matrices) {
      expect(cast.filter(({ inputs }) => inputs[0] === weight).length).toBe(1);
    }
    expect(matrices.length).toBe(name === 'protein' ? 12 : 14);
  });
});

test('what is no graph of ours is refused', () => {
  expect(() => halfPrecision(new TextEncoder().encode('not a model'))).toThrow('protobuf');
});
