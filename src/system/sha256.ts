/** SHA-256 of files, as lower-case hexadecimal. Files are read in blocks: a shard of 1 GiB is never held whole. */

import { type FileHandle, open } from 'node:fs/promises';

const BLOCK_BYTES = 2 ** 20;

export async function sha256OfFile(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    return await sha256OfHandle(file);
  } finally {
    await file.close();
  }
}

async function sha256OfHandle(file: FileHandle): Promise<string> {
  const hasher = new Bun.CryptoHasher('sha256');
  const block = new Uint8Array(BLOCK_BYTES);
  for (;;) {
    const { bytesRead } = await file.read(block, 0, BLOCK_BYTES, null);
    if (bytesRead === 0) return hasher.digest('hex');
    hasher.update(block.subarray(0, bytesRead));
  }
}

export function sha256OfBytes(bytes: Uint8Array | string): string {
  return new Bun.CryptoHasher('sha256').update(bytes).digest('hex');
}
