/**
 * The WebAssembly kernels and the memory that they work in.
 *
 * Blocks of input, bases, strands, proteins and staged output all lie in this one memory and are named by address (bytes
 * from its start, below 2^32), so that nothing is copied between JavaScript and WebAssembly. A kernel belongs to one thread.
 *
 * The kernels read and write whole vectors: up to 64 bytes before and behind what they are given are read, and up to 15
 * behind what they write are overwritten (64 by `gather`). Every region that `allocate` gives out has 64 such bytes behind
 * it; who packs several things into one region leaves room between them or writes them in ascending order.
 */

import { instantiate, type KernelExports } from './module.ts';
import { READS_FIELDS, type Reads } from './reads.ts';

const PAGE_BYTES = 65_536;
/** Alignment of regions, and the bytes that are free before and behind each. */
export const SLACK_BYTES = 64;
const MEMORY_BYTES_MAX = 2 ** 32;

/** What the last `gather` did. */
export interface Gathered {
  /** Where it stopped reading: the first byte that was not taken. */
  from: number;
  /** Where it stopped writing. */
  to: number;
  /** Line feeds taken. */
  lines: number;
  /** Bytes copied that are no IUPAC nucleotide code and no gap (`-`, `.`). */
  foreign: number;
  /** U or u was read as T or t. */
  uracil: boolean;
  /** The next byte is the first of its line. */
  atLineStart: boolean;
}

export class Kernel {
  /** Of the last call of `gather`; the next one overwrites it. */
  readonly gathered: Gathered = { from: 0, to: 0, lines: 0, foreign: 0, uracil: false, atLineStart: false };

  /** Of the last call of `sixFrames`: residues of each frame, 0 where it is not kept. A view that `allocate` replaces. */
  residues: Int32Array;

  private bytes: Uint8Array;
  /** The six numbers that `gather` leaves in the memory. */
  private results: Uint32Array;
  /** What `reads` takes and leaves. */
  private readsBlock: Uint32Array;
  /** Everything from here on is free. */
  private next: number;

  private constructor(private readonly wasm: KernelExports) {
    this.next = roundUp(wasm.heapBase(), SLACK_BYTES) + SLACK_BYTES;
    this.bytes = new Uint8Array(wasm.memory.buffer);
    this.results = new Uint32Array(wasm.memory.buffer, wasm.gathered(), 6);
    this.readsBlock = new Uint32Array(wasm.memory.buffer, wasm.readsBlock(), READS_FIELDS.length);
    this.residues = new Int32Array(wasm.memory.buffer, wasm.residues(), 6);
  }

  /** Kernels with a memory of their own. */
  static load(): Kernel {
    return new Kernel(instantiate());
  }

  /** The whole memory. To be asked for again after `allocate`, which may move it. */
  get memory(): Uint8Array {
    return this.bytes;
  }

  /** Address of a new region, a multiple of 64; it is never given back. */
  allocate(bytes: number): number {
    if (!Number.isSafeInteger(bytes) || bytes < 0) throw new Error(`a region of ${bytes} bytes`);
    const address = this.next;
    const next = roundUp(address + bytes, SLACK_BYTES) + SLACK_BYTES;
    if (next > MEMORY_BYTES_MAX)
      throw new RangeError(`no room for ${bytes} bytes behind ${address} in the kernel's memory`);
    const missing = next - this.bytes.length;
    if (missing > 0) {
      const { wasm } = this;
      wasm.memory.grow(Math.ceil(missing / PAGE_BYTES));
      const { buffer } = wasm.memory;
      this.bytes = new Uint8Array(buffer);
      this.results = new Uint32Array(buffer, wasm.gathered(), 6);
      this.readsBlock = new Uint32Array(buffer, wasm.readsBlock(), READS_FIELDS.length);
      this.residues = new Int32Array(buffer, wasm.residues(), 6);
    }
    this.next = next;
    return address;
  }

