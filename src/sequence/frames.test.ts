import { describe, expect, test } from 'bun:test';
import { Kernel } from '../kernel/kernel.ts';
import { FRAME_SUFFIXES, SixFrames } from './frames.ts';

const kernel = Kernel.load();
const source = kernel.allocate(500);
const text = (from: number, end: number) => Buffer.from(kernel.memory.subarray(from, end)).toString('latin1');

function put(chunk: string): number {
  kernel.memory.set(Buffer.from(chunk, 'latin1'), source);
  return source;
}

function keptFrames(frames: SixFrames): string[] {
  return FRAME_SUFFIXES.flatMap((suffix, f) => {
    if (!frames.kept(f)) return [];
    const at = frames.proteinStart(f);
    const bases = text(frames.nucleotideStart(f), frames.nucleotideEnd(f));
    return [`${suffix} ${text(at, at + frames.residues[f]!)}/${bases}`];
  });
}

function translated(chunk: string): string[] {
  const frames = new SixFrames(kernel, chunk.length);
  frames.translate(put(chunk), chunk.length);
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
    const frames = new SixFrames(kernel, 500);
    frames.translate(put('C'.repeat(500)), 500);
    expect([frames.keptCount, frames.mask]).toEqual([6, 0b111_111]);
    frames.translate(put('xxACGTxx') + 2, 4);
    expect(keptFrames(frames)).toEqual(['F1 T/ACGT', 'F2 R/CGT', 'R1 T/ACGT', 'R2 R/CGT']);
    expect([frames.keptCount, frames.mask]).toEqual([4, 0b011_011]);
    frames.translate(put('NN'), 2);
    expect(keptFrames(frames)).toEqual([]);
    expect([frames.keptCount, frames.mask]).toEqual([0, 0]);
  });

  test('proteins of any chunk size have room', () => {
    for (const size of [1, 2, 3, 191, 192, 193, 194, 500]) {
      for (const line of translated('GCA'.repeat(size).slice(0, size))) {
        const [suffix, protein, bases] = line.split(/[ /]/);
        const codons = Math.floor((size - (Number(suffix![1]) - 1)) / 3);
        expect([size, suffix, protein!.length]).toEqual([size, suffix, codons]);
        expect(bases!.length).toBe(Math.min(size - (Number(suffix![1]) - 1), 3 * codons + 1));
      }
    }
  });

  test('refuses a chunk longer than its buffers', () => {
    expect(() => new SixFrames(kernel, 3).translate(put('ACGT'), 4)).toThrow('chunk of 4 bases in frames for 3');
  });
});
