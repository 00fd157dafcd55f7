import { expect, test } from 'bun:test';
import { MessageWriter } from './protobuf.ts';
import { integerOf, messagesOf, readFields, textsOf } from './protobuf-reader.ts';

test('fields come back in the order they were written', () => {
  const message = new MessageWriter()
    .integer(1, 300)
    .text(2, 'one')
    .float(3, -0.5)
    .text(2, 'two')
    .integer(20, 2 ** 40);
  const fields = readFields(message.finish());
  expect(fields.map(({ field, kind }) => `${field} ${kind}`)).toEqual([
    ...['1 integer', '2 bytes', '3 float', '2 bytes', '20 integer'],
  ]);
  expect(textsOf(fields, 2)).toEqual(['one', 'two']);
  expect(integerOf(fields, 20)).toBe(2 ** 40);
  expect(integerOf(fields, 2)).toBeUndefined();
  expect(messagesOf(fields, 9)).toEqual([]);
});

test('bytes are a view, also where the message is one itself', () => {
  const whole = new MessageWriter().bytes(1, new MessageWriter().bytes(2, Uint8Array.of(7, 8)).finish()).finish();
  const [inner] = messagesOf(readFields(whole), 1);
  const [data] = messagesOf(readFields(inner!), 2);
  expect([...data!]).toEqual([7, 8]);
  expect(data!.buffer).toBe(whole.buffer);
});

test('a message that was cut is refused', () => {
  const whole = new MessageWriter().integer(1, 300).float(3, 1).bytes(2, new Uint8Array(200)).finish();
  const ends = new Set([0, 3, 8, whole.length]);
  for (let length = 0; length <= whole.length; length += 1) {
    const read = () => readFields(whole.subarray(0, length));
    if (ends.has(length)) expect(read).not.toThrow();
    else expect(read).toThrow('protobuf: the message ends within');
  }
});

test('what no file of ours holds is refused', () => {
  expect(() => readFields(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0))).toThrow('wire type 1');
  expect(() => readFields(new Uint8Array(12).fill(0xff))).toThrow('too large');
});
