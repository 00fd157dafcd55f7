import { expect, test } from 'bun:test';
import { BASE_NUMBER, COMPLEMENT_NUMBER, DROPPED, RESIDUE } from './codons.ts';

function residue(codon: string): string {
  const [a, b, c] = [...codon].map((letter) => BASE_NUMBER[letter.charCodeAt(0)]!);
  const letter = RESIDUE[(a! << 6) | (b! << 3) | c!]!;
  return letter === DROPPED ? '' : String.fromCharCode(letter);
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

test('the 64 codons of the standard code, in either case', () => {
  let seen = 0;
  for (const [letter, codons] of Object.entries(CODONS_OF)) {
    for (const codon of codons.split(' ')) {
      expect([codon, residue(codon), residue(codon.toLowerCase())]).toEqual([codon, letter, letter]);
      seen++;
    }
  }
  expect(seen).toBe(64);
});

test('a codon with any other character is dropped, U included', () => {
  for (let byte = 0; byte < 256; byte++) {
    const letter = String.fromCharCode(byte);
    if ('ACGTacgt'.includes(letter)) continue;
    for (const codon of [`${letter}CG`, `A${letter}G`, `AC${letter}`, letter.repeat(3)])
      expect(residue(codon)).toBe('');
  }
});

test('the complement of a base has the number of its partner', () => {
  for (const pair of ['AT', 'TA', 'CG', 'GC', 'at', 'gc', 'NN', '--']) {
    expect(COMPLEMENT_NUMBER[pair.charCodeAt(0)]).toBe(BASE_NUMBER[pair.charCodeAt(1)]);
  }
});
