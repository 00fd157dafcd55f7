/**
 * A graph with float16 arithmetic as one in float32 that rounds as often: ONNX Runtime's CPU provider has few float16 kernels,
 * computes in float32 instead and takes the casts away, so that nothing would be rounded and nothing measured.
 *
 * A value is rounded to 11 bits by p = 8193 x, x' = p - (p - x) (Dekker 1971); the range of float16 is not imitated.
 */

import { ELEMENT } from '../../src/model/graph/onnx.ts';
import { MessageWriter } from '../../src/model/graph/protobuf.ts';
import { type Field, integerOf, messagesOf, readFields, textsOf } from '../../src/model/graph/protobuf-reader.ts';

const SPLITTER = 'eleven_bits';

export function roundedHalf(model: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new MessageWriter();
  for (const field of readFields(model)) {
    if (field.field === 7 && field.kind === 'bytes') out.message(7, roundedGraph(readFields(field.value)));
    else copy(out, field);
  }
  return new Uint8Array(out.finish());
}

function roundedGraph(fields: readonly Field[]): MessageWriter {
  const out = new MessageWriter();
  /** What holds a float16 value's number in float32, by the value's name. */
  const rounded = new Map<string, string>();
  const node = (operator: string, inputs: readonly string[], output: string, rest: readonly Field[] = []) => {
    const message = new MessageWriter();
    for (const input of inputs) message.text(1, input);
    message.text(2, output).text(3, output).text(4, operator);
    for (const field of rest) if (field.field === 5 || field.field === 7) copy(message, field);
    out.message(1, message);
  };
  const widened = (type: number) => ({ field: 5, kind: 'bytes', value: castTo(type) }) as const;
  for (const tensor of messagesOf(fields, 5).map(readFields)) {
    if (integerOf(tensor, 2) !== ELEMENT.float16) continue;
    const name = textsOf(tensor, 8)[0]!;
    node('Cast', [name], `${name}.wide`, [widened(ELEMENT.float32)]);
    rounded.set(name, `${name}.wide`);
  }
  for (const entry of messagesOf(fields, 1).map(readFields)) {
    const [operator, output] = [textsOf(entry, 4)[0]!, textsOf(entry, 2)[0]!];
    const inputs = textsOf(entry, 1);
    const to = operator === 'Cast' ? integerOf(readFields(messagesOf(entry, 5)[0]!), 3) : undefined;
    if (to === ELEMENT.float32) {
      node('Identity', [rounded.get(inputs[0]!)!], output);
      continue;
    }
    const isHalf = to === ELEMENT.float16 || inputs.some((input) => rounded.has(input));
    if (!isHalf) {
      node(operator, inputs, output, entry);
      continue;
    }
    const whole = to === ELEMENT.float16 ? inputs[0]! : `${output}.whole`;
    if (to === undefined) {
      const taken = inputs.map((input) => rounded.get(input) ?? input);
      node(operator, taken, whole, entry);
    }
    node('Mul', [whole, SPLITTER], `${output}.product`);
    node('Sub', [`${output}.product`, whole], `${output}.rest`);
    node('Sub', [`${output}.product`, `${output}.rest`], `${output}.rounded`);
    rounded.set(output, `${output}.rounded`);
  }
  for (const field of fields) if (field.field !== 1) copy(out, field);
  const splitter = new Uint8Array(Float32Array.of(2 ** 13 + 1).buffer);
  return out.message(
    5,
    new MessageWriter().integer(1, 1).integer(2, ELEMENT.float32).text(8, SPLITTER).bytes(9, splitter),
  );
}

function castTo(type: number): Uint8Array {
  return new MessageWriter().text(1, 'to').integer(3, type).integer(20, 2).finish();
}

function copy(out: MessageWriter, field: Field): void {
  if (field.kind === 'integer') out.integer(field.field, field.value);
  else if (field.kind === 'float') out.float(field.field, field.value);
  else out.bytes(field.field, field.value);
}
