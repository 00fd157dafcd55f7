/** Waits for what another process does and tells nobody of. Blocks its thread: only for moments in which nothing else may go on. */

const cell = new Int32Array(new SharedArrayBuffer(4));

/** @returns whether it is so, after `milliseconds` at the latest; looked at every `every` of them */
export function waitUntil(isSo: () => boolean, milliseconds: number, every: number): boolean {
  for (let waited = 0; waited < milliseconds; waited += every) {
    if (isSo()) return true;
    Atomics.wait(cell, 0, 0, every);
  }
  return isSo();
}
