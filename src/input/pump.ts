/** Drives one of zlib's transforms: bytes are fed as they come, and given out as they are asked for. */

import type { Transform } from 'node:stream';

/** Of node:zlib; `bytesWritten` are those that it has worked off. */
export type Inflater = Transform & { readonly bytesWritten: number };

/**
 * Resolves once `piece` is worked off (it must not change until then) or the data have ended.
 *
 * @returns bytes taken: fewer than given where the compressed data ended, or broke
 */
export type Feed = (piece: Uint8Array) => Promise<number>;

/**
 * What comes out of `inflater`, while `feeding` feeds it. An error of either is thrown. At the end or an error, `feeding` is
 * over too; it is left alone only where the caller leaves early.
 *
 * What the inflater makes of one piece waits until it is asked for, so no more than a chunk lies ready, whatever the ratio.
 */
export async function* pump(
  inflater: Inflater,
  feeding: (feed: Feed) => Promise<void>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let isOver = false;
  let wake = (): void => undefined;
  const stop = (): void => {
    isOver = true;
    wake();
  };
  inflater.once('end', stop).once('close', stop).on('error', stop);
  const feed: Feed = (piece) => {
    const before = inflater.bytesWritten;
    return new Promise((resolve) => {
      wake = () => resolve(inflater.bytesWritten - before);
      if (isOver) wake();
      else inflater.write(piece, wake);
    });
  };
  const fed = feeding(feed).then(
    () => isOver || inflater.end(),
    (error: unknown) => inflater.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  try {
    for await (const chunk of inflater) yield chunk;
    await fed;
  } catch (error) {
    await fed;
    throw error;
  } finally {
    inflater.destroy();
  }
}

/** The code of an error of the inflater; undefined for any other. */
export function inflaterCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return error.code.startsWith('Z_') || error.code.startsWith('ZSTD_') ? error.code : undefined;
}
