/**
 * Turns a stored encoder, which computes in float32, into one that multiplies float16 numbers: for devices with matrix units,
 * which add the products up in float32. Weights stay in their files; a bundle in float16 is used as it is stored.
 *
 * What is float16: matrix products with a weight, what is added to them as a bias, rotary position, attention with its bias,
 * GELU and the gate's product. What stays float32: embeddings, the sum along the layers, LayerNorm, the mean, the output.
 *
 * Why not only the products: every token's numbers go to memory and back between two operators. Per token and layer of
 * ESM-2 the chain from a norm to the next sum moves about 60 numbers per unit of width (counted, not measured). As float32
 * that is more than half of the time of the products, 24 operations per squared unit, for a width of 2560 on a card of 1 TB/s
 * and 150 TFLOP/s. Rotary position is in that chain: its tables, rounded to float16, are off by 2^-11 of a query at the
 * most, as much as the rounding of the query itself.
 *
 * Why the sum is float32: it grows from layer to layer and each layer adds little to it. float16 has 11 bits.
 *
 * ALiBi in float16: a bias b <= 0 is rounded by 2^-11 |b| at the most, which changes a weight e^b by 2^-11 |b| e^b
 * <= 2^-11 / e = 1.8e-4 of the largest; far tokens have large errors of weights that are nothing.
 */

import { ELEMENT } from './onnx.ts';
import { MessageWriter } from './protobuf.ts';
import { type Field, integerOf, messagesOf, readFields, textsOf } from './protobuf-reader.ts';

/** ModelProto.graph; GraphProto.node and .initializer. */
const [MODEL_GRAPH, GRAPH_NODE, GRAPH_INITIALIZER] = [7, 1, 5];
/** NodeProto. */
const NODE = { input: 1, output: 2, name: 3, operator: 4, attribute: 5 } as const;
/** AttributeProto.i of a Cast is its target type. */
const ATTRIBUTE_INTEGER = 3;
/** TensorProto. */
const TENSOR = { dims: 1, type: 2, name: 8 } as const;

interface Node {
  readonly operator: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly fields: readonly Field[];
}

/**
 * @param model ONNX file of an encoder as this program writes it
 * @returns the file of the rewritten one; it names the same external files
 */
export function halfPrecision(model: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new MessageWriter();
  for (const field of readFields(model)) {
    if (field.field === MODEL_GRAPH && field.kind === 'bytes') out.message(MODEL_GRAPH, rewriteGraph(field.value));
    else copyField(out, field);
  }
  return new Uint8Array(out.finish());
}

function rewriteGraph(graph: Uint8Array): MessageWriter {
  const fields = readFields(graph);
  const rewriter = new Rewriter(messagesOf(fields, GRAPH_INITIALIZER));
  for (const node of messagesOf(fields, GRAPH_NODE)) rewriter.add(parseNode(node));
  const out = new MessageWriter();
  for (const node of rewriter.nodes) out.message(GRAPH_NODE, node);
  for (const field of fields) if (field.field !== GRAPH_NODE) copyField(out, field);
  return out;
}

class Rewriter {
  readonly nodes: MessageWriter[] = [];
  /** Weights by name: their stored type. */
  readonly #stored = new Map<string, number>();
  /** Matrices, which have two dimensions, by name. */
  readonly #matrices = new Set<string>();
  /** Output of a Cast that widens a stored float16 tensor -> that node. */
  readonly #widened = new Map<string, Node>();
  /** Values that are float16 now and were float32. */
  readonly #half = new Set<string>();
  /** Casts made, by what they make. */
  readonly #cast = new Set<string>();

  constructor(initializers: readonly Uint8Array[]) {
    for (const initializer of initializers) {
      const tensor = readFields(initializer);
      const name = textsOf(tensor, TENSOR.name)[0];
      if (name === undefined) throw new Error('an initializer has no name');
      this.#stored.set(name, integerOf(tensor, TENSOR.type) ?? 0);
      if (tensor.filter(({ field }) => field === TENSOR.dims).length === 2) this.#matrices.add(name);
    }
  }

