import { expect, test } from 'bun:test';
import { COMPLEMENT, reverseComplement, UPPER, upperCase } from './complement.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (raw: Uint8Array) => new TextDecoder('latin1').decode(raw);

test('only A C G T are complemented, in either case; the rest stays', () => {
  const target = new Uint8Array(12);
  reverseComplement(bytes('xxACGTacgtNRy-xx'), 2, 14, target);
  expect(text(target)).toBe('-YRNACGTACGT');
});

test('upper case touches ASCII letters only', () => {
  const target = new Uint8Array(6);
  upperCase(bytes('..aZ`{z@'), 2, 8, target);
  expect(text(target)).toBe('AZ`{Z@');
  for (let byte = 128; byte < 256; byte++) expect([UPPER[byte], COMPLEMENT[byte]]).toEqual([byte, byte]);
});
