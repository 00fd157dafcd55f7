/**
 * A bar of a fixed width. What is done and what is not differ in form, so colour is not needed to tell them apart. All
 * characters are in the fonts of old consoles as well.
 */

const BLOCK = '\u2588';
const HALF_BLOCK = '\u258c';
const SHADE = '\u2591';

export interface Bar {
  readonly done: string;
  readonly rest: string;
}

/**
 * Rounded down, so that a full bar means all of it.
 *
 * @param share 0 to 1
 * @param width columns
 */
export function bar(share: number, width: number, unicode: boolean): Bar {
  const filled = Math.min(1, Math.max(0, share)) * width;
  const whole = Math.floor(filled);
  if (!unicode) return { done: '#'.repeat(whole), rest: '-'.repeat(width - whole) };
  const half = filled - whole >= 0.5 ? HALF_BLOCK : '';
  return { done: BLOCK.repeat(whole) + half, rest: SHADE.repeat(width - whole - half.length) };
}
