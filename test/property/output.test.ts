/** Spelling of scores against a slow exact search, files against what was written, calls against the rule on text. */

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { shortestDecimal } from '../../src/call/decimal.ts';
import { SequenceCall } from '../../src/call/sequence-call.ts';
import { float32Text, float64Text } from '../../src/output/float32-text.ts';
import { NpyWriter } from '../../src/output/npy.ts';
import { AtomicFile } from '../../src/system/atomic-file.ts';

const RUNS = 2000;

function fromBits(bits: number): number {
  return new Float32Array(Uint32Array.of(bits).buffer)[0]!;
}

function toBits(x: number): number {
  return new Uint32Array(Float32Array.of(x).buffer)[0]!;
}

/** `x` (> 0, float32) as an exact fraction. */
function fraction(x: number): [bigint, bigint] {
  const bits = toBits(x);
  const stored = bits >>> 23;
  const mantissa = BigInt((bits & 0x7fffff) | (stored === 0 ? 0 : 0x800000));
  const exponent = (stored === 0 ? 1 : stored) - 150;
  return exponent < 0 ? [mantissa, 1n << BigInt(-exponent)] : [mantissa << BigInt(exponent), 1n];
}

/**
 * The definition, slowly: the fewest digits of which some decimal reads back as `x`; of the two decimals around `x`
 * the closer one that does, the even one at the same distance. All in whole numbers.
 */
function slowDecimal(x: number): string {
  const [top, bottom] = fraction(x);
  for (let digits = 1; digits <= 9; digits += 1) {
    const unit = Math.floor(Math.log10(x)) - digits + 1;
    // One unit coarser as well: the logarithm may be off by one at a power of ten.
    for (const last of [unit + 1, unit]) {
      const above = last < 0 ? top * 10n ** BigInt(-last) : top;
      const below = last < 0 ? bottom : bottom * 10n ** BigInt(last);
      const floor = above / below;
      const twiceRest = 2n * (above - floor * below);
      const upperFirst = twiceRest > below || (twiceRest === below && floor % 2n === 1n);
      for (const candidate of upperFirst ? [floor + 1n, floor] : [floor, floor + 1n]) {
        const text = `${candidate}e${last}`;
        if (candidate > 0n && Math.fround(Number(text)) === x) return text;
      }
    }
  }
  throw new Error(`no nine digits read back as ${x}`);
}

/** Positive finite float32 values of all kinds that are different for a search of digits. */
const positive = fc.oneof(
  fc.integer({ min: 1, max: 0x7f7fffff }).map(fromBits),
  // Scores: uniform in value, and uniform in the exponent from 1e-13 on.
  fc.double({ min: 1e-9, max: 1, noNaN: true }).map(Math.fround),
  fc.integer({ min: toBits(Math.fround(1e-13)), max: toBits(1) }).map(fromBits),
  // Powers of ten and what is next to them.
  fc
    .tuple(fc.integer({ min: -37, max: 38 }), fc.integer({ min: -8, max: 8 }))
    .map(([exponent, step]) => fromBits(toBits(Math.fround(Number(`1e${exponent}`))) + step)),
  // Powers of two and what is next to them.
  fc
    .tuple(fc.integer({ min: 1, max: 253 }), fc.integer({ min: -1, max: 1 }))
    .map(([e, step]) => fromBits((e << 23) + step)),
  // Few bits: decimals that end in 5, so ties.
  fc.tuple(fc.integer({ min: 1, max: 4095 }), fc.integer({ min: 0, max: 20 })).map(([n, e]) => n / 2 ** e),
  // Few digits.
  fc
    .tuple(fc.integer({ min: 1, max: 999_999 }), fc.integer({ min: -12, max: 0 }))
    .map(([n, e]) => Math.fround(Number(`${n}e${e}`))),
);

