/**
 * The words of 31 letters of a sequence, each as the smaller of itself and its reverse complement, so that both strands
 * give the same words.
 *
 * A word has 62 bits, two per letter (A 0, C 1, G 2, T 3), the first letter highest: 30 in `high`, 32 in `low`.
 */

export const WORD_LETTERS = 31;

const HIGH_MASK = 2 ** 30 - 1;
const NO_LETTER = 4;
const CODES = new Uint8Array(256).fill(NO_LETTER);
for (const [code, letters] of ['Aa', 'Cc', 'Gg', 'TtUu'].entries()) {
  for (const letter of letters) CODES[letter.charCodeAt(0)] = code;
}

/** Calls `visit` for every word without another letter than A C G T, from left to right. @returns how many there were */
export function forEachWord(letters: string, visit: (high: number, low: number) => void): number {
  let [high, low, backHigh, backLow] = [0, 0, 0, 0];
  let [run, words] = [0, 0];
  for (let index = 0; index < letters.length; index += 1) {
    const code = CODES[letters.charCodeAt(index) & 255]!;
    if (code === NO_LETTER) {
      run = 0;
      continue;
    }
    high = ((high << 2) | (low >>> 30)) & HIGH_MASK;
    low = ((low << 2) | code) >>> 0;
    backLow = ((backLow >>> 2) | ((backHigh & 3) << 30)) >>> 0;
    backHigh = (backHigh >>> 2) | ((3 - code) << 28);
    run += 1;
    if (run < WORD_LETTERS) continue;
    words += 1;
    if (high < backHigh || (high === backHigh && low <= backLow)) visit(high, low);
    else visit(backHigh, backLow);
  }
  return words;
}