  /**
   * Copies the letters of a sequence from [from, end) to `to`, at most `room` of them, and leaves in `gathered` how far it
   * came. Line feeds are counted and left out, blanks (space, tab, CR, VT, FF) left out, U and u become T and t; what is no
   * letter of a sequence is copied and counted. Stops before a `>` at the start of a line or, with `oneLine`, before the
   * first line feed.
   */
  gather(from: number, end: number, to: number, room: number, atLineStart: boolean, oneLine: boolean): void {
    this.wasm.gather(from, end, to, room, atLineStart ? 1 : 0, oneLine ? 1 : 0);
    const { results, gathered } = this;
    gathered.from = results[0]!;
    gathered.to = results[1]!;
    gathered.lines = results[2]!;
    gathered.foreign = results[3]!;
    gathered.uracil = results[4] !== 0;
    gathered.atLineStart = results[5] !== 0;
  }

  /**
   * Takes the usual reads that begin at `from`, one after the other, and writes their frames as FASTA text; stops before
   * the first record that is of another kind, or may not have room. See `Reads`, which is changed.
   */
  reads(run: Reads): void {
    const { readsBlock } = this;
    for (let i = 0; i < READS_FIELDS.length; i += 1) readsBlock[i] = run[READS_FIELDS[i]!];
    this.wasm.reads();
    for (let i = 0; i < READS_FIELDS.length; i += 1) run[READS_FIELDS[i]!] = readsBlock[i]!;
  }

  /** First position of `byte` in [from, end), or `end`. */
  findByte(from: number, end: number, byte: number): number {
    return this.wasm.findByte(from, end, byte) >>> 0;
  }

  /**
   * Bit i is set when frame i (F1 F2 F3 R1 R2 R3) of the bases [at, at + length), in any case, holds no stop codon. Such a
   * frame may still be empty.
   */
  openFrames(at: number, length: number): number {
    return this.wasm.openFrames(at, length);
  }

  /**
   * Writes the residues of a frame (0 to 5) of the bases [at, at + length), in any case, to `to`: ASCII, `*` for a stop;
   * codons with a letter other than A C G T are left out. Returns how many there are.
   */
  translate(at: number, length: number, frame: number, to: number): number {
    return this.wasm.translate(at, length, frame, to);
  }

  /**
   * Translates the frames of the bases [at, at + length), in any case, that hold no stop: frame i to `proteins + i *
   * compartment`, which has room for what `translate` writes. The bases in upper case go to `forward` where a forward frame
   * has a residue, their reverse complement to `reverse` where a reverse frame has one. Leaves `residues`.
   *
   * @returns bit i is set where frame i has a residue
   */
  sixFrames(
    at: number,
    length: number,
    forward: number,
    reverse: number,
    proteins: number,
    compartment: number,
  ): number {
    return this.wasm.sixFrames(at, length, forward, reverse, proteins, compartment);
  }

  /** Writes the bases [at, at + length) in upper case to `to`. */
  upperCase(at: number, length: number, to: number): void {
    this.wasm.upperCase(at, length, to);
  }

  /** Writes the reverse complement of the bases [at, at + length) in upper case to `to`; only A C G T are complemented. */
  reverseComplement(at: number, length: number, to: number): void {
    this.wasm.reverseComplement(at, length, to);
  }

  /**
   * Writes an entry of an unwrapped FASTA file to `to`: the header [head, head + headLength), two more bytes `suffix` (the
   * first in its low byte), a line feed, the letters [from, from + length), a line feed. Returns the address behind it.
   */
  entry(head: number, headLength: number, suffix: number, from: number, length: number, to: number): number {
    return this.wasm.entry(head, headLength, suffix, from, length, to) >>> 0;
  }

  /**
   * Copies [from, from + length) to `to` with a line feed after every `width` bytes (at least 1) and after the last;
   * returns the bytes written.
   */
  wrap(from: number, length: number, width: number, to: number): number {
    return this.wasm.wrap(from, length, width, to);
  }
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
