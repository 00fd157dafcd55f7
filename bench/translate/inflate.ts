/**
 * Inflates one gzip file and does nothing else; prints the number of bytes it gave.
 *
 *     bun bench/translate/inflate.ts METHOD FILE
 */

import { createReadStream, readFileSync } from 'node:fs';
import { createGunzip, gunzipSync } from 'node:zlib';

const READ_BYTES = 1 << 20;

/** Every inflater at hand. The ones that take the whole file hold all of it in memory, which a run must not. */
const METHODS: Readonly<Record<string, (path: string) => number | Promise<number>>> = {
  'Bun.gunzipSync, libdeflate': (path) => inflateMembers(path, 'libdeflate'),
  'Bun.gunzipSync, zlib': (path) => inflateMembers(path, 'zlib'),
  'zlib.gunzipSync': (path) => gunzipSync(readFileSync(path)).length,
  'zlib.createGunzip': async (path) => {
    let bytes = 0;
    const stream = createReadStream(path, { highWaterMark: READ_BYTES }).pipe(createGunzip({ chunkSize: READ_BYTES }));
    for await (const chunk of stream) bytes += (chunk as Uint8Array).length;
    return bytes;
  },
  DecompressionStream: async (path) => {
    let bytes = 0;
    for await (const chunk of Bun.file(path).stream().pipeThrough(new DecompressionStream('gzip')))
      bytes += chunk.length;
    return bytes;
  },
};

/** Bun.gunzipSync stops after one member, so each block of a bgzip file is given to it alone. */
function inflateMembers(path: string, library: 'libdeflate' | 'zlib'): number {
  const file = readFileSync(path);
  let bytes = 0;
  for (let at = 0; at < file.length; ) {
    // The extra field of a bgzip block: `BC`, 2, the block's size less 1.
    const isBlock = file.toString('latin1', at + 12, at + 16) === 'BC\x02\x00';
    const end = isBlock ? at + file.readUInt16LE(at + 16) + 1 : file.length;
    bytes += Bun.gunzipSync(file.subarray(at, end), { library }).length;
    at = end;
  }
  return bytes;
}

export const INFLATERS: readonly string[] = Object.keys(METHODS);

if (import.meta.main) {
  const [method = '', path = ''] = process.argv.slice(2);
  console.log(await METHODS[method]!(path));
}
