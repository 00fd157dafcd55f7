/**
 * Records, chunks and the token rows of their frames on the way from a Worker to the windows of a run.
 *
 * A piece is a sequence of 16-bit words in the machine's byte order (both sides are one machine), whole entries only:
 *
 *     record   RECORD, flags, length and end (4 words each, float64), id bytes (2 words, uint32), the id's UTF-8 bytes padded to
 *              a word
 *     chunk    CHUNK, mask of its kept frames, and for each of them, in the order F1 F2 F3 R1 R2 R3,
 *              nucleotide tokens (2 words, uint32), protein tokens (2 words), the nucleotide token ids, the protein token ids
 *
 * A chunk belongs to the record before it, also where that stands in an earlier piece. Token rows hold their special tokens.
 */

import type { SequenceRecord } from '../../input/record.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { SixFrames } from '../../sequence/frames.ts';
import type { NucleotideTokenizer } from '../../tokens/nucleotide.ts';
import { encodeProtein, proteinTokens } from '../../tokens/residues.ts';
import { RESULT_FRAME } from '../pool/job.ts';
import type { SendPiece, Sink } from './sink.ts';

const RECORD = 1;
const CHUNK = 2;
const INVALID = 1;
const RECORD_WORDS = 12;
const CHUNK_WORDS = 2;
const FRAME_WORDS = 4;
const PIECE_WORDS = 1 << 17;

export interface RowStreamOptions {
  readonly kind: 'rows';
  /** The tokenizer's file. */
  readonly tokenizer: string;
}

export class RowStream implements Sink {
  #words: Uint16Array;
  #bytes: Uint8Array;
  #used = 0;
  readonly #numbers = new Float64Array(2);
  readonly #numberWords = new Uint16Array(this.#numbers.buffer);

  constructor(
    readonly kernel: Kernel,
    chunkSize: number,
    readonly tokenizer: NucleotideTokenizer,
    readonly send: SendPiece,
  ) {
    const residues = Math.floor(chunkSize / 3);
    const row = FRAME_WORDS + tokenizer.maxTokens(chunkSize) + proteinTokens(residues);
    this.#words = new Uint16Array(PIECE_WORDS + CHUNK_WORDS + 6 * row);
    this.#bytes = new Uint8Array(this.#words.buffer);
  }

  begin(record: SequenceRecord, end: number): void {
    this.#record(record, end, 0);
  }

  chunk(_number: number, _at: number, _length: number, six: SixFrames): void {
    if (this.#used >= PIECE_WORDS) this.#flush();
    const words = this.#words;
    const { memory } = this.kernel;
    let at = this.#used;
    words[at++] = CHUNK;
    words[at++] = six.mask;
    for (let frame = 0; frame < 6; frame += 1) {
      if (!six.kept(frame)) continue;
      const head = at;
      at += FRAME_WORDS;
      const start = six.proteinStart(frame);
      const nucleotide = this.tokenizer.encode(memory, six.nucleotideStart(frame), six.nucleotideEnd(frame), words, at);
      const protein = encodeProtein(memory, start, start + six.residues[frame]!, words, at + nucleotide);
      this.#uint32(head, nucleotide);
      this.#uint32(head + 2, protein);
      at += nucleotide + protein;
    }
    this.#used = at;
  }

  end(): void {}

  invalid(record: SequenceRecord, end: number): void {
    this.#record(record, end, INVALID);
  }

  finish(): undefined {
    this.#flush();
  }

  #record({ idBytes, idLength, length }: SequenceRecord, end: number, flags: number): void {
    const idWords = (idLength + 1) >> 1;
    if (this.#used + RECORD_WORDS + idWords > this.#words.length) this.#flush();
    if (RECORD_WORDS + idWords > this.#words.length) {
      this.#words = new Uint16Array(2 * (RECORD_WORDS + idWords));
      this.#bytes = new Uint8Array(this.#words.buffer);
    }
    const at = this.#used;
    this.#words[at] = RECORD;
    this.#words[at + 1] = flags;
    this.#numbers[0] = length;
    this.#numbers[1] = end;
    this.#words.set(this.#numberWords, at + 2);
    this.#uint32(at + RECORD_WORDS - 2, idLength);
    const to = 2 * (at + RECORD_WORDS);
    for (let i = 0; i < idLength; i += 1) this.#bytes[to + i] = idBytes[i]!;
    this.#used = at + RECORD_WORDS + idWords;
  }

  #uint32(at: number, value: number): void {
    this.#words[at] = value & 0xffff;
    this.#words[at + 1] = value >>> 16;
  }

  #flush(): void {
    if (this.#used === 0) return;
    this.send(RESULT_FRAME.rows, this.#bytes, 0, 2 * this.#used);
    this.#used = 0;
  }
}

/** What a piece holds, entry by entry. */
export interface RowHandler {
  /**
   * @param valid false for a record that could not be read: it has no chunks, its length is 0
   * @param end bytes of the input's text up to the end of the record
   */
  record(id: string, length: number, valid: boolean, end: number): void;
  /** The frames of the chunk follow, one for each bit of the mask. */
  chunk(mask: number): void;
  /** Token ids of a frame: `words[nucleotide, protein)` and `words[protein, end)`. */
  frame(words: Uint16Array, nucleotide: number, protein: number, end: number): void;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Where reading a piece stopped. */
export class RowStreamReader {
  #words: Uint16Array = new Uint16Array(0);
  #at = 0;
  readonly #numbers = new Float64Array(2);
  readonly #numberWords = new Uint16Array(this.#numbers.buffer);

  /** Takes a piece, which must stay as it is until it was read to its end. `start` is even. */
  open(memory: Uint8Array, start: number, end: number): void {
    this.#words = new Uint16Array(memory.buffer, memory.byteOffset + start, (end - start) >> 1);
    this.#at = 0;
  }

  /** Reads one entry, a chunk with its frames. @returns false at the end of the piece */
  next(handler: RowHandler): boolean {
    const words = this.#words;
    if (this.#at >= words.length) return false;
    const kind = words[this.#at]!;
    if (kind === RECORD) this.#record(handler);
    else if (kind === CHUNK) this.#chunk(handler);
    else throw new Error(`entry of unknown kind ${kind} in a piece of rows`);
    return true;
  }

  #record(handler: RowHandler): void {
    const at = this.#at;
    const words = this.#words;
    this.#numberWords.set(words.subarray(at + 2, at + 10));
    const idLength = this.#uint32(at + RECORD_WORDS - 2);
    const from = words.byteOffset + 2 * (at + RECORD_WORDS);
    const id = decoder.decode(new Uint8Array(words.buffer, from, idLength));
    this.#at = at + RECORD_WORDS + ((idLength + 1) >> 1);
    handler.record(id, this.#numbers[0]!, words[at + 1] !== INVALID, this.#numbers[1]!);
  }

  #chunk(handler: RowHandler): void {
    const words = this.#words;
    const mask = words[this.#at + 1]!;
    let at = this.#at + CHUNK_WORDS;
    handler.chunk(mask);
    for (let rest = mask; rest !== 0; rest &= rest - 1) {
      const nucleotide = at + FRAME_WORDS;
      const protein = nucleotide + this.#uint32(at);
      const end = protein + this.#uint32(at + 2);
      handler.frame(words, nucleotide, protein, end);
      at = end;
    }
    this.#at = at;
  }

  #uint32(at: number): number {
    return this.#words[at]! + this.#words[at + 1]! * 0x10000;
  }
}
