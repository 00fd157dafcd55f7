import { expect, test } from 'bun:test';
import { ESM2, ESM2_VOCABULARY_SIZE, encodeProtein, proteinTokens } from './residues.ts';

function tokens(bytes: Uint8Array): number[] {
  const out = new Uint16Array(proteinTokens(bytes.length));
  return [...out.subarray(0, encodeProtein(bytes, 0, bytes.length, out, 0))];
}

test('the alphabet has the ids 4 to 30', () => {
  const alphabet = new TextEncoder().encode('LAGVSERTIDPKQNFYMHWCXBUZO.-');
  expect(tokens(alphabet)).toEqual([ESM2.cls, ...Array.from({ length: 27 }, (_, i) => i + 4), ESM2.eos]);
  expect(ESM2_VOCABULARY_SIZE).toBe(33);
});

test('every other byte is <unk>', () => {
  for (let byte = 0; byte < 256; byte++) {
    const known = 'LAGVSERTIDPKQNFYMHWCXBUZO.-'.includes(String.fromCharCode(byte));
    expect({ byte, unknown: tokens(Uint8Array.of(byte))[1] === ESM2.unk }).toEqual({ byte, unknown: !known });
  }
});

test('takes the range it is given and writes where it is told', () => {
  const out = new Uint16Array(7).fill(9999);
  expect(encodeProtein(new TextEncoder().encode('MKFG'), 1, 3, out, 2)).toBe(4);
  expect([...out]).toEqual([9999, 9999, ESM2.cls, 15, 18, ESM2.eos, 9999]);
});

test('too little room is refused', () => {
  expect(() => encodeProtein(new Uint8Array(3), 0, 3, new Uint16Array(5), 1)).toThrow('no room');
});
