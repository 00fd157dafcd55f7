/** What the ring's tests send, and how both sides sum it up; cheap enough for ten million frames. */

/** Fills the head of `bytes` for frame `index` and returns its length, 0 to bytes.length; the same for the same seed. */
export function fill(bytes: Uint8Array, index: number, seed: number): number {
  let state = (Math.imul(index + 1, 0x9e3779b1) ^ seed) >>> 0;
  state = Math.imul(state ^ (state >>> 15), 0x85ebca6b) >>> 0;
  const length = Math.floor(((state >>> 4) * (bytes.length + 1)) / 2 ** 28);
  for (let i = 0; i < length; i++) bytes[i] = state + i * 7;
  return length;
}

/** Counts frames and bytes; the checksum (FNV-1a) depends on the order of frames, kinds, lengths and every byte. */
export class Tally {
  frames = 0;
  bytes = 0;
  checksum = 0x811c9dc5 | 0;

  add(kind: number, memory: Uint8Array, start: number, end: number): void {
    let sum = Math.imul(this.checksum ^ kind, 0x01000193);
    sum = Math.imul(sum ^ (end - start), 0x01000193);
    for (let i = start; i < end; i++) sum = Math.imul(sum ^ memory[i]!, 0x01000193);
    this.checksum = sum;
    this.frames += 1;
    this.bytes += end - start;
  }
}
