/** The SHA-256 of a regular file, taken beside the reading of its records, which goes on in other threads. */

import { RawBytes } from './raw-bytes.ts';

const PIECE_BYTES = 1 << 20;

export interface FileDigest {
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** @param name path as typed */
export async function hashFile(name: string): Promise<FileDigest> {
  const raw = new RawBytes(name, { sha256: true });
  try {
    const piece = new Uint8Array(PIECE_BYTES);
    while ((await raw.read(piece)) > 0);
    return { bytes: raw.bytes, sha256: raw.digest() };
  } finally {
    raw.close();
  }
}
