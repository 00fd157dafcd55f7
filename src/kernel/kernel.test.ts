import { describe, expect, test } from 'bun:test';
import { Kernel, SLACK_BYTES } from './kernel.ts';

const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));
const held = (kernel: Kernel, from: number, length: number) =>
  Buffer.from(kernel.memory.subarray(from, from + length)).toString('latin1');

function loaded(text: string): { kernel: Kernel; at: number; to: number } {
  const kernel = Kernel.load();
  const at = kernel.allocate(text.length);
  const to = kernel.allocate(2 * text.length + 8);
  kernel.memory.set(bytes(text), at);
  return { kernel, at, to };
}

/** Table 1 written the other way round: residue -> its codons. */
const CODONS_OF: Record<string, string> = {
  A: 'GCT GCC GCA GCG',
  C: 'TGT TGC',
  D: 'GAT GAC',
  E: 'GAA GAG',
  F: 'TTT TTC',
  G: 'GGT GGC GGA GGG',
  H: 'CAT CAC',
  I: 'ATT ATC ATA',
  K: 'AAA AAG',
  L: 'TTA TTG CTT CTC CTA CTG',
  M: 'ATG',
  N: 'AAT AAC',
  P: 'CCT CCC CCA CCG',
  Q: 'CAA CAG',
  R: 'CGT CGC CGA CGG AGA AGG',
  S: 'TCT TCC TCA TCG AGT AGC',
  T: 'ACT ACC ACA ACG',
  V: 'GTT GTC GTA GTG',
  W: 'TGG',
  Y: 'TAT TAC',
  '*': 'TAA TAG TGA',
};

describe('memory', () => {
  test('regions are aligned, apart from each other and outlive growth', () => {
    const kernel = Kernel.load();
    const regions = [1, 0, 64, 65, 100_000, 3_000_000].map((size) => {
      const at = kernel.allocate(size);
      kernel.memory.fill(size % 251, at, at + size);
      return { at, size };
    });
    for (const [i, { at, size }] of regions.entries()) {
      expect(at % 64).toBe(0);
      const next = regions[i + 1]?.at ?? kernel.memory.length;
      expect(next - at - size).toBeGreaterThanOrEqual(SLACK_BYTES);
      expect(kernel.memory.subarray(at, at + size).every((byte) => byte === size % 251)).toBe(true);
    }
  });

  test('nothing that is given out touches the tables of the kernels', () => {
    const { kernel, at } = loaded('ATGGCC');
    kernel.memory.fill(0xff, at - SLACK_BYTES);
    kernel.memory.set(bytes('ATGGCC'), at);
    expect(kernel.openFrames(at, 6)).toBe(63);
    expect(kernel.translate(at, 6, 0, at + 64)).toBe(2);
    expect(held(kernel, at + 64, 2)).toBe('MA');
    kernel.gather(at, at + 6, at + 64, 6, true, false);
    expect(kernel.gathered).toMatchObject({ from: at + 6, to: at + 70, foreign: 0 });
  });

  test('results are found again after the memory has grown', () => {
    const { kernel, at, to } = loaded('AC\nGU');
    kernel.allocate(10_000_000);
    kernel.gather(at, at + 5, to, 100, true, false);
    expect(kernel.gathered).toEqual({
      from: at + 5,
      to: to + 4,
      lines: 1,
      foreign: 0,
      uracil: true,
      atLineStart: false,
    });
    expect(held(kernel, to, 4)).toBe('ACGT');
  });

  test('more than 4 GiB is refused, and so is nonsense', () => {
    const kernel = Kernel.load();
    expect(() => kernel.allocate(2 ** 32)).toThrow('no room for 4294967296 bytes');
    for (const size of [-1, 0.5, Number.NaN]) expect(() => kernel.allocate(size)).toThrow('a region of');
  });

  test('two kernels share nothing', () => {
    const one = loaded('AAAA');
    const two = loaded('CCCC');
    expect(one.at).toBe(two.at);
    expect(held(one.kernel, one.at, 4)).toBe('AAAA');
  });

  test('addresses beyond 2 GiB are given back as they are', () => {
    const kernel = Kernel.load();
    const at = kernel.allocate(2 ** 31) + 2 ** 31 - 64; // never written but here: the system gives pages when touched
    const region = kernel.allocate(128);
    expect(region).toBeGreaterThan(2 ** 31);
    kernel.memory.set(bytes('ACGTACGTACGTACGTAC\nGT'), region);
    expect(kernel.findByte(region, region + 21, 10)).toBe(region + 18);
    expect(kernel.findByte(region, region + 18, 10)).toBe(region + 18);
    kernel.gather(region, region + 21, at, 64, false, false);
    expect(kernel.gathered).toMatchObject({ from: region + 21, to: at + 20, lines: 1 });
    expect(kernel.openFrames(region, 18)).toBe(63);
  });
});

