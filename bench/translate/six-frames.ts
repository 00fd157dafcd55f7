/** Six-frame translation as plainly as it can be written: what the benchmarks check every program's output against. */

const BASES = 'TCAG';
const RESIDUES = 'FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG';
const COMPLEMENT: Readonly<Record<string, string>> = { A: 'T', C: 'G', G: 'C', T: 'A' };

/** Proteins of the frames F1 F2 F3 R1 R2 R3 of upper-case A C G T, stops as `*`; a codon cut off at the end is ignored. */
export function sixFrames(sequence: string): string[] {
  const reverse = [...sequence]
    .reverse()
    .map((base) => COMPLEMENT[base] ?? base)
    .join('');
  return [sequence, reverse].flatMap((strand) => [0, 1, 2].map((offset) => translate(strand, offset)));
}

function translate(strand: string, offset: number): string {
  let protein = '';
  for (let i = offset; i + 3 <= strand.length; i += 3) {
    const [first, second, third] = [0, 1, 2].map((k) => BASES.indexOf(strand[i + k]!));
    protein += RESIDUES[first! * 16 + second! * 4 + third!]!;
  }
  return protein;
}

/** Sequences of a FASTA text, lines joined. */
export function fastaSequences(text: string): string[] {
  return text
    .split('>')
    .slice(1)
    .map((record) => record.split('\n').slice(1).join('').trim());
}
