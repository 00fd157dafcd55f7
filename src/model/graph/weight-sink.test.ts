import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OnnxGraph } from './onnx.ts';
import { ShardWriter } from './shards.ts';
import { noRounding, type Rounding, WeightSink } from './weight-sink.ts';

const folder = mkdtempSync(join(tmpdir(), 'virnucpro-weights-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
/** What stands in the shard after `use` has written one tensor. */
function written(rounding: Rounding | undefined, use: (sink: WeightSink) => unknown): Buffer {
  const shards = new ShardWriter(folder, `graph${count++}`);
  use(new WeightSink(new OnnxGraph('test'), shards, rounding));
  shards.close();
  const bytes = readFileSync(join(folder, shards.files[0]!));
  expect(shards.digests.get(shards.files[0]!)).toBe(new Bun.CryptoHasher('sha256').update(bytes).digest('hex'));
  return bytes;
}

/** Bits that arithmetic on floats would not keep: signed zeros, subnormals, the smallest and largest numbers. */
const BITS = [0, 0x80000000, 1, 0x807fffff, 0x00800000, 0x7f7fffff, 0xff7fffff, 0x3f800001, 0xbf7fffff, 0x33000001];
const odd = new Float32Array(Uint32Array.from(BITS).buffer);

describe('float32', () => {
  test('keeps every bit, read back from the disk', () => {
    const found = written(undefined, (sink) => sink.table('x', [2, 5], odd));
    expect([...new Uint32Array(found.buffer, found.byteOffset, BITS.length)]).toEqual(BITS);
  });

  test.each([
    [2, 5],
    [5, 2],
    [1, 10],
  ])('keeps every bit of a Linear weight of %i x %i, which is turned', (outputs, inputs) => {
    const found = written(undefined, (sink) => sink.linearWeight('x', outputs, inputs, odd));
    const words = new Uint32Array(found.buffer, found.byteOffset, BITS.length);
    const turned = Array.from(BITS, (_, i) => words[(i % inputs) * outputs + Math.floor(i / inputs)]);
    expect(turned).toEqual(BITS);
  });
});

describe('float16', () => {
  test('rounds to nearest and counts what became zero or subnormal', () => {
    const rounding = noRounding();
    const values = [1, -2.0009765625, 0, -0, 1e-9, -1e-9, 2 ** -24, 2 ** -15, 2 ** -14, 65504];
    const found = written(rounding, (sink) => sink.table('x', [10], Float32Array.from(values)));
    expect([...new Float16Array(found.buffer, found.byteOffset, 10)]).toEqual([...Float16Array.from(values)]);
    expect(rounding).toEqual({ values: 10, underflows: 2, subnormals: 2 });
  });

  test('refuses values that are too large, by name', () => {
    const sink = (sink: WeightSink) => sink.table('layer.3.query.weight', [2], Float32Array.of(65520, 1));
    expect(() => written(noRounding(), sink)).toThrow('1 values of layer.3.query.weight are beyond 65504');
  });

  test('leaves vectors as they are', () => {
    const found = written(noRounding(), (sink) => sink.tensor('x', [10], odd));
    expect([...new Uint32Array(found.buffer, found.byteOffset, BITS.length)]).toEqual(BITS);
  });
});
