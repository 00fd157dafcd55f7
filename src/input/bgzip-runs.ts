/**
 * Cuts a bgzip file into runs of whole blocks that Workers can inflate each for itself.
 *
 * Only heads and trailers of the blocks are looked at; that a block's data fit them is found where it is inflated. Offsets
 * named `start`, `end`, `previous` and `from` are in the file, `offset` and `bytes` in the decompressed data.
 */

import { isMark } from './bgzip-end.ts';
import { brokenOff, damagedAfter, strayBytes } from './cuts.ts';
import { BLOCK_MAX_BYTES, HEAD_MAX_BYTES, memberHead, trailerLength } from './gzip-member.ts';
import { RawBytes } from './raw-bytes.ts';
import { Window } from './window.ts';

/** Plain numbers and text: it crosses to a Worker as it is. */
export interface BgzipRun {
  readonly kind: 'run';
  readonly start: number;
  readonly end: number;
  /** The last block before `start` that holds data; undefined where no data are before this run. */
  readonly previous: number | undefined;
  /** Of the run's first byte. */
  readonly offset: number;
  /** Of the run's blocks, 0 only in the last run; Infinity where `cut` is set. */
  readonly bytes: number;
  /** The file is truncated or damaged at `end`: how far it got. The run is the last, and what can be read behind `end` is its own. */
  readonly cut: string | undefined;
}

/** From here on the file is ordinary gzip: no more runs follow, what is left is read with `openStream(name, rest)`. */
export interface BgzipRest {
  readonly kind: 'rest';
  readonly from: number;
  /** Decompressed bytes from `from` to leave out. */
  readonly skip: number;
  /** Data lie before the rest: what comes behind those left out begins one byte before it. */
  readonly follows: boolean;
  /** Of the first byte behind those left out. */
  readonly offset: number;
}

const WINDOW_BYTES = 1 << 20;

/** @param bytesPerRun compressed bytes after which a run ends, with the block they end in */
export async function* bgzipRuns(
  name: string,
  bytesPerRun: number,
): AsyncGenerator<BgzipRun | BgzipRest, void, undefined> {
  const raw = new RawBytes(name);
  const window = new Window(raw, WINDOW_BYTES);
  let start = 0;
  let previous: number | undefined;
  let offset = 0;
  let bytes = 0;
  let doubtful = false;
  let last: { readonly at: number; readonly bytes: number } | undefined;
  const run = (cut?: string): BgzipRun => {
    const size = cut === undefined ? bytes : Number.POSITIVE_INFINITY;
    return { kind: 'run', start, end: window.taken, previous, offset, bytes: size, cut };
  };
  try {
    for (;;) {
      const block = await nextBlock(window);
      if (typeof block !== 'number') {
        const cut = block === undefined ? undefined : sentences[block]?.(offset + bytes);
        if (bytes > 0 || doubtful || cut !== undefined) yield run(cut);
        if (block === 'ordinary') yield restFrom(window.taken, last, offset + bytes);
        return;
      }
      const length = trailerLength(window.view(block), block);
      if (length > BLOCK_MAX_BYTES) {
        yield run(damagedAfter('gzip', offset + bytes, 'incorrect length check'));
        return;
      }
      // A damaged block may say that it is empty: somebody has to inflate it.
      if (length === 0 && !isMark(window.view(block))) doubtful = true;
      if (length > 0) last = { at: window.taken, bytes: length };
      window.take(block);
      bytes += length;
      if (window.taken - start < bytesPerRun || bytes === 0) continue;
      yield run();
      start = window.taken;
      previous = last?.at;
      offset += bytes;
      bytes = 0;
      doubtful = false;
    }
  } finally {
    raw.close();
  }
}

type Ending = 'ordinary' | 'short' | 'stray';

const sentences: Readonly<Record<Ending, ((bytes: number) => string) | undefined>> = {
  ordinary: undefined,
  short: (bytes) => brokenOff('gzip', bytes),
  stray: (bytes) => strayBytes('gzip', bytes),
};

/** Bytes of the block that the window now begins with and holds as a whole; undefined at the end of the file. */
export async function nextBlock(window: Window): Promise<number | Ending | undefined> {
  // One read brings many blocks: only where the window runs dry is a head asked for that may not be there in full.
  let head = memberHead(window.view());
  if (head === 'short') {
    await window.fill(HEAD_MAX_BYTES);
    if (window.view().length === 0) return undefined;
    head = memberHead(window.view());
  }
  if (head === 'none') {
    if (window.view(1)[0] !== 0) return 'stray';
    if (!(await window.skipZeros())) return undefined;
    // What follows padding is left to the stream.
    await window.fill(HEAD_MAX_BYTES);
    head = memberHead(window.view());
    if (head === 'none') return 'stray';
    if (head !== 'short') return 'ordinary';
  }
  if (head === 'short') return 'short';
  if (head.blockBytes === undefined) return 'ordinary';
  return (await window.fill(head.blockBytes)) ? head.blockBytes : 'short';
}

function restFrom(
  at: number,
  last: { readonly at: number; readonly bytes: number } | undefined,
  offset: number,
): BgzipRest {
  if (last === undefined) return { kind: 'rest', from: at, skip: 0, follows: false, offset };
  // The block with the byte before the rest is read once more, together with the empty ones that may follow it.
  return { kind: 'rest', from: last.at, skip: last.bytes - 1, follows: true, offset: offset - 1 };
}
