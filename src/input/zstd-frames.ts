/**
 * Follows the frames of zstd data (RFC 8878) by their heads and sizes: where a frame ends, and where something begins that
 * is none. The decompressor tells neither a truncated file from a whole one nor stray bytes from a frame.
 */

const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const DICTIONARY_BYTES = [0, 1, 2, 4] as const;
const SIZE_BYTES = [0, 2, 4, 8] as const;
const CHECKSUM_BYTES = 4;
const BLOCK = { raw: 0, rle: 1, compressed: 2, reserved: 3 } as const;

/** What the next bytes are; each part but 'body' is gathered until it is whole. */
type Part = 'magic' | 'skippable' | 'descriptor' | 'block' | 'body';

export class ZstdFrames {
  private part: Part = 'magic';
  /** Bytes of the part that are still to come. */
  private missing = 4;
  /** The part's first bytes, as a little-endian number. */
  private value = 0;
  private gathered = 0;
  private hasChecksum = false;
  private isLastBlock = false;

  /** Whether the bytes so far end with a frame. */
  get isAtEnd(): boolean {
    return this.part === 'magic' && this.gathered === 0;
  }

  /** @returns how many of `bytes` belong to frames; fewer than all where something that is no frame begins behind them */
  follow(bytes: Uint8Array): number {
    let at = 0;
    // A magic number may have begun in the bytes before: then nothing of these belongs to a frame if it is none.
    let sound = 0;
    while (at < bytes.length) {
      if (this.part === 'body') {
        const step = Math.min(this.missing, bytes.length - at);
        at += step;
        this.missing -= step;
      } else {
        this.value += bytes[at]! * 2 ** (8 * this.gathered);
        at += 1;
        this.gathered += 1;
        this.missing -= 1;
      }
      if (this.part === 'magic' && !this.mayBeMagic()) return sound;
      if (this.missing === 0) this.turn();
      if (this.part !== 'magic' || this.gathered === 0) sound = at;
    }
    return at;
  }

  /** Whether the bytes gathered are the first of a magic number. */
  private mayBeMagic(): boolean {
    const range = 2 ** (8 * this.gathered);
    return this.value === MAGIC % range || skippable(this.value) === SKIPPABLE_MAGIC % range;
  }

  /** Goes on to the part behind the one that is whole. */
  private turn(): void {
    const { value } = this;
    switch (this.part) {
      case 'magic':
        if (value === MAGIC) this.expect('descriptor', 1);
        else this.expect('skippable', 4);
        break;
      case 'skippable':
        this.hasChecksum = false;
        this.isLastBlock = true;
        this.body(value);
        break;
      case 'descriptor': {
        const isSingle = (value & 0x20) !== 0;
        const sizeCode = value >> 6;
        this.hasChecksum = (value & 4) !== 0;
        this.isLastBlock = false;
        const sizeBytes = sizeCode === 0 && isSingle ? 1 : SIZE_BYTES[sizeCode]!;
        this.body((isSingle ? 0 : 1) + DICTIONARY_BYTES[value & 3]! + sizeBytes);
        break;
      }
      case 'block': {
        const type = (value >> 1) & 3;
        this.isLastBlock = (value & 1) !== 0;
        // A reserved type is the decompressor's to complain of.
        this.body((type === BLOCK.rle ? 1 : value >> 3) + (this.isLastBlock && this.hasChecksum ? CHECKSUM_BYTES : 0));
        break;
      }
      case 'body':
        if (this.isLastBlock) this.expect('magic', 4);
        else this.expect('block', 3);
        break;
    }
  }

  private body(bytes: number): void {
    this.expect('body', bytes);
    if (bytes === 0) this.turn();
  }

  private expect(part: Part, bytes: number): void {
    this.part = part;
    this.missing = bytes;
    this.value = 0;
    this.gathered = 0;
  }
}

/** A magic number without its lowest 4 bits, which are free for a frame to be skipped. */
function skippable(magic: number): number {
  return (magic & ~0xf) >>> 0;
}
