import { describe, expect, test } from 'bun:test';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { collector, driveSink } from '../../../test/helpers/drive-sink.ts';
import { expectedText } from '../../../test/helpers/pool-run.ts';
import { Kernel } from '../../kernel/kernel.ts';
import { RESULT_FRAME } from '../pool/job.ts';
import { FrameText, type FrameTextOptions } from './frame-text.ts';

const OPEN: FrameTextOptions = {
  kind: 'text',
  frames: 'open',
  streams: ['nucleotide', 'protein', 'chunks'],
  compression: undefined,
};
const STREAMS = ['nucleotide', 'protein', 'chunks'] as const;
type Records = readonly { readonly id: string; readonly sequence: string }[];

const layOut = (records: Records) =>
  Buffer.from(records.map(({ id, sequence }) => `>${id}\n${sequence}\n`).join(''), 'latin1');

function run(records: Records, length: number, options: FrameTextOptions = OPEN, cuts: readonly number[] = []) {
  const kernel = Kernel.load();
  const { pieces, send } = collector();
  const reports = [
    ...driveSink(kernel, new FrameText(kernel, length, options, send), layOut(records), { length, cuts }),
  ];
  const of = (kind: number) => pieces.filter((piece) => piece.kind === kind).map(({ bytes }) => bytes);
  const text = (kind: number) => Buffer.concat(of(kind)).toString('latin1');
  const { nucleotide, protein, chunks } = RESULT_FRAME;
  return { pieces, reports, of, texts: { nucleotide: text(nucleotide), protein: text(protein), chunks: text(chunks) } };
}

/** Seeded; stops are rare enough for some frames to be open. */
function letters(count: number, seed: number, alphabet = 'ACGTacgtNRCCGG-'): string {
  let state = seed + 1;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return alphabet[(state >>> 16) % alphabet.length];
  }).join('');
}

const MIXED: Records = Array.from({ length: 120 }, (_, i) => ({ id: `r${i}`, sequence: letters(i, i) }));

