/**
 * Texts for C, zero-ended, kept for good: ORT reads them through raw pointers, which keep nothing alive. There are few: names
 * of tensors, settings.
 */

import { ptr } from 'bun:ffi';

const TEXTS = new Map<string, Uint8Array>();

/** Address of the text. */
export function keptText(text: string): bigint {
  let bytes = TEXTS.get(text);
  if (bytes === undefined) {
    // Memory of its own: a small Buffer would be a piece of Bun's shared pool.
    bytes = new TextEncoder().encode(`${text}\0`);
    TEXTS.set(text, bytes);
  }
  return BigInt(ptr(bytes));
}
