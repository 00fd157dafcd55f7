import { describe, expect, test } from 'bun:test';
import { crc32 } from 'node:zlib';
import { decodeHeader, decodeJson, encodeFrame, HEADER_BYTES, MAX_BODY_BYTES } from './frame.ts';

test('a frame lies as its table says', () => {
  const bytes = encodeFrame({
    kind: 7,
    json: { é: 1 },
    body: [new Uint32Array([1, 0xfffffffe]), new Float32Array([1, -2]).subarray(1)],
  });
  // {"é":1} is 8 bytes as UTF-8.
  const expected = Buffer.alloc(HEADER_BYTES + 8 + 12);
  expected.write('VNJ1');
  for (const [i, word] of [7, 8, 12].entries()) expected.writeUInt32LE(word, 4 + 4 * i);
  expected.write('{"é":1}', 24);
  expected.writeUInt32LE(1, 32);
  expected.writeUInt32LE(0xfffffffe, 36);
  expected.writeFloatLE(-2, 40);
  expected.writeUInt32LE(crc32(expected.subarray(24)), 16);
  expected.writeUInt32LE(crc32(expected.subarray(0, 20)), 20);
  expect(Buffer.from(bytes).toString('hex')).toBe(expected.toString('hex'));
  expect(decodeHeader(bytes)).toEqual({ kind: 7, jsonBytes: 8, bodyBytes: 12, checksum: expected.readUInt32LE(16) });
});

test('JSON is filled up with spaces, so that the body begins at a multiple of 4', () => {
  for (let length = 0; length < 8; length += 1) {
    const json = 'x'.repeat(length);
    const bytes = encodeFrame({ kind: 1, json, body: [new Uint32Array(1)] });
    const jsonBytes = decodeHeader(bytes)!.jsonBytes;
    expect(jsonBytes % 4).toBe(0);
    expect(decodeJson(bytes.subarray(HEADER_BYTES, HEADER_BYTES + jsonBytes))).toEqual({ value: json });
  }
});

describe('what is no header', () => {
  /** A header with right checksums. */
  const headerOf = (words: readonly number[]) => {
    const bytes = Buffer.alloc(HEADER_BYTES);
    for (const [i, word] of words.entries()) bytes.writeUInt32LE(word, 4 * i);
    bytes.writeUInt32LE(crc32(bytes.subarray(0, 20)), 20);
    return bytes;
  };
  const MAGIC = 0x314a4e56;

  test('the one they differ from is one', () => {
    expect(decodeHeader(headerOf([MAGIC, 1, 4, 4, 0]))).toEqual({ kind: 1, jsonBytes: 4, bodyBytes: 4, checksum: 0 });
  });

  for (const [name, words] of [
    ['another magic', [MAGIC + 1, 1, 4, 4, 0]],
    ['JSON of 4 GB', [MAGIC, 1, 0xfffffffc, 4, 0]],
    ['a body of 4 GB', [MAGIC, 1, 4, 0xfffffffc, 0]],
    ['JSON that ends anywhere', [MAGIC, 1, 5, 4, 0]],
    ['a body that ends anywhere', [MAGIC, 1, 4, 6, 0]],
    ['zeros', [0, 0, 0, 0, 0]],
  ] as const) {
    test(name, () => expect(decodeHeader(headerOf(words))).toBeUndefined());
  }
});

test('what nobody could read again is not written', () => {
  expect(() => encodeFrame({ kind: 1, json: 'x'.repeat(1 << 20) })).toThrow('a frame of 1048580 and 0 bytes');
  const body = [new Float32Array(MAX_BODY_BYTES / 4), new Uint32Array(1)];
  expect(() => encodeFrame({ kind: 1, json: 0, body })).toThrow('a frame of 4 and 67108868 bytes');
});

test('bytes that are no UTF-8 or no JSON are no JSON', () => {
  expect(decodeJson(Buffer.from('{"a":1'))).toBeUndefined();
  expect(decodeJson(Buffer.from([0x22, 0xff, 0x22, 0x20]))).toBeUndefined();
});
