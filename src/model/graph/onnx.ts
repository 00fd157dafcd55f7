/**
 * Writes an ONNX model: nodes, inputs, outputs, and initializers whose bytes lie in external files beside the model.
 * Field numbers are those of onnx.proto (IR version 10). Operators come from ai.onnx and com.microsoft only; both
 * the CPU, the CUDA and the WebGPU provider have every one that the encoders use, so one file serves all of them.
 */

import { MessageWriter } from './protobuf.ts';

/** Gelu is in ai.onnx since opset 20. */
const ONNX_OPSET = 20;
const MICROSOFT_OPSET = 1;
const IR_VERSION = 10;

/** TensorProto.DataType. */
export const ELEMENT = { float32: 1, int32: 6, int64: 7, float16: 10 } as const;
export type ElementType = keyof typeof ELEMENT;

/** Where an initializer's raw little-endian bytes lie: a file beside the model, offset and length in bytes. */
export interface ExternalSlice {
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
}

/** A dimension is a fixed number or a named, free one. */
export type Dimension = number | string;

export type Attribute =
  | { readonly float: number }
  | { readonly integer: number }
  | { readonly integers: readonly number[] };

/** The name of a value in the graph; made only by the graph itself, so that a typo cannot name one. */
export type Value = string & { readonly __value: unique symbol };

const value = (name: string): Value => name as Value;

export class OnnxGraph {
  readonly #nodes: MessageWriter[] = [];
  readonly #initializers: MessageWriter[] = [];
  readonly #inputs: MessageWriter[] = [];
  readonly #outputs: MessageWriter[] = [];
  readonly #names = new Set<string>();

  constructor(readonly name: string) {}

  input(name: string, type: ElementType, shape: readonly Dimension[]): Value {
    this.#inputs.push(valueInfo(name, type, shape));
    return this.#declare(name);
  }

  output(source: Value, type: ElementType, shape: readonly Dimension[]): void {
    if (!this.#names.has(source)) throw new Error(`graph ${this.name} has no value ${source}`);
    this.#outputs.push(valueInfo(source, type, shape));
  }

  /** A tensor stored in a file beside the model. */
  external(name: string, type: ElementType, shape: readonly number[], slice: ExternalSlice): Value {
    const tensor = tensorHeader(name, type, shape);
    for (const [key, text] of [
      ['location', slice.file],
      ['offset', String(slice.offset)],
      ['length', String(slice.bytes)],
    ] as const) {
      tensor.message(13, new MessageWriter().text(1, key).text(2, text));
    }
    tensor.integer(14, 1);
    this.#initializers.push(tensor);
    return this.#declare(name);
  }

  /** A small constant kept in the model file itself. */
  constant(name: string, shape: readonly number[], data: Float32Array | BigInt64Array): Value {
    const type = data instanceof Float32Array ? 'float32' : 'int64';
    const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#initializers.push(tensorHeader(name, type, shape).bytes(9, raw));
    return this.#declare(name);
  }

  /**
   * Adds a node with one output and returns it.
   * @param name unique name of the node and of its output
   * @param inputs `undefined` leaves an optional input out
   */
  node(
    operator: string,
    name: string,
    inputs: readonly (Value | undefined)[],
    attributes: Readonly<Record<string, Attribute>> = {},
    domain: '' | 'com.microsoft' = '',
  ): Value {
    const node = new MessageWriter();
    for (const input of inputs) node.text(1, input ?? '');
    node.text(2, name).text(3, name).text(4, operator);
    for (const [key, attribute] of Object.entries(attributes)) node.message(5, attributeMessage(key, attribute));
    if (domain !== '') node.text(7, domain);
    this.#nodes.push(node);
    return this.#declare(name);
  }

  /** The ModelProto's bytes. */
  finish(producer: string, version: string): Uint8Array {
    const graph = new MessageWriter();
    for (const node of this.#nodes) graph.message(1, node);
    graph.text(2, this.name);
    for (const tensor of this.#initializers) graph.message(5, tensor);
    for (const input of this.#inputs) graph.message(11, input);
    for (const output of this.#outputs) graph.message(12, output);
    return new MessageWriter()
      .integer(1, IR_VERSION)
      .text(2, producer)
      .text(3, version)
      .message(7, graph)
      .message(8, new MessageWriter().text(1, '').integer(2, ONNX_OPSET))
      .message(8, new MessageWriter().text(1, 'com.microsoft').integer(2, MICROSOFT_OPSET))
      .finish();
  }

  #declare(name: string): Value {
    if (this.#names.has(name)) throw new Error(`graph ${this.name} has two values named ${name}`);
    this.#names.add(name);
    return value(name);
  }
}

function tensorHeader(name: string, type: ElementType, shape: readonly number[]): MessageWriter {
  const tensor = new MessageWriter();
  for (const dimension of shape) tensor.integer(1, dimension);
  return tensor.integer(2, ELEMENT[type]).text(8, name);
}

function valueInfo(name: string, type: ElementType, shape: readonly Dimension[]): MessageWriter {
  const dims = new MessageWriter();
  for (const dimension of shape) {
    const message = new MessageWriter();
    dims.message(1, typeof dimension === 'number' ? message.integer(1, dimension) : message.text(2, dimension));
  }
  const tensorType = new MessageWriter().integer(1, ELEMENT[type]).message(2, dims);
  return new MessageWriter().text(1, name).message(2, new MessageWriter().message(1, tensorType));
}

/** AttributeProto.type: 1 FLOAT, 2 INT, 7 INTS. */
function attributeMessage(name: string, attribute: Attribute): MessageWriter {
  const message = new MessageWriter().text(1, name);
  if ('float' in attribute) return message.float(2, attribute.float).integer(20, 1);
  if ('integer' in attribute) return message.integer(3, attribute.integer).integer(20, 2);
  for (const entry of attribute.integers) message.integer(8, entry);
  return message.integer(20, 7);
}
