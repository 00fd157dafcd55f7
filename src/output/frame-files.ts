/**
 * The files of `translate`: for each input the nucleotides and proteins of its frames, and its chunks where they are
 * wanted. Nothing has its final name before `commit`.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AtomicFile, syncFolder } from '../system/atomic-file.ts';
import { UserError } from '../system/errors.ts';

export type FrameStream = 'nucleotide' | 'protein' | 'chunks';
export type Compression = 'gzip' | 'zstd';

export interface FrameFileNames {
  /** `open`: the names that the original tool gives; `all`: names of our own, for these files mean something else. */
  readonly frames: 'open' | 'all';
  readonly streams: readonly FrameStream[];
  /** Chunk length, nt. */
  readonly length: number;
  readonly compression: Compression | undefined;
}

const ENDING: Readonly<Record<Compression, string>> = { gzip: '.gz', zstd: '.zst' };

/** @param stem of the input's name */
export function frameFileName(stem: string, stream: FrameStream, names: FrameFileNames): string {
  const ending = names.compression === undefined ? '' : ENDING[names.compression];
  const word = names.frames === 'open' ? 'identified' : 'all_frames';
  switch (stream) {
    case 'nucleotide':
      return `${stem}_${word}_nucleotide.fa${ending}`;
    case 'protein':
      return `${stem}_${word}_protein.faa${ending}`;
    case 'chunks':
      return `${stem}_chunked${names.length}.fa${ending}`;
    default:
      return stream satisfies never;
  }
}

/** Refuses a folder that holds files of these names, unless they may be replaced. */
export function refuseExisting(folder: string, names: readonly string[], force: boolean): void {
  const there = names.filter((name) => existsSync(join(folder, name)));
  if (there.length === 0 || force) return;
  const shown = there.length > 3 ? `${there.slice(0, 3).join(', ')} and ${there.length - 3} more` : there.join(', ');
  throw new UserError(
    `the folder holds these files already: ${shown}`,
    'Choose another folder with --output, or replace them with --force.',
    { file: folder },
  );
}

export class FrameFiles {
  /** By input, then by stream. */
  readonly #files: readonly ReadonlyMap<FrameStream, AtomicFile>[];
  readonly #written = new Set<AtomicFile>();

  /**
   * Creates every file under its temporary name.
   *
   * @param folder an existing folder
   * @param stems of the inputs, all different
   */
  constructor(
    readonly folder: string,
    readonly stems: readonly string[],
    readonly names: FrameFileNames,
  ) {
    const made: AtomicFile[] = [];
    try {
      this.#files = stems.map(
        (stem) =>
          new Map(
            names.streams.map((stream) => {
              const file = new AtomicFile(join(folder, frameFileName(stem, stream, names)));
              made.push(file);
              return [stream, file] as const;
            }),
          ),
      );
    } catch (error) {
      for (const file of made) file.abort();
      throw error;
    }
  }

  /** Appends text of one input; compressed already, if it is to be. */
  write(input: number, stream: FrameStream, bytes: Uint8Array): void {
    const file = this.#files[input]?.get(stream);
    if (file === undefined) throw new Error(`no file for ${stream} of input ${input}`);
    file.bytes(bytes);
    this.#written.add(file);
  }

  /** Completes every file and gives all of them their names. @returns the names */
  commit(): string[] {
    const all = this.#all();
    for (const file of all) {
      if (!this.#written.has(file)) file.bytes(emptyText(this.names.compression));
      file.finish();
    }
    for (const file of all) file.publish();
    syncFolder(this.folder);
    return this.stems.flatMap((stem) => this.names.streams.map((stream) => frameFileName(stem, stream, this.names)));
  }

  /** Removes every temporary file. Never throws, and does nothing after `commit`. */
  abort(): void {
    for (const file of this.#all()) file.abort();
  }

  #all(): AtomicFile[] {
    return this.#files.flatMap((files) => [...files.values()]);
  }
}

/** A compressed file without any text is not an empty file: its reader expects a header. */
export function emptyText(compression: Compression | undefined): Uint8Array {
  const nothing = new Uint8Array(0);
  switch (compression) {
    case undefined:
      return nothing;
    case 'gzip':
      return Bun.gzipSync(nothing);
    case 'zstd':
      return Bun.zstdCompressSync(nothing);
    default:
      return compression satisfies never;
  }
}
