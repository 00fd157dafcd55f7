/** The WebAssembly kernels against plain TypeScript, for any bytes at any address. */

import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { Kernel } from '../../src/kernel/kernel.ts';
import { FRAME_SUFFIXES, SixFrames } from '../../src/sequence/frames.ts';
import { type GatherCase, gatherPlainly } from '../helpers/gather-oracle.ts';
import { inUpperCase, reverseComplemented, SixFramesOracle } from '../helpers/six-frames-oracle.ts';

const BASES_MAX = 1600;
const STOPS = ['TAA', 'TAG', 'TGA'];
const CODONS = [...'ACGT']
  .flatMap((a) => [...'ACGT'].flatMap((b) => [...'ACGT'].map((c) => a + b + c)))
  .filter((codon) => !STOPS.includes(codon));

const kernel = Kernel.load();
const source = kernel.allocate(4 * BASES_MAX);
const target = kernel.allocate(8 * BASES_MAX);
const frames = new SixFrames(kernel, BASES_MAX);
const oracle = new SixFramesOracle(BASES_MAX);

const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));
const held = (from: number, end: number) => Buffer.from(kernel.memory.subarray(from, end)).toString('latin1');

/** Sequences of letters of an alphabet, of any length up to the longest. */
const lettersOf = (alphabet: string) =>
  fc
    .uint8Array({ maxLength: BASES_MAX, size: 'max' })
    .map((chosen) => chosen.map((n) => alphabet.charCodeAt(n % alphabet.length)));

/** One open frame at least: codons without a stop, begun anywhere, read from either strand. */
const gene = fc
  .record({
    codons: fc.uint8Array({ maxLength: Math.floor(BASES_MAX / 3), size: 'max' }),
    skipped: fc.nat(2),
    lower: fc.boolean(),
    reversed: fc.boolean(),
  })
  .map(({ codons, skipped, lower, reversed }) => {
    const text = Array.from(codons, (n) => CODONS[n % CODONS.length]!)
      .join('')
      .slice(skipped);
    const strand = reversed
      ? [...text]
          .reverse()
          .map((base) => 'TGCA'['ACGT'.indexOf(base)]!)
          .join('')
      : text;
    return bytesOf(lower ? strand.toLowerCase() : strand);
  });

const sequence = fc.oneof(
  gene,
  lettersOf('ACGT'),
  lettersOf('ACG'),
  lettersOf('acgtACGT'),
  lettersOf('ACGTACGTACGTACGTACGTACGTACGTACGN'),
  lettersOf('ACGTacgtRYSWKMBDHVNryswkmbdhvn-.*'),
  lettersOf('ACGGCCACCGQSWDaqsw!#'), // bytes that share their low bits with bases
  ...[...'\u0000 \u000f\u00ff\u0080\u0081\u00c1'].map((odd) => lettersOf(`${'GCCAACC'.repeat(9)}${odd}`)),
  fc.uint8Array({ maxLength: BASES_MAX, size: 'max' }),
);
const shift = fc.nat(63);

const NOISE = bytesOf('TAATCATGACTATTAG'.repeat(4));

/** Puts bytes to an address that is a multiple of nothing, among bytes that would show if they were read. */
function place(bytes: Uint8Array, offset: number): number {
  const at = source + 64 + offset;
  kernel.memory.set(NOISE, at - 64);
  kernel.memory.set(bytes, at);
  kernel.memory.set(NOISE, at + bytes.length);
  return at;
}

function compareFrames(bytes: Uint8Array, offset: number): void {
  const at = place(bytes, offset);
  frames.translate(at, bytes.length);
  oracle.translate(bytes, 0, bytes.length);
  expect([...frames.residues]).toEqual([...oracle.residues]);
  expect(frames.keptCount).toBe(oracle.keptCount);
  for (const [f, suffix] of FRAME_SUFFIXES.entries()) {
    expect([suffix, frames.kept(f), ((frames.mask >> f) & 1) === 1]).toEqual([suffix, oracle.kept(f), oracle.kept(f)]);
    if (!oracle.kept(f)) continue;
    const start = oracle.proteinStart(f);
    expect(held(frames.proteinStart(f), frames.proteinStart(f) + frames.residues[f]!)).toBe(
      Buffer.from(oracle.protein.subarray(start, start + oracle.residues[f]!)).toString('latin1'),
    );
    expect(held(frames.nucleotideStart(f), frames.nucleotideEnd(f))).toBe(
      Buffer.from(oracle.strand(f).subarray(oracle.nucleotideStart(f), oracle.nucleotideEnd(f))).toString('latin1'),
    );
  }
  expect(held(at, at + bytes.length)).toBe(Buffer.from(bytes).toString('latin1'));
}

