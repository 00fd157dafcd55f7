import { expect, test } from 'bun:test';
import { fixture } from '../../test/helpers/fixtures.ts';
import { loadSafetensors } from '../../test/helpers/safetensors.ts';
import { rotaryInverseFrequencies } from './rotary.ts';

test('equals what torch computed and stored, bit for bit', () => {
  const stored = [...loadSafetensors(fixture('esm2', 'hf_safetensors', 'model.safetensors'))].filter(([name]) =>
    name.endsWith('inv_freq'),
  );
  expect(stored.length).toBe(4);
  for (const [, { data }] of stored) expect(new Uint8Array(rotaryInverseFrequencies(16).buffer)).toEqual(data);
});

test('keeps the rounding of every float32 step, which differs from the rounded exact value', () => {
  const exact = Float32Array.from({ length: 8 }, (_, i) => 10_000 ** (-i / 8));
  const unequal = [...rotaryInverseFrequencies(16)].filter((value, i) => value !== exact[i]);
  expect(unequal.length).toBe(3);
});

test('a head that has no pairs is a bug of the caller', () => {
  expect(() => rotaryInverseFrequencies(15)).toThrow('pairs');
});
