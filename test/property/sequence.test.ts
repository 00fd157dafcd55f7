/** What holds for chunks and frames of any sequence. */

import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { ChunkPlan } from '../../src/sequence/chunk.ts';
import { reverseComplement, upperCase } from '../../src/sequence/complement.ts';
import { SixFrames } from '../../src/sequence/frames.ts';
import { latin1 } from '../helpers/fasta-text.ts';

const size = fc.integer({ min: 1, max: 700 });
const length = fc.oneof(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 0, max: 2 ** 40 }));

/** Bases with few stops, so that frames stay open: A C G, and T rarely. */
const openSequence = (letters: string) =>
  fc.array(fc.constantFrom(...letters), { maxLength: 120 }).map((chosen) => new TextEncoder().encode(chosen.join('')));

test('chunks cover a record from end to end, in order, and only the last is short', () => {
  fc.assert(
    fc.property(length, size, (bases, chunkSize) => {
      const plan = new ChunkPlan(bases, chunkSize);
      expect(plan.count).toBe(Math.ceil(bases / chunkSize));
      if (plan.count === 0) return;
      expect(plan.start(0)).toBe(0);
      expect(plan.end(plan.count - 1)).toBe(bases);
      const looked = Math.min(plan.count, 200);
      for (const from of [0, plan.count - looked]) {
        for (let i = from; i < from + looked - 1; i++) {
          expect(plan.end(i) - plan.start(i)).toBe(chunkSize);
          expect(plan.start(i + 1)).toBeLessThanOrEqual(plan.end(i));
          expect(plan.start(i + 1)).toBeGreaterThanOrEqual(plan.start(i));
        }
      }
      expect(plan.end(plan.count - 1) - plan.start(plan.count - 1)).toBeLessThanOrEqual(chunkSize);
    }),
  );
});

test('the reverse complement of the reverse complement is the sequence in upper case', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bases) => {
      const once = new Uint8Array(bases.length);
      const twice = new Uint8Array(bases.length);
      const upper = new Uint8Array(bases.length);
      reverseComplement(bases, 0, bases.length, once);
      reverseComplement(once, 0, bases.length, twice);
      upperCase(bases, 0, bases.length, upper);
      expect(twice).toEqual(upper);
    }),
  );
});

const CODE = 'FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG';

/** Translation written on strings, codon by codon: the slow oracle. */
function protein(strand: string): string {
  let residues = '';
  for (let p = 0; p + 3 <= strand.length; p += 3) {
    const [a, b, c] = [...strand.slice(p, p + 3)].map((base) => 'TCAG'.indexOf(base));
    if (a! >= 0 && b! >= 0 && c! >= 0) residues += CODE[16 * a! + 4 * b! + c!];
  }
  return residues;
}

function complemented(sequence: string): string {
  const partner: Record<string, string> = { A: 'T', T: 'A', C: 'G', G: 'C' };
  return [...sequence]
    .reverse()
    .map((base) => partner[base] ?? base)
    .join('');
}

test('frames are those of a plain translation, stops and foreign letters included', () => {
  fc.assert(
    fc.property(openSequence('ACGACGACGTNacgtn-'), (chunk) => {
      const frames = new SixFrames(120);
      frames.translate(chunk, 0, chunk.length);
      const forward = latin1(chunk).toUpperCase();
      const strands = [forward, complemented(forward)];
      let kept = 0;
      for (let f = 0; f < 6; f++) {
        const strand = strands[f < 3 ? 0 : 1]!;
        const expected = protein(strand.slice(f % 3));
        const open = expected.length > 0 && !expected.includes('*');
        expect(frames.kept(f)).toBe(open);
        if (!open) continue;
        kept++;
        const at = frames.proteinStart(f);
        expect(latin1(frames.protein.subarray(at, at + frames.residues[f]!))).toBe(expected);
        expect(latin1(frames.strand(f).subarray(frames.nucleotideStart(f), frames.nucleotideEnd(f)))).toBe(
          strand.slice(f % 3, (f % 3) + 1 + 3 * expected.length),
        );
      }
      expect(frames.keptCount).toBe(kept);
    }),
    { numRuns: 500 },
  );
});

test('the nucleotides of a kept frame of A C G T translate to its protein again', () => {
  fc.assert(
    fc.property(openSequence('ACGACGACGT'), (chunk) => {
      const frames = new SixFrames(120);
      const again = new SixFrames(120);
      frames.translate(chunk, 0, chunk.length);
      for (let f = 0; f < 6; f++) {
        if (!frames.kept(f)) continue;
        again.translate(frames.strand(f), frames.nucleotideStart(f), frames.nucleotideEnd(f));
        const at = frames.proteinStart(f);
        expect(latin1(again.protein.subarray(0, again.residues[0]!))).toBe(
          latin1(frames.protein.subarray(at, at + frames.residues[f]!)),
        );
      }
    }),
    { numRuns: 500 },
  );
});
