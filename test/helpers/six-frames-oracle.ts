/**
 * Six frames in plain TypeScript, one codon at a time: what the kernels are compared with.
 *
 * A base is a number of three bits: T 0, C 1, A 2, G 3 in either case, every other byte 4. A codon is the nine bits of its
 * three bases, so a codon with any other character lands on an entry of its own and reads `DROPPED`.
 */

/** In the order of NCBI's table: first, second, third base each through T, C, A, G. */
const AMINO_ACIDS = 'FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG';
const BASES = 'TCAG';

/** What a codon with a character other than A C G T reads: no residue at all. */
const DROPPED = 0;
const STOP = 0x2a; // '*'

/** Byte -> number of its base. */
const BASE_NUMBER: Uint8Array = new Uint8Array(256).fill(4);
/** Byte -> number of the complement of its base: reads the other strand without writing it. */
const COMPLEMENT_NUMBER: Uint8Array = new Uint8Array(256).fill(4);

/** `first << 6 | second << 3 | third` -> ASCII letter of the residue, `STOP` or `DROPPED`. */
const RESIDUE: Uint8Array = new Uint8Array(512).fill(DROPPED);

for (let n = 0; n < 4; n++) {
  for (const letter of [BASES[n]!, BASES[n]!.toLowerCase()]) {
    BASE_NUMBER[letter.charCodeAt(0)] = n;
    COMPLEMENT_NUMBER[letter.charCodeAt(0)] = n ^ 2; // T-A and C-G lie two apart
  }
}
for (let i = 0; i < 64; i++) {
  RESIDUE[((i >> 4) << 6) | (((i >> 2) & 3) << 3) | (i & 3)] = AMINO_ACIDS.charCodeAt(i);
}

/** Byte -> byte: ASCII letters in upper case. */
const UPPER: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte,
);

/** Byte -> byte: the complement of the upper-cased byte. */
const COMPLEMENT: Uint8Array = UPPER.slice();
for (const [base, partner] of ['AT', 'TA', 'CG', 'GC'] as const) {
  for (const letter of [base, base.toLowerCase()]) COMPLEMENT[letter.charCodeAt(0)] = partner.charCodeAt(0);
}

/** Writes `source[start, end)` in upper case to the head of `target`. */
function upperCase(source: Uint8Array, start: number, end: number, target: Uint8Array): void {
  for (let p = start, t = 0; p < end; p++, t++) target[t] = UPPER[source[p]!]!;
}

/** Writes the upper-case reverse complement of `source[start, end)` to the head of `target`, which must not overlap it. */
function reverseComplement(source: Uint8Array, start: number, end: number, target: Uint8Array): void {
  for (let p = end - 1, t = 0; p >= start; p--, t++) target[t] = COMPLEMENT[source[p]!]!;
}

export class SixFramesOracle {
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

/** `bases` in upper case, a new array. */
export function inUpperCase(bases: Uint8Array): Uint8Array {
  const strand = new Uint8Array(bases.length);
  upperCase(bases, 0, bases.length, strand);
  return strand;
}

/** Their reverse complement in upper case, a new array. */
export function reverseComplemented(bases: Uint8Array): Uint8Array {
  const strand = new Uint8Array(bases.length);
  reverseComplement(bases, 0, bases.length, strand);
  return strand;
}
