/** Seeded reads for benchmarks: random bases would be no test, because nearly every frame of them ends early. */

const STOPS = new Set(['TAA', 'TAG', 'TGA']);

/**
 * FASTA of `count` records, one line each.
 * @param openShare of them whose first forward frame has no stop; the rest are random bases
 */
export function openReads(count: number, length: number, openShare: number, seed: number): string {
  let state = seed >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const base = (): string => 'ACGT'[Math.floor(next() * 4)]!;
  const lines: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const open = next() < openShare;
    let sequence = '';
    while (sequence.length < length) {
      const codon = base() + base() + base();
      if (!open || !STOPS.has(codon)) sequence += codon;
    }
    lines.push(`>read_${i + 1}\n${sequence.slice(0, length)}\n`);
  }
  return lines.join('');
}
