/** What holds for chunks and frames of any sequence. */

import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { Kernel } from '../../src/kernel/kernel.ts';
import { ChunkPlan } from '../../src/sequence/chunk.ts';
import { SixFrames } from '../../src/sequence/frames.ts';

const kernel = Kernel.load();
const source = kernel.allocate(300);
const frames = new SixFrames(kernel, 120);
const again = new SixFrames(kernel, 120);
const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
const held = (from: number, end: number) => latin1(kernel.memory.subarray(from, end));
const proteinOf = (made: SixFrames, f: number) => held(made.proteinStart(f), made.proteinStart(f) + made.residues[f]!);

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
    fc.property(fc.uint8Array({ maxLength: 300, size: 'max' }), (bases) => {
      const [once, twice, upper] = [0, 1, 2].map(() => kernel.allocate(bases.length)) as [number, number, number];
      kernel.memory.set(bases, source);
      kernel.reverseComplement(source, bases.length, once);
      kernel.reverseComplement(once, bases.length, twice);
      kernel.upperCase(source, bases.length, upper);
      expect(held(twice, twice + bases.length)).toBe(held(upper, upper + bases.length));
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
      kernel.memory.set(chunk, source);
      frames.translate(source, chunk.length);
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
        expect(proteinOf(frames, f)).toBe(expected);
        expect(held(frames.nucleotideStart(f), frames.nucleotideEnd(f))).toBe(
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
      kernel.memory.set(chunk, source);
      frames.translate(source, chunk.length);
      for (let f = 0; f < 6; f++) {
        if (!frames.kept(f)) continue;
        again.translate(frames.nucleotideStart(f), frames.nucleotideEnd(f) - frames.nucleotideStart(f));
        expect(proteinOf(again, 0)).toBe(proteinOf(frames, f));
      }
    }),
    { numRuns: 500 },
  );
});
