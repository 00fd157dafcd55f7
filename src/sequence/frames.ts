/**
 * The six reading frames of one chunk at a time, in buffers made once.
 *
 * A frame is kept when its protein is not empty and holds no stop anywhere. Codons with characters other than A C G T are
 * dropped, so a protein can be shorter than its frame; the nucleotides that go with it are counted by the protein:
 * `strand[f, f + 1 + 3 * residues)`, clipped. Offsets are 0-based and half-open; residues and bases are ASCII bytes.
 *
 * Most frames of random sequence meet a stop within some twenty codons. Therefore proteins are read straight from the
 * chunk, either way round, and the two strands are written out only when a frame on them was kept.
 */

import { BASE_NUMBER, COMPLEMENT_NUMBER, DROPPED, RESIDUE, STOP } from './codons.ts';
import { reverseComplement, upperCase } from './complement.ts';

/** Frames in the order of every table and buffer: forward offsets 0, 1, 2, then the reverse complement's. */
export const FRAME_SUFFIXES = ['F1', 'F2', 'F3', 'R1', 'R2', 'R3'] as const;
export type FrameSuffix = (typeof FRAME_SUFFIXES)[number];

export class SixFrames {
  /** Proteins, one after the other in equal compartments; frame `i` is `[proteinStart(i), proteinStart(i) + residues[i])`. */
  readonly protein: Uint8Array;
  /** The chunk in upper case; written only when one of F1 F2 F3 is kept. */
  readonly forward: Uint8Array;
  /** Its reverse complement; written only when one of R1 R2 R3 is kept. */
  readonly reverse: Uint8Array;
  /** Residues of each of the six frames; 0 where the frame is not kept. */
  readonly residues = new Int32Array(6);
  /** Number of frames kept, 0 to 6. */
  keptCount = 0;

  private readonly compartment: number;
  private length = 0;

  /** @param chunkSize bases of the longest chunk that will be translated */
  constructor(readonly chunkSize: number) {
    this.compartment = Math.floor(chunkSize / 3);
    this.protein = new Uint8Array(6 * this.compartment);
    this.forward = new Uint8Array(chunkSize);
    this.reverse = new Uint8Array(chunkSize);
  }

  /** Translates `bases[start, end)`, in any case, U read as T before. What the last call left is overwritten. */
  translate(bases: Uint8Array, start: number, end: number): void {
    if (end - start > this.chunkSize) throw new Error(`chunk of ${end - start} bases in frames for ${this.chunkSize}`);
    this.length = end - start;
    let forward = 0;
    let reverse = 0;
    for (let offset = 0; offset < 3; offset++) {
      const ahead = this.readForward(bases, start + offset, end, offset * this.compartment);
      const back = this.readReverse(bases, start, end - offset, (3 + offset) * this.compartment);
      this.residues[offset] = ahead;
      this.residues[3 + offset] = back;
      if (ahead > 0) forward++;
      if (back > 0) reverse++;
    }
    this.keptCount = forward + reverse;
    if (forward > 0) upperCase(bases, start, end, this.forward);
    if (reverse > 0) reverseComplement(bases, start, end, this.reverse);
  }

  kept(frame: number): boolean {
    return this.residues[frame]! > 0;
  }

  /** Where the residues of a frame begin in `protein`. */
  proteinStart(frame: number): number {
    return frame * this.compartment;
  }

  /** The strand a frame lies on, `[chunkSize]`; its head is valid when the frame is kept. */
  strand(frame: number): Uint8Array {
    return frame < 3 ? this.forward : this.reverse;
  }

  /** First base of the frame on its strand: its offset. */
  nucleotideStart(frame: number): number {
    return frame % 3;
  }

  /** One past its last base: one more than the codons when the chunk has one. */
  nucleotideEnd(frame: number): number {
    return Math.min(this.length, (frame % 3) + 1 + 3 * this.residues[frame]!);
  }

  /** Residues written to `protein` from `at` on; 0 when a stop was met. */
  private readForward(bases: Uint8Array, start: number, end: number, at: number): number {
    const protein = this.protein;
    let next = at;
    for (let p = start; p + 3 <= end; p += 3) {
      const residue =
        RESIDUE[(BASE_NUMBER[bases[p]!]! << 6) | (BASE_NUMBER[bases[p + 1]!]! << 3) | BASE_NUMBER[bases[p + 2]!]!]!;
      if (residue === STOP) return 0;
      if (residue !== DROPPED) protein[next++] = residue;
    }
    return next - at;
  }

  /** The same on the other strand, from `end` back to `start`. */
  private readReverse(bases: Uint8Array, start: number, end: number, at: number): number {
    const protein = this.protein;
    let next = at;
    for (let p = end; p - 3 >= start; p -= 3) {
      const residue =
        RESIDUE[
          (COMPLEMENT_NUMBER[bases[p - 1]!]! << 6) |
            (COMPLEMENT_NUMBER[bases[p - 2]!]! << 3) |
            COMPLEMENT_NUMBER[bases[p - 3]!]!
        ]!;
      if (residue === STOP) return 0;
      if (residue !== DROPPED) protein[next++] = residue;
    }
    return next - at;
  }
}
