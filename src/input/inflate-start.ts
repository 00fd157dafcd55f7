/** Inflates what there is of a member's deflate data, at once. */

import { constants, inflateRawSync } from 'node:zlib';

export interface Inflated {
  readonly bytes: Uint8Array;
  /** Compressed bytes of the deflate data, where they end within what was given; else undefined. */
  readonly taken: number | undefined;
}

/**
 * @param data deflate data and whatever follows them
 * @param most gives up where more comes out
 * @returns undefined where the data are damaged or too many
 */
export function inflateStart(data: Uint8Array, most: number): Inflated | undefined {
  try {
    const result: unknown = inflateRawSync(data, {
      finishFlush: constants.Z_SYNC_FLUSH,
      info: true,
      maxOutputLength: most,
      chunkSize: CHUNK_BYTES,
    });
    if (!isInfo(result)) throw new TypeError('inflateRawSync gives no info');
    const taken = result.engine.bytesWritten;
    // A member's deflate data are followed by its trailer: data that take all there is have not ended.
    return { bytes: result.buffer, taken: taken < data.length ? taken : undefined };
  } catch (error) {
    if (isAboutData(error)) return undefined;
    throw error;
  }
}

function isAboutData(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return false;
  return error.code.startsWith('Z_') || error.code === 'ERR_BUFFER_TOO_LARGE';
}

const CHUNK_BYTES = 1 << 17;

function isInfo(value: unknown): value is { buffer: Uint8Array; engine: { bytesWritten: number } } {
  return typeof value === 'object' && value !== null && 'buffer' in value && 'engine' in value;
}
