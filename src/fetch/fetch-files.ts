/**
 * Downloads files into a folder: several at once, each resumed where an earlier time stopped, checked while it streams,
 * and named only when it is whole and right. What was there before stays until then.
 *
 * In the folder: `NAME`, `NAME.part` and `NAME.part.json` for what is on its way, `fetched.json` for what was downloaded,
 * a lock while it lasts. Memory: about 1 MiB per file under way.
 */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../system/errors.ts';
import { lockFolder } from '../system/folder-lock.ts';
import { machineError } from '../system/machine-error.ts';
import { onSignal } from '../system/signals.ts';
import { type Clock, SYSTEM_CLOCK } from './clock.ts';
import { FetchedNotes } from './notes.ts';
import { Part } from './part.ts';
import { findPresent } from './present.ts';
import { type FetchProgress, ProgressTracker } from './progress.ts';
import { checkRemoteFiles, type FetchedFile, type RemoteFile } from './remote-file.ts';
import { checkSpace, freeBytes } from './space.ts';
import { type TransferContext, transfer } from './transfer.ts';

const STALL_SECONDS = 60;

export interface FetchOptions {
  /** Made where it is missing. */
  readonly folder: string;
  /** Files under way at once, from 1. */
  readonly parallel: number;
  /** No connection is opened; a file that is missing is refused. */
  readonly offline: boolean;
  /** What proves who asks; sent to the origin of the file's own address alone. */
  readonly credentials: (url: URL) => Readonly<Record<string, string>>;
  readonly emit: (progress: FetchProgress) => void;
  /** Stops everything; what has come stays for the next time. */
  readonly signal?: AbortSignal | undefined;
  /** Without a byte for so long, a connection counts as dead. */
  readonly stallSeconds?: number | undefined;
  readonly clock?: Clock | undefined;
  /** Bytes free where a folder lies; undefined where nobody knows. */
  readonly freeBytes?: ((folder: string) => number | undefined) | undefined;
}

/**
 * @returns in the order of `files`
 * @throws UserError for what the network, a server, the disk or another process does; the signal's reason when aborted
 */
export async function fetchFiles(files: readonly RemoteFile[], options: FetchOptions): Promise<FetchedFile[]> {
  checkRemoteFiles(files);
  const clock = options.clock ?? SYSTEM_CLOCK;
  const progress = new ProgressTracker(clock, options.emit, files);
  const signal = options.signal ?? new AbortController().signal;
  signal.throwIfAborted();
  const found = new Map<string, FetchedFile>();
  const look = async () => {
    const notes = new FetchedNotes(options.folder);
    for (const file of files.filter(({ name }) => !found.has(name))) {
      const present = await findPresent(options.folder, file, notes, progress, signal);
      if (present !== undefined) found.set(file.name, present);
    }
  };
  // First without the lock: a folder that is complete may belong to somebody else.
  await look();
  if (found.size < files.length) {
    if (options.offline) throw missingOffline(files, found, options.folder);
    const release = lock(options.folder);
    const parts = new Set<Part>();
    const forget = onSignal(() => {
      for (const part of parts) part.saveNow();
      release();
    });
    try {
      await look();
      const missing = files.filter(({ name }) => !found.has(name));
      await download(missing, options, { clock, progress, signal, parts }, found);
    } finally {
      forget();
      release();
    }
  }
  return files.map(({ name }) => found.get(name)!);
}

interface Download {
  readonly clock: Clock;
  readonly progress: ProgressTracker;
  readonly signal: AbortSignal;
  /** Those under way. */
  readonly parts: Set<Part>;
}

async function download(
  files: readonly RemoteFile[],
  options: FetchOptions,
  { clock, progress, signal, parts }: Download,
  found: Map<string, FetchedFile>,
): Promise<void> {
  const { folder } = options;
  const ceiling = checkSpace(folder, files, (options.freeBytes ?? freeBytes)(folder));
  const notes = new FetchedNotes(folder);
  // One that fails stops the others; they go on the next time.
  const failure = new AbortController();
  const context: TransferContext = {
    credentials: options.credentials,
    progress,
    signal: AbortSignal.any([signal, failure.signal]),
    clock,
    stallMs: (options.stallSeconds ?? STALL_SECONDS) * 1000,
    offline: options.offline,
    ceiling,
  };
  progress.start();
  const waiting = files.values();
  const work = async () => {
    for (const file of waiting) {
      context.signal.throwIfAborted();
      found.set(file.name, await bringOne(folder, file, notes, context, parts));
    }
  };
  const workers = Array.from({ length: Math.max(1, Math.min(options.parallel, files.length)) }, () =>
    work().catch((error: unknown) => {
      // Only the first: the reason of all later ones is that it was.
      failure.abort(error);
    }),
  );
  await Promise.all(workers);
  context.signal.throwIfAborted();
}

async function bringOne(
  folder: string,
  file: RemoteFile,
  notes: FetchedNotes,
  context: TransferContext,
  parts: Set<Part>,
): Promise<FetchedFile> {
  const { progress, signal } = context;
  const part = await Part.open(folder, file, signal, (done) => progress.checked(file.name, done, file.bytes));
  parts.add(part);
  try {
    const { sha256 } = await transfer(part, context);
    const bytes = part.length;
    await part.publish();
    notes.add(file.name, { url: file.url, bytes, sha256 });
    progress.note(file.name, 'done', 'It has come, whole and right.');
    return { name: file.name, path: join(folder, file.name), bytes, sha256, wasPresent: false };
  } finally {
    parts.delete(part);
    await part.close();
  }
}

function lock(folder: string): () => void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw machineError(error, folder);
  }
  return lockFolder(folder, { remedy: 'try again later' });
}

function missingOffline(
  files: readonly RemoteFile[],
  found: ReadonlyMap<string, FetchedFile>,
  folder: string,
): UserError {
  const names = files.filter(({ name }) => !found.has(name)).map(({ name }) => name);
  return new UserError(
    `not all files are there, and with --offline none is downloaded: ${names.join(', ')}`,
    'Run again without --offline, or put these files there.',
    { file: folder },
  );
}