test('the six frames are those of the plain translation', () => {
  fc.assert(
    fc.property(sequence, shift, (bytes, offset) => compareFrames(bytes, offset)),
    { numRuns: 1500 },
  );
});

test('the same for every length from 0 to 64 and around the steps of the kernels', () => {
  const lengths = [...Array.from({ length: 65 }, (_, i) => i), 95, 96, 97, 98, 99, 143, 144, 145, 146, 147, 500, 1600];
  for (const length of lengths) {
    fc.assert(
      fc.property(sequence, shift, (bytes, offset) => {
        const repeated = new Uint8Array(length);
        for (let i = 0; i < length; i++) repeated[i] = bytes[i % bytes.length] ?? 0x41;
        compareFrames(repeated, offset);
      }),
      { numRuns: 20 },
    );
  }
});

test('a stop is seen wherever it begins, on either strand and in either case', () => {
  for (const length of [3, 4, 5, 16, 17, 47, 48, 49, 50, 51, 52, 100, 500, 501, 502]) {
    for (let p = 0; p + 3 <= length; p++) {
      for (const [s, codon] of ['TAA', 'TAG', 'TGA', 'TTA', 'CTA', 'TCA', 'tag', 'tca'].entries()) {
        const bytes = new Uint8Array(length).fill(0x4e);
        bytes.set(bytesOf(codon), p);
        const forward = s < 3 || s === 6;
        const dead = forward ? p % 3 : 3 + ((length - p) % 3);
        const at = place(bytes, (p * 7) % 64);
        expect([length, p, codon, kernel.openFrames(at, length)]).toEqual([length, p, codon, 63 ^ (1 << dead)]);
        // With bytes that the fast scan does not know, Q, which share their low bits with A.
        bytes.fill(0x51, 0, p);
        expect(kernel.openFrames(place(bytes, p % 64), length)).toBe(63 ^ (1 << dead));
      }
    }
  }
});

test('bytes that share their low bits with bases make no stop, wherever they stand', () => {
  for (let length = 3; length <= 200; length++) {
    for (const codon of ['TAQ', 'TQA', 'DAA', 'TG!', 'TcQ', 'SQQ', '\u00d4AA', 'TA\u0081']) {
      for (const p of [0, length - 3, Math.floor(length / 2) - 1]) {
        const bytes = new Uint8Array(length).fill(0x4e);
        bytes.set(bytesOf(codon), p);
        expect([length, p, codon, kernel.openFrames(place(bytes, length % 64), length)]).toEqual([
          length,
          p,
          codon,
          63,
        ]);
      }
    }
  }
});

test('frames without codons are open and have no residues', () => {
  for (const length of [0, 1, 2]) {
    const at = place(bytesOf('TA'.slice(0, length)), 5);
    expect(kernel.openFrames(at, length)).toBe(63);
    for (let f = 0; f < 6; f++) expect(kernel.translate(at, length, f, target)).toBe(0);
  }
});

test('upper case and reverse complement', () => {
  fc.assert(
    fc.property(sequence, shift, shift, (bytes, from, to) => {
      const at = place(bytes, from);
      kernel.upperCase(at, bytes.length, target + to);
      expect(held(target + to, target + to + bytes.length)).toBe(Buffer.from(inUpperCase(bytes)).toString('latin1'));
      kernel.memory[target + to - 1] = 7;
      kernel.reverseComplement(at, bytes.length, target + to);
      expect(held(target + to, target + to + bytes.length)).toBe(
        Buffer.from(reverseComplemented(bytes)).toString('latin1'),
      );
      expect(kernel.memory[target + to - 1]).toBe(7);
    }),
    { numRuns: 500 },
  );
});

test('wrapped lines', () => {
  fc.assert(
    fc.property(sequence, fc.integer({ min: 1, max: 200 }), shift, (bytes, width, offset) => {
      const at = place(bytes, offset);
      const text = Buffer.from(bytes).toString('latin1');
      let expected = '';
      for (let p = 0; p < text.length; p += width) expected += `${text.slice(p, p + width)}\n`;
      const written = kernel.wrap(at, bytes.length, width, target + offset);
      expect(held(target + offset, target + offset + written)).toBe(expected);
    }),
    { numRuns: 500 },
  );
});

test('the first place of a byte', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 400, size: 'max' }),
      fc.nat(255),
      shift,
      fc.nat(400),
      (bytes, byte, offset, skip) => {
        const at = place(bytes, offset);
        const from = at + Math.min(skip, bytes.length);
        const end = at + bytes.length;
        const found = bytes.subarray(from - at).indexOf(byte);
        expect(kernel.findByte(from, end, byte)).toBe(found < 0 ? end : from + found);
      },
    ),
    { numRuns: 1000 },
  );
});