describe('FrameText', () => {
  test('the nine records of the method by hand', () => {
    expect(run([{ id: 'a', sequence: 'ATGAAATTTGGG' }], 500).texts).toEqual({
      nucleotide:
        '>a_chunk_1F1\nATGAAATTTGGG\n>a_chunk_1F3\nGAAATTTGGG\n>a_chunk_1R1\nCCCAAATTTCAT\n' +
        '>a_chunk_1R2\nCCAAATTTCA\n>a_chunk_1R3\nCAAATTTCAT\n',
      protein: '>a_chunk_1F1\nMKFG\n>a_chunk_1F3\nEIW\n>a_chunk_1R1\nPKFH\n>a_chunk_1R2\nPNF\n>a_chunk_1R3\nQIS\n',
      chunks: '>a_chunk_1\nATGAAATTTGGG\n',
    });
  });

  test.each([1, 3, 7, 60, 100])('in chunks of %d: open frames', (length) => {
    expect(run(MIXED, length).texts).toEqual(expectedText(MIXED, length));
  });

  test.each([1, 3, 7, 60, 100])('in chunks of %d: all frames, stops as stars', (length) => {
    const { texts } = run(MIXED, length, { ...OPEN, frames: 'all' });
    expect(texts).toEqual(expectedText(MIXED, length, 'all'));
    if (length > 7) expect(texts.protein).toContain('*');
  });

  test('jobs send what they hold, whatever the cut, and report nothing', () => {
    const cuts = [1, 50, 51, 700, 3000];
    const { texts, reports, of } = run(MIXED, 20, OPEN, cuts);
    expect(texts).toEqual(expectedText(MIXED, 20));
    expect(reports).toEqual([undefined, undefined, undefined, undefined, undefined, undefined]);
    expect(of(RESULT_FRAME.protein).length).toBeGreaterThan(1);
  });

  test.each([...STREAMS])('%s alone', (stream) => {
    const { texts, pieces } = run(MIXED, 20, { ...OPEN, streams: [stream] });
    expect(texts[stream]).toBe(expectedText(MIXED, 20)[stream]);
    expect(new Set(pieces.map(({ kind }) => kind))).toEqual(new Set([RESULT_FRAME[stream]]));
  });

  test('chunks are wrapped at 60 columns, in the case of the input', () => {
    for (const size of [59, 60, 61, 119, 120, 121, 500]) {
      const sequence = letters(size, size);
      const lines = run([{ id: 'a', sequence }], 500)
        .texts.chunks.split('\n')
        .slice(1, -1);
      expect(lines.join('')).toBe(sequence);
      expect(lines.map((line) => line.length)).toEqual([
        ...Array.from({ length: Math.ceil(size / 60) - 1 }, () => 60),
        ((size - 1) % 60) + 1,
      ]);
    }
  });

  test('numbers of chunks grow by a digit at 10, 100, 1,000', () => {
    const { texts } = run([{ id: 'a', sequence: 'G'.repeat(3 * 1005) }], 3);
    const numbers = [...texts.chunks.matchAll(/^>a_chunk_(\d+)$/gm)].map(([, number]) => number);
    expect(numbers).toEqual(Array.from({ length: 1005 }, (_, i) => String(i + 1)));
  });

  test('long ids, one after the other and after short ones', () => {
    const records = [3, 4063, 4064, 4096, 5, 20_000, 19_999, 300_000, 1].map((length, i) => ({
      id: letters(length, i, 'abcdef'),
      sequence: letters(30, i),
    }));
    expect(run(records, 7).texts).toEqual(expectedText(records, 7));
  });

  test('pieces are about a mebibyte and end with an entry', () => {
    const records = [{ id: 'a', sequence: letters(700_000, 1, 'GCA') }];
    const { texts, of } = run(records, 3000);
    expect(Bun.hash(JSON.stringify(texts))).toBe(Bun.hash(JSON.stringify(expectedText(records, 3000))));
    const pieces = of(RESULT_FRAME.nucleotide);
    expect(pieces.length).toBeGreaterThan(2);
    for (const [i, piece] of pieces.entries()) {
      expect(piece[0]).toBe(0x3e);
      expect(piece.at(-1)).toBe(0x0a);
      if (i < pieces.length - 1) expect(piece.length).toBeGreaterThan(1 << 20);
      expect(piece.length).toBeLessThan((1 << 20) + 10_000);
    }
  });

  test('entries larger than a piece', () => {
    const records = [1, 2].map((i) => ({ id: `${i}${'x'.repeat(900_000)}`, sequence: letters(2_400_000, i, 'GCA') }));
    const { texts } = run(records, 2_400_000);
    expect(Bun.hash(JSON.stringify(texts))).toBe(Bun.hash(JSON.stringify(expectedText(records, 2_400_000))));
  });

  test.each([
    ['gzip', gunzipSync],
    ['zstd', zstdDecompressSync],
  ] as const)('compressed with %s each piece is whole, and all together are a file', (compression, unpack) => {
    const records = [{ id: 'a', sequence: letters(400_000, 1, 'GCA') }];
    const { of } = run(records, 500, { ...OPEN, compression });
    const plain = run(records, 500);
    for (const kind of STREAMS.map((stream) => RESULT_FRAME[stream])) {
      expect(of(kind).map((piece) => Bun.hash(unpack(piece)))).toEqual(plain.of(kind).map((piece) => Bun.hash(piece)));
    }
    expect(of(RESULT_FRAME.nucleotide).length).toBeGreaterThan(1);
    const whole = unpack(Buffer.concat(of(RESULT_FRAME.nucleotide))).toString('latin1');
    expect(Bun.hash(whole)).toBe(Bun.hash(plain.texts.nucleotide));
  });

  test('nothing gives no piece', () => {
    expect(run([], 500).pieces).toEqual([]);
    expect(run([{ id: 'a', sequence: '' }], 500).pieces).toEqual([]);
  });
});
