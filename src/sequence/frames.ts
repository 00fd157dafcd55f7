/**
 * The six reading frames of one chunk at a time, in regions of the kernel's memory made once.
 *
 * A frame is kept when its protein is not empty and holds no stop anywhere. Codons with characters other than A C G T are
 * dropped, so a protein can be shorter than its frame; the nucleotides that go with it are counted by the protein:
 * `strand[f, f + 1 + 3 * residues)`, clipped. Residues and bases are ASCII bytes; ranges are half-open and given as
 * addresses in the kernel's memory.
 *
 * Most frames hold a stop. Therefore all six are looked through at once first; proteins are written only for open frames,
 * and the two strands only when a frame on them was kept.
 */

import type { Kernel } from '../kernel/kernel.ts';

/** Frames in the order of every table and buffer: forward offsets 0, 1, 2, then the reverse complement's. */
export const FRAME_SUFFIXES = ['F1', 'F2', 'F3', 'R1', 'R2', 'R3'] as const;
export type FrameSuffix = (typeof FRAME_SUFFIXES)[number];

/** Number of bits of a mask of six. */
const BITS = Uint8Array.from({ length: 64 }, (_, mask) => [0, 1, 2, 3, 4, 5].filter((i) => (mask >> i) & 1).length);
/** What the kernel may write behind a protein, and the alignment of the next. */
const UNIT_BYTES = 64;

export class SixFrames {
  /** Residues of each of the six frames; 0 where the frame is not kept. */
  readonly residues = new Int32Array(6);
  /** Number of frames kept, 0 to 6. */
  keptCount = 0;
  /** Bit i is set when frame i is kept. */
  mask = 0;

  /** The chunk in upper case; written only when one of F1 F2 F3 is kept. */
  private readonly forward: number;
  /** Its reverse complement; written only when one of R1 R2 R3 is kept. */
  private readonly reverse: number;
  /** Six compartments of equal size. */
  private readonly protein: number;
  private readonly compartment: number;
  private length = 0;

  /** @param chunkSize bases of the longest chunk that will be translated */
  constructor(
    private readonly kernel: Kernel,
    readonly chunkSize: number,
  ) {
    this.compartment = (Math.floor(chunkSize / 3 / UNIT_BYTES) + 1) * UNIT_BYTES + UNIT_BYTES;
    this.forward = kernel.allocate(chunkSize);
    this.reverse = kernel.allocate(chunkSize);
    this.protein = kernel.allocate(6 * this.compartment);
  }

  /**
   * Translates the bases [at, at + length), in any case, U read as T before; `at` is an address in the kernel's memory.
   * What the last call left is overwritten.
   */
  translate(at: number, length: number): void {
    if (length > this.chunkSize) throw new Error(`chunk of ${length} bases in frames for ${this.chunkSize}`);
    this.length = length;
    this.mask = this.kernel.sixFrames(at, length, this.forward, this.reverse, this.protein, this.compartment);
    this.keptCount = BITS[this.mask]!;
    this.residues.set(this.kernel.residues);
  }

  kept(frame: number): boolean {
    return (this.mask & (1 << frame)) !== 0;
  }

  /** Address of the first residue of a frame; `residues[frame]` of them follow. */
  proteinStart(frame: number): number {
    return this.protein + frame * this.compartment;
  }

  /** Address of the first base of a kept frame, on the strand it lies on: the frame's offset. */
  nucleotideStart(frame: number): number {
    return frame < 3 ? this.forward + frame : this.reverse + frame - 3;
  }

  /** One past its last base: one more than the codons when the chunk has one. */
  nucleotideEnd(frame: number): number {
    const strand = frame < 3 ? this.forward : this.reverse;
    return strand + Math.min(this.length, (frame % 3) + 1 + 3 * this.residues[frame]!);
  }
}