/** Lines of sequence as files have them, mixed with anything. */
const lines = fc
  .record({
    bytes: fc.oneof(
      lettersOf('ACGTNacgtn'),
      lettersOf('ACGU\n'),
      lettersOf(`${'ACGTRYSWKMBDHVN-.'.repeat(5)}acgtu*> \t\r\u000b\f\n\n\n>Ux0\u0000\u00ff`),
      fc.uint8Array({ maxLength: BASES_MAX, size: 'max' }),
    ),
    width: fc.integer({ min: 1, max: 200 }),
    end: fc.constantFrom('\n', '\r\n', ' \n', '\n\n', '\n>', ''),
  })
  .map(({ bytes, width, end }) => {
    const text = Buffer.from(bytes).toString('latin1');
    let laid = '';
    for (let p = 0; p < text.length; p += width) laid += text.slice(p, p + width) + end;
    return bytesOf(laid.slice(0, 2 * BASES_MAX));
  });

test('gather takes the letters that the plain loop takes', () => {
  fc.assert(
    fc.property(
      lines,
      shift,
      shift,
      fc.oneof(fc.nat(100), fc.constant(4 * BASES_MAX)),
      fc.boolean(),
      fc.boolean(),
      (bytes, offset, to, room, atLineStart, oneLine) => {
        const at = place(bytes, offset);
        const asked: GatherCase = { bytes, from: 0, room, atLineStart, oneLine };
        const expected = gatherPlainly(asked);
        kernel.memory.fill(1, target + to + expected.letters.length, target + to + expected.letters.length + 200);
        kernel.gather(at, at + bytes.length, target + to, room, atLineStart, oneLine);
        const { gathered } = kernel;
        expect(held(target + to, gathered.to)).toBe(Buffer.from(expected.letters).toString('latin1'));
        expect({ ...gathered, from: gathered.from - at, to: gathered.to - target - to }).toEqual(expected.gathered);
        // No more than the slack behind what there is room for is touched.
        const behind = Math.max(room + 64, expected.letters.length);
        if (room < 100)
          expect([...kernel.memory.subarray(target + to + behind, target + to + behind + 20)]).toEqual(
            Array(20).fill(1),
          );
      },
    ),
    { numRuns: 4000 },
  );
});

test('gather may be cut anywhere', () => {
  fc.assert(
    fc.property(
      lines,
      shift,
      fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 9 }),
      (bytes, offset, cuts) => {
        const at = place(bytes, offset);
        const whole = gatherPlainly({ bytes, from: 0, room: Infinity, atLineStart: false, oneLine: false });
        const sum = { ...whole.gathered, lines: 0, foreign: 0, uracil: false };
        const end = at + bytes.length;
        let from = at;
        let to = target + offset;
        let atLineStart = false;
        for (let i = 0; from < end; i++) {
          // By turns the bytes and the room are short.
          const cut = cuts[i % cuts.length]!;
          const half = Math.min(end, from + cut);
          if (i % 2 === 0) kernel.gather(from, half, to, 8 * BASES_MAX, atLineStart, false);
          else kernel.gather(from, end, to, cut, atLineStart, false);
          const { gathered } = kernel;
          sum.lines += gathered.lines;
          sum.foreign += gathered.foreign;
          sum.uracil ||= gathered.uracil;
          const stopped = gathered.from === from;
          ({ from, to, atLineStart } = gathered);
          if (stopped) break;
        }
        expect({ ...sum, from: from - at, to: to - target - offset, atLineStart }).toEqual({
          ...sum,
          ...whole.gathered,
        });
        expect(held(target + offset, to)).toBe(Buffer.from(whole.letters).toString('latin1'));
      },
    ),
    { numRuns: 1500 },
  );
});

test('every byte is classified as it must be', () => {
  for (let byte = 0; byte < 256; byte++) {
    for (const where of [0, 7, 15, 16, 200]) {
      const bytes = new Uint8Array(300).fill(0x41);
      bytes[where] = byte;
      const at = place(bytes, 3);
      for (const oneLine of [false, true]) {
        const expected = gatherPlainly({ bytes, from: 0, room: Infinity, atLineStart: true, oneLine });
        kernel.gather(at, at + bytes.length, target, 8 * BASES_MAX, true, oneLine);
        expect([byte, held(target, kernel.gathered.to)]).toEqual([
          byte,
          Buffer.from(expected.letters).toString('latin1'),
        ]);
        expect({ ...kernel.gathered, from: kernel.gathered.from - at, to: kernel.gathered.to - target }).toEqual(
          expected.gathered,
        );
      }
    }
  }
});