describe('translate', () => {
  test('the 64 codons of the standard code, in either case, on either strand', () => {
    const codons = Object.entries(CODONS_OF).flatMap(([residue, list]) =>
      list.split(' ').map((codon) => [codon, residue]),
    );
    const partner: Record<string, string> = { A: 'T', C: 'G', G: 'C', T: 'A' };
    expect(new Set(codons.map(([codon]) => codon)).size).toBe(64);
    for (const text of [(codon: string) => codon, (codon: string) => codon.toLowerCase()]) {
      for (const [codon, residue] of codons) {
        const other = [...codon!]
          .reverse()
          .map((base) => partner[base]!)
          .join('');
        // Sixteen together and one alone.
        for (const count of [16, 1]) {
          const { kernel, at, to } = loaded(text(codon!).repeat(count) + text(other).repeat(count));
          expect(kernel.translate(at, 3 * count, 0, to)).toBe(count);
          expect([codon, held(kernel, to, count)]).toEqual([codon!, residue!.repeat(count)]);
          expect(kernel.translate(at + 3 * count, 3 * count, 3, to)).toBe(count);
          expect([codon, held(kernel, to, count)]).toEqual([codon!, residue!.repeat(count)]);
        }
      }
    }
  });

  test('a codon with any other character is dropped, U included', () => {
    for (let byte = 0; byte < 256; byte++) {
      const letter = String.fromCharCode(byte);
      if ('ACGTacgt'.includes(letter)) continue;
      for (const codon of [`${letter}CG`, `A${letter}G`, `AC${letter}`, letter.repeat(3)]) {
        const { kernel, at, to } = loaded(`ATG${codon}TGG`);
        expect(kernel.translate(at, 9, 0, to)).toBe(2);
        expect(held(kernel, to, 2)).toBe('MW');
        expect(kernel.translate(at, 9, 3, to)).toBe(2);
        expect(held(kernel, to, 2)).toBe('PH');
      }
    }
  });
});

test('only A C G T are complemented, in either case; the rest is reversed', () => {
  const { kernel, at, to } = loaded('ACGTacgtNRy-n');
  kernel.reverseComplement(at, 13, to);
  expect(held(kernel, to, 13)).toBe('N-YRNACGTACGT');
});

test('upper case touches ASCII letters only', () => {
  const { kernel, at, to } = loaded('aZ`{z@\u00e9');
  kernel.upperCase(at, 7, to);
  expect(held(kernel, to, 7)).toBe('AZ`{Z@\u00e9');
});

test('lines end after the width and at the end, once', () => {
  const { kernel, at, to } = loaded('ACGTAC');
  expect([kernel.wrap(at, 6, 4, to), held(kernel, to, 8)]).toEqual([8, 'ACGT\nAC\n']);
  expect([kernel.wrap(at, 6, 3, to), held(kernel, to, 8)]).toEqual([8, 'ACG\nTAC\n']);
  expect(kernel.wrap(at, 0, 3, to)).toBe(0);
});

describe('gather', () => {
  const gathered = (text: string, room = 1000, atLineStart = true, oneLine = false) => {
    const { kernel, at, to } = loaded(text);
    kernel.gather(at, at + text.length, to, room, atLineStart, oneLine);
    const { from, to: end, lines, foreign, uracil, atLineStart: after } = kernel.gathered;
    return [held(kernel, to, end - to), from - at, lines, foreign, uracil, after];
  };

  test('stops at the next header, on its >', () => {
    expect(gathered('ACGT\nAC\n>next')).toEqual(['ACGTAC', 8, 2, 0, false, true]);
    expect(gathered('>')).toEqual(['', 0, 0, 0, false, true]);
  });

  test('a > elsewhere is foreign, also behind a blank', () => {
    expect(gathered('A>C\n >C')).toEqual(['A>C>C', 7, 1, 2, false, false]);
    expect(gathered('>C', 1000, false)).toEqual(['>C', 2, 0, 1, false, false]);
  });

  test('blanks are left out, U read as T, all else kept', () => {
    expect(gathered('A c\t-\r\nUu.\f*\v\u0000')).toEqual(['Ac-Tt.*\u0000', 14, 1, 2, true, false]);
  });

  test('one line ends before its line feed', () => {
    expect(gathered('ACGT\r\nAC', 1000, true, true)).toEqual(['ACGT', 5, 0, 0, false, false]);
    expect(gathered('>AC\nA', 1000, true, true)).toEqual(['>AC', 3, 0, 1, false, false]);
    expect(gathered('\nAC', 1000, true, true)).toEqual(['', 0, 0, 0, false, true]);
  });

  test('stops where the room ends', () => {
    expect(gathered('ACGT\nACGT', 4)).toEqual(['ACGT', 4, 0, 0, false, false]);
    expect(gathered('ACGT\nACGT', 5)).toEqual(['ACGTA', 6, 1, 0, false, false]);
    expect(gathered('ACGT', 0)).toEqual(['', 0, 0, 0, false, true]);
  });
});
