/**
 * A text as one byte per character, the form the tokenisers take. Sequences come as bytes and never pass through here;
 * it serves tests and golden texts.
 */

/** Stands for every character that is not ASCII: no vocabulary has it. */
const NOT_ASCII = 0xff;
const SPACE = 0x20;

/** One byte per code point: ASCII as it is, white space beyond ASCII as a blank, anything else as 0xff. */
export function bytesOfText(text: string): Uint8Array {
  return Uint8Array.from(text.match(/./gsu) ?? [], (character) => {
    const code = character.codePointAt(0)!;
    if (code < 0x80) return code;
    return /^\p{White_Space}$/u.test(character) ? SPACE : NOT_ASCII;
  });
}