  add(node: Node): void {
    const { operator, inputs, output } = node;
    if (operator === 'Cast' && this.#widens(node)) {
      // Written only where something still wants it.
      this.#widened.set(output, node);
      return;
    }
    const isHalf = this.#isHalf(node);
    const taken = inputs.map((input, i) =>
      isHalf && !isPosition(operator, i) ? this.#asHalf(input) : this.#asFull(input),
    );
    if (isHalf) this.#half.add(output);
    this.#write(node, taken);
  }

  /** Whether the operator computes in float16. */
  #isHalf({ operator, inputs }: Node): boolean {
    const half = inputs.filter((input) => this.#half.has(input));
    switch (operator) {
      case 'MatMul':
        return this.#isWeight(inputs[1]);
      case 'Add':
        // A bias; where something that is computed is added, that is the sum along the layers.
        return half.length === 1 && inputs.some((input) => this.#stored.has(input));
      case 'MultiHeadAttention':
      case 'RotaryEmbedding':
      case 'Gelu':
        return half.length > 0;
      case 'Mul':
        return half.length === inputs.length;
      default:
        return false;
    }
  }

  #isWeight(input: string | undefined): boolean {
    if (input === undefined) return false;
    const stored = this.#widened.get(input)?.inputs[0] ?? input;
    return this.#matrices.has(stored);
  }

  #widens({ inputs, fields }: Node): boolean {
    const to = messagesOf(fields, NODE.attribute).map((bytes) => integerOf(readFields(bytes), ATTRIBUTE_INTEGER))[0];
    return this.#stored.get(inputs[0] ?? '') === ELEMENT.float16 && to === ELEMENT.float32;
  }

  #asHalf(input: string): string {
    if (input === '' || this.#half.has(input)) return input;
    const stored = this.#widened.get(input)?.inputs[0];
    // Of a float32 weight ORT casts once, when it loads the graph.
    return stored ?? this.#convert(input, `${input}.half`, ELEMENT.float16);
  }

  #asFull(input: string): string {
    if (this.#half.has(input)) return this.#convert(input, `${input}.full`, ELEMENT.float32);
    const cast = this.#widened.get(input);
    if (cast !== undefined && !this.#cast.has(input)) {
      this.#cast.add(input);
      this.#write(cast, cast.inputs);
    }
    return input;
  }

  /** A Cast, the first time it is asked for. */
  #convert(input: string, output: string, type: number): string {
    if (this.#cast.has(output)) return output;
    this.#cast.add(output);
    const attribute = new MessageWriter().text(1, 'to').integer(ATTRIBUTE_INTEGER, type).integer(20, 2);
    const node = new MessageWriter().text(NODE.input, input).text(NODE.output, output);
    this.nodes.push(node.text(NODE.name, output).text(NODE.operator, 'Cast').message(NODE.attribute, attribute));
    return output;
  }

  #write({ fields }: Node, inputs: readonly string[]): void {
    const out = new MessageWriter();
    for (const input of inputs) out.text(NODE.input, input);
    for (const field of fields) if (field.field !== NODE.input) copyField(out, field);
    this.nodes.push(out);
  }
}

/** Rotary position's second input counts tokens. */
function isPosition(operator: string, input: number): boolean {
  return operator === 'RotaryEmbedding' && input === 1;
}

function parseNode(bytes: Uint8Array): Node {
  const fields = readFields(bytes);
  const [operator] = textsOf(fields, NODE.operator);
  const [name] = textsOf(fields, NODE.name);
  const [output, ...others] = textsOf(fields, NODE.output);
  if (operator === undefined || name === undefined || output === undefined || others.length > 0) {
    throw new Error('a node of the graph is not as this program writes them');
  }
  return { operator, name, inputs: textsOf(fields, NODE.input), output, fields };
}

function copyField(out: MessageWriter, field: Field): void {
  switch (field.kind) {
    case 'integer':
      out.integer(field.field, field.value);
      return;
    case 'float':
      out.float(field.field, field.value);
      return;
    case 'bytes':
      out.bytes(field.field, field.value);
      return;
    default:
      field satisfies never;
  }
}