describe('spelling of scores', () => {
  test('the shortest, the closest, the even one', () => {
    fc.assert(
      fc.property(positive, (x) => {
        expect(shortestDecimal(x)).toBe(Number(slowDecimal(x)));
        expect(shortestDecimal(-x)).toBe(-shortestDecimal(x));
      }),
      { numRuns: RUNS },
    );
  });

  test('every power of two and its neighbours', () => {
    for (let exponent = 1; exponent <= 254; exponent += 1) {
      for (const step of [-1, 0, 1]) {
        const x = fromBits((exponent << 23) + step);
        expect(shortestDecimal(x)).toBe(Number(slowDecimal(x)));
      }
    }
  });

  test('the text reads back as the same float32, in the spelling of Python', () => {
    fc.assert(
      fc.property(positive, (x) => {
        const text = float32Text(x);
        expect(Math.fround(Number(text))).toBe(x);
        expect(text).toMatch(x >= 1e-4 && x < 1e16 ? /^\d+\.\d+$/ : /^\d(\.\d+)?e[+-]\d\d$/);
        expect(text.replace(/e.*/, '').replace('.', '').replace(/^0+/, '').replace(/0+$/, '').length).toBeLessThan(10);
      }),
      { numRuns: RUNS },
    );
  });

  test('float64 reads back as well', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => Object.is(Number(float64Text(x)), x)),
    );
  });
});

describe('files', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'output-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('text of any length and script comes out as one UTF-8 stream', () => {
    const piece = fc.record({
      text: fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('ACGT', 'é', '🦠', 'x🦠')),
      // Up to 800 kB in one piece: more than the buffer.
      times: fc.constantFrom(1, 3, 1000, 40_000, 200_000),
    });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const texts = pieces.map(({ text, times }) => text.repeat(text.length > 4 ? Math.min(times, 1000) : times));
        const path = join(folder, 'a.txt');
        const file = new AtomicFile(path);
        for (const text of texts) file.text(text);
        file.commit();
        expect(readFileSync(path).equals(Buffer.from(texts.join(''), 'utf8'))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test('a matrix comes back from its npy file bit for bit', () => {
    const matrix = fc
      .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 20 }))
      .chain(([width, rows]) =>
        fc.tuple(
          fc.constant(width),
          fc.float32Array({ minLength: width * rows, maxLength: width * rows, noNaN: true }),
          fc.integer({ min: 0, max: rows }),
        ),
      );
    fc.assert(
      fc.property(matrix, ([width, values, first]) => {
        const path = join(folder, 'a.npy');
        const file = new NpyWriter(path, width);
        file.rows(values.subarray(0, first * width));
        file.rows(values.subarray(first * width));
        file.commit();
        const bytes = readFileSync(path);
        expect(bytes.subarray(0, 128).toString('latin1')).toContain(`'shape': (${values.length / width}, ${width})`);
        const data = bytes.subarray(128);
        expect(data.equals(Buffer.from(values.buffer, values.byteOffset, values.byteLength))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

test('a call is the rule applied to the scores as written', () => {
  const score = fc.oneof(
    fc.double({ min: 0, max: 1, noNaN: true }).map(Math.fround),
    fc.constantFrom(0, 0.3, 0.7, 0.8, 0.95, 1).map(Math.fround),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(score, score), { minLength: 1, maxLength: 12 }), (chunks) => {
      const call = new SequenceCall();
      for (const [max0, max1] of chunks) call.add(max0, max1);
      const result = call.result();
      const written = chunks.map(([max0, max1]) => [Number(float32Text(max0)), Number(float32Text(max1))] as const);
      const deltas = written.map(([s0, s1]) => s1 - s0);
      const weights = deltas.map((delta) => Math.sqrt(Math.abs(delta)));
      const weight = weights.reduce((sum, w) => sum + w, 0);
      const delta = weight === 0 ? 0 : deltas.reduce((sum, d, i) => sum + d * weights[i]!, 0) / weight;
      const viral = written.filter(([s0, s1]) => s1 > 0.8 && s0 < 0.3).length;
      const nonViral = written.filter(([s0, s1]) => s0 > 0.8 && s1 < 0.3).length;
      const ambiguous = written.filter(([s0, s1]) => s0 > 0.7 && s1 > 0.7).length;
      const effective = written.length - ambiguous;
      expect(result).toMatchObject({
        call: delta > 0.3 ? 'viral' : delta < -0.3 ? 'non_viral' : 'ambiguous',
        weightedDelta: delta,
        nScored: written.length,
        confidentViral: viral,
        confidentNonViral: nonViral,
        ambiguous,
        viralProportion: effective === 0 ? 0 : viral / effective,
        nonviralProportion: effective === 0 ? 0 : nonViral / effective,
      });
    }),
    { numRuns: RUNS },
  );
});
