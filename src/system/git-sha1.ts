/** The name that git gives the content of a file: SHA-1 of `blob SIZE`, a zero byte and the content. */

import { open } from 'node:fs/promises';

const BLOCK_BYTES = 2 ** 20;

export async function gitSha1OfFile(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const hasher = new Bun.CryptoHasher('sha1').update(`blob ${size}\0`);
    const block = new Uint8Array(BLOCK_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(block, 0, BLOCK_BYTES, null);
      if (bytesRead === 0) return hasher.digest('hex');
      hasher.update(block.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
