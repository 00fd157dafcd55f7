/** Downloads the files of a checkpoint of the catalogue into a folder, and tells how it goes. */

import type { Emit } from '../events/event.ts';
import { fetchFiles } from '../fetch/fetch-files.ts';
import type { FetchProgress } from '../fetch/progress.ts';
import type { ExpectedHash, RemoteFile } from '../fetch/remote-file.ts';
import { credentialsFor, type Sources, sourceUrl } from '../fetch/source-url.ts';
import type { CatalogueFile, Checkpoint } from '../store/catalogue.ts';

export interface DownloadOptions {
  readonly sources: Sources;
  /** Files at once. */
  readonly parallel: number;
  readonly offline: boolean;
  readonly emit: Emit;
}

/** @returns paths in the order of the checkpoint's files */
export async function downloadCheckpoint(
  checkpoint: Checkpoint,
  folder: string,
  { sources, parallel, offline, emit }: DownloadOptions,
): Promise<string[]> {
  const began = performance.now();
  const files = checkpoint.files.map((file) => remoteFile(checkpoint, file, sources));
  for (const { name, hash } of files) {
    if (hash !== undefined) continue;
    emit({
      event: 'warning',
      message: `The catalogue knows no hash of ${name} (${checkpoint.name}): only the proof at the end can tell whether it is right.`,
    });
  }
  const fetched = await fetchFiles(files, {
    ...{ folder, parallel, offline },
    credentials: credentialsFor(sources),
    emit: (progress) => tellFetch(progress, (performance.now() - began) / 1000, emit),
  });
  return fetched.map(({ path }) => path);
}

function remoteFile(checkpoint: Checkpoint, file: CatalogueFile, sources: Sources): RemoteFile {
  const hash = hashOf(file);
  return {
    url: sourceUrl({ ...checkpoint, path: file.path }, sources),
    // A hash decides more than a size can; some sizes of the catalogue were never seen by us.
    bytes: hash === undefined ? file.bytes : undefined,
    hash,
    name: file.path,
  };
}

function hashOf({ sha256, gitSha1 }: CatalogueFile): ExpectedHash | undefined {
  if (sha256 !== undefined) return { kind: 'sha256', hex: sha256 };
  return gitSha1 === undefined ? undefined : { kind: 'git-blob-sha1', hex: gitSha1 };
}

/** @param seconds since the download began */
export function tellFetch(progress: FetchProgress, seconds: number, emit: Emit): void {
  switch (progress.kind) {
    case 'bytes': {
      const { done, total, bytesPerSecond, secondsLeft } = progress.overall;
      emit({
        ...{ event: 'download', bytes: done, bytes_total: total, seconds },
        ...{ bytes_per_second: bytesPerSecond, seconds_left: secondsLeft },
      });
      return;
    }
    case 'note': {
      const { name, note, message } = progress;
      const isTrouble = note === 'replaced' || note === 'restarted' || note === 'waiting';
      if (isTrouble) emit({ event: 'warning', message: `${name}: ${message}` });
      else
        emit({
          event: 'stage',
          stage: 'pull',
          note: note === 'started' ? `${name}: downloading` : `${name}: ${message}`,
        });
      return;
    }
    default:
      progress satisfies never;
  }
}
