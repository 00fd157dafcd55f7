/** The method's chunks and frames on plain strings, as slow and as close to its description as can be. */

/** The standard genetic code, codons in the order T C A G. */
const RESIDUES = 'FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG';
const ORDER = 'TCAG';
const PAIR: Readonly<Record<string, string>> = { A: 'T', C: 'G', G: 'C', T: 'A' };
const FRAMES = ['F1', 'F2', 'F3', 'R1', 'R2', 'R3'] as const;

export interface FrameTexts {
  readonly nucleotide: string;
  readonly protein: string;
  readonly chunks: string;
  /** Number of frames. */
  readonly frames: number;
}

/**
 * The three texts that `translate` makes of a record.
 *
 * @param sequence with U read as T, in the case of the input
 * @param all every frame of at least one codon, else those without a stop
 */
export function framesOf(id: string, sequence: string, chunkLength: number, all = false): FrameTexts {
  let nucleotide = '';
  let protein = '';
  let chunks = '';
  let frames = 0;
  for (const [i, [start, end]] of spans(sequence.length, chunkLength).entries()) {
    const name = `${id}_chunk_${i + 1}`;
    const bases = sequence.slice(start, end);
    chunks += `>${name}\n${bases.replace(/.{1,60}/gs, '$&\n')}`;
    for (const [f, suffix] of FRAMES.entries()) {
      const upper = bases.replace(/[a-z]/g, (letter) => letter.toUpperCase());
      const strand = f < 3 ? upper : reverseComplement(upper);
      const residues = translated(strand, f % 3);
      if (residues === '' || (!all && residues.includes('*'))) continue;
      frames += 1;
      nucleotide += `>${name}${suffix}\n${strand.slice(f % 3, (f % 3) + 1 + 3 * residues.length)}\n`;
      protein += `>${name}${suffix}\n${residues}\n`;
    }
  }
  return { nucleotide, protein, chunks, frames };
}

/** Starts and ends of the chunks: shifted so that all but the last are full, as evenly as whole numbers allow. */
function spans(length: number, size: number): [number, number][] {
  const count = Math.ceil(length / size);
  const surplus = count * size - length;
  const low = Math.floor(surplus / count);
  const shifts = Array.from({ length: count }, (_, i) => (i < surplus - low * (count - 1) ? low + 1 : low));
  let start = 0;
  return shifts.map((shift) => {
    const span: [number, number] = [start, Math.min(length, start + size)];
    start += size - shift;
    return span;
  });
}

function reverseComplement(strand: string): string {
  return [...strand]
    .reverse()
    .map((letter) => PAIR[letter] ?? letter)
    .join('');
}

function translated(strand: string, offset: number): string {
  let residues = '';
  for (let at = offset; at + 3 <= strand.length; at += 3) {
    const digits = [...strand.slice(at, at + 3)].map((letter) => ORDER.indexOf(letter));
    if (digits.includes(-1)) continue;
    residues += RESIDUES[digits.reduce((sum, digit) => 4 * sum + digit, 0)];
  }
  return residues;
}
