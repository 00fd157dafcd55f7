import { describe, expect, test } from 'bun:test';
import { FRAME_SUFFIXES, SixFrames } from './frames.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (raw: Uint8Array) => new TextDecoder('latin1').decode(raw);

function keptFrames(frames: SixFrames): string[] {
  return FRAME_SUFFIXES.flatMap((suffix, f) => {
    if (!frames.kept(f)) return [];
    const at = frames.proteinStart(f);
    const protein = text(frames.protein.subarray(at, at + frames.residues[f]!));
    const bases = text(frames.strand(f).subarray(frames.nucleotideStart(f), frames.nucleotideEnd(f)));
    return [`${suffix} ${protein}/${bases}`];
  });
}

function translated(chunk: string): string[] {
  const frames = new SixFrames(chunk.length);
  frames.translate(bytes(chunk), 0, chunk.length);
  return keptFrames(frames);
}

describe('SixFrames', () => {
  test.each<[string, string]>([
    [
      'ATGGCNAAATTTGGG',
      'F1 MKFG/ATGGCNAAATTTG; F2 WNL/TGGCNAAATT; F3 GIW/GGCNAAATTT; R1 PKFH/CCCAAATTTNGCC; R2 PNA/CCAAATTTNG; R3 QIP/CAAATTTNGC',
    ],
    [
      'ATGAAATTTGGG',
      'F1 MKFG/ATGAAATTTGGG; F3 EIW/GAAATTTGGG; R1 PKFH/CCCAAATTTCAT; R2 PNF/CCAAATTTCA; R3 QIS/CAAATTTCAT',
    ],
    ['ACGT', 'F1 T/ACGT; F2 R/CGT; R1 T/ACGT; R2 R/CGT'],
    ['NNNNNN', ''],
    ['AC', ''],
    ['', ''],
    ['TAA', 'R1 L/TTA'],
  ])('%s', (chunk, expected) => {
    expect(translated(chunk).join('; ')).toBe(expected);
    expect(translated(chunk.toLowerCase()).join('; ')).toBe(expected);
  });

  test('lengths of the frames of full chunks', () => {
    const lengths = (size: number) =>
      translated('C'.repeat(size))
        .slice(0, 3)
        .map((line) =>
          line
            .slice(3)
            .split('/')
            .map((part) => part.length),
        );
    expect(lengths(500)).toEqual([
      [166, 499],
      [166, 499],
      [166, 498],
    ]);
    expect(lengths(300)).toEqual([
      [100, 300],
      [99, 298],
      [99, 298],
    ]);
  });

  test('a chunk leaves nothing behind for the next', () => {
    const frames = new SixFrames(500);
    frames.translate(bytes('C'.repeat(500)), 0, 500);
    expect(frames.keptCount).toBe(6);
    frames.translate(bytes('xxACGTxx'), 2, 6);
    expect(keptFrames(frames)).toEqual(['F1 T/ACGT', 'F2 R/CGT', 'R1 T/ACGT', 'R2 R/CGT']);
    expect(frames.keptCount).toBe(4);
    frames.translate(bytes('NN'), 0, 2);
    expect(keptFrames(frames)).toEqual([]);
    expect(frames.keptCount).toBe(0);
  });

  test('refuses a chunk longer than its buffers', () => {
    expect(() => new SixFrames(3).translate(bytes('ACGT'), 0, 4)).toThrow('chunk of 4 bases in frames for 3');
  });
});
