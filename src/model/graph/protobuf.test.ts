import { expect, test } from 'bun:test';
import { MessageWriter } from './protobuf.ts';

const hex = (message: MessageWriter) => Buffer.from(message.finish()).toString('hex');

// The examples of the protobuf encoding specification.
test('integers, texts and nested messages as the specification spells them', () => {
  expect(hex(new MessageWriter().integer(1, 150))).toBe('089601');
  expect(hex(new MessageWriter().text(2, 'testing'))).toBe('120774657374696e67');
  expect(hex(new MessageWriter().message(3, new MessageWriter().integer(1, 150)))).toBe('1a03089601');
  expect(hex(new MessageWriter().integer(16, 1))).toBe('800101');
});

test('large integers, floats, empty fields', () => {
  expect(hex(new MessageWriter().integer(1, 0))).toBe('0800');
  expect(hex(new MessageWriter().integer(1, 2 ** 35))).toBe('08808080808001');
  expect(hex(new MessageWriter().integer(1, Number.MAX_SAFE_INTEGER))).toBe('08ffffffffffffff0f');
  expect(hex(new MessageWriter().float(2, 0.5))).toBe('150000003f');
  expect(hex(new MessageWriter().bytes(1, new Uint8Array(0)))).toBe('0a00');
  expect(hex(new MessageWriter())).toBe('');
});

test('fields keep their order, a long text its length', () => {
  expect(hex(new MessageWriter().integer(2, 1).integer(1, 2))).toBe('10010802');
  expect(hex(new MessageWriter().text(1, 'é'.repeat(100))).slice(0, 6)).toBe('0ac801');
});

test('what cannot be written is refused', () => {
  for (const value of [-1, 1.5, 2 ** 53, Number.NaN])
    expect(() => new MessageWriter().integer(1, value)).toThrow('range');
});
