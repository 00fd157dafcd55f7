/**
 * `virnucpro models pull`: downloads a published model, converts it, and gives it its name only when it computes what the
 * original tool computed. A single checkpoint is put into a folder, and compared as far as numbers of it were published.
 */

import { existsSync, readdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import type { Emit } from '../../events/event.ts';
import { sourcesFrom } from '../../fetch/source-url.ts';
import { freeBytes } from '../../fetch/space.ts';
import { openBundle } from '../../model/bundle/open.ts';
import { verificationTable } from '../../output/verification.ts';
import {
  type CatalogueBundle,
  type CatalogueFile,
  type Checkpoint,
  catalogueEntries,
  checkpointsOf,
  findEntry,
} from '../../store/catalogue.ts';
import { findInstalled } from '../../store/installed.ts';
import { modelsFolder } from '../../store/places.ts';
import { installedBytes, pullSize } from '../../store/sizes.ts';
import { openStage } from '../../store/stage.ts';
import { cacheFolder } from '../../system/cache.ts';
import { EXIT, UserError } from '../../system/errors.ts';
import { bytesText } from '../../system/quantities.ts';
import { type Arguments, wholeNumber } from '../arguments.ts';
import { convertCheckpoints } from '../convert-checkpoints.ts';
import { type DownloadOptions, downloadCheckpoint } from '../download.ts';
import type { MODELS_PULL } from '../flags.ts';
import { chooseBundle } from '../model.ts';
import { precisionGiven } from '../precision.ts';
import { proveCheckpoint } from '../prove-checkpoint.ts';
import { suggest } from '../suggest.ts';
import { verifyBundle } from './models-verify.ts';

const PARALLEL = 4;

type Given = Arguments<typeof MODELS_PULL>;

export async function modelsPull(given: Given, emit: Emit): Promise<void> {
  const [name, more] = given.positionals;
  if (name === undefined || more !== undefined) {
    throw new UserError('models pull takes one name', 'See "virnucpro models list".');
  }
  const entry = findEntry(name);
  if (entry === undefined) {
    const meant = suggest(
      name,
      catalogueEntries().map((one) => one.name),
    );
    throw new UserError(
      `The catalogue has no model ${name}`,
      meant === undefined ? 'See "virnucpro models list".' : `Did you mean ${meant}?`,
    );
  }
  const parallel = given.value('parallel');
  const download: DownloadOptions = {
    sources: sourcesFrom(given.value('mirror'), process.env),
    parallel: parallel === undefined ? PARALLEL : wholeNumber('--parallel', parallel, 1),
    offline: given.has('offline'),
    emit,
  };
  if (entry.kind === 'bundle') await pullBundle(entry, given, download);
  else await pullCheckpoint(entry, given, download);
}

async function pullBundle(entry: CatalogueBundle, given: Given, download: DownloadOptions): Promise<void> {
  const { emit } = download;
  const began = performance.now();
  if (given.has('output')) {
    throw new UserError(`${entry.name} is installed by its name, not into a folder`, 'Leave --output out.');
  }
  const precision = precisionGiven(given.value('precision'));
  const threads = given.value('threads');
  const store = modelsFolder();
  const installed = await findInstalled(store, entry.name);
  if (installed?.state === 'sound') {
    emit({ event: 'stage', stage: 'pull', note: `${entry.name} is installed already: ${installed.folder}` });
    return;
  }
  const downloads = join(cacheFolder(), 'downloads');
  const checkpoints = checkpointsOf(entry);
  const folders = new Map(checkpoints.map((one) => [one, join(downloads, one.name)]));
  const there = sizeOf([...folders.values()]);
  checkDisk(downloads, Math.max(0, pullSize(entry).bytes - there), 'to download');
  checkDisk(store, installedBytes(entry, precision), 'for the model');
  for (const [checkpoint, folder] of folders) await downloadCheckpoint(checkpoint, folder, download);
  const { manifest: embedded } = await chooseBundle(undefined, false);
  const stage = await openStage(store, entry.name, [embedded.name]);
  try {
    const at = (checkpoint: Checkpoint) => ({ path: folders.get(checkpoint)! });
    const paths = {
      protein: at(entry.protein),
      nucleotide: at(entry.nucleotide),
      classifiers: entry.heads.map((head) => ({ ...at(head), length: head.length })),
    };
    await convertCheckpoints(stage.bundle, entry.name, precision, paths, emit);
    const found = await verifyBundle(
      await openBundle(stage.bundle, true),
      {
        device: 'cpu',
        threads: threads === undefined ? availableParallelism() : wholeNumber('--threads', threads, 1),
      },
      emit,
      entry.name,
    );
    for (const line of verificationTable(found).trimEnd().split('\n'))
      emit({ event: 'stage', stage: 'pull', note: line });
    if (found.verdict !== 'pass') {
      throw new UserError(
        `The converted model does not compute what ${found.reference === 'self' ? 'its weights say' : 'the original tool computed'}; it was not installed`,
        `Report this. The downloaded files stay in ${downloads}.`,
        {},
        EXIT.runtime,
      );
    }
    if (found.reference === 'self' && checkpoints.some(({ files }) => files.some((file) => !isHashed(file)))) {
      throw new UserError(
        `Nothing proves that the files of ${entry.name} are right: the catalogue lacks hashes, and no numbers were published`,
        `Check the files in ${downloads} and use models import.`,
        {},
        EXIT.runtime,
      );
    }
    const folder = await stage.publish();
    for (const own of folders.values()) await rm(own, { recursive: true, force: true });
    emit({ event: 'finished', counts: {}, seconds: (performance.now() - began) / 1000, folder, written: [entry.name] });
  } finally {
    await stage.discard();
  }
}

async function pullCheckpoint(checkpoint: Checkpoint, given: Given, download: DownloadOptions): Promise<void> {
  const { emit } = download;
  const began = performance.now();
  const output = given.value('output');
  if (output === undefined) {
    throw new UserError(
      `${checkpoint.name} is a single checkpoint, not a model that predict can use`,
      'Give a folder for its files with --output; models import makes a model of such folders.',
    );
  }
  const folder = resolve(output);
  checkDisk(folder, Math.max(0, pullSize(checkpoint).bytes - sizeOf([folder])), 'to download');
  await downloadCheckpoint(checkpoint, folder, download);
  await proveCheckpoint(checkpoint, folder, emit);
  const written = checkpoint.files.map(({ path }) => path);
  emit({ event: 'finished', counts: {}, seconds: (performance.now() - began) / 1000, folder: output, written });
}

function isHashed({ sha256, gitSha1 }: CatalogueFile): boolean {
  return sha256 !== undefined || gitSha1 !== undefined;
}

/** Bytes of the files directly in these folders, as far as they are there. */
function sizeOf(folders: readonly string[]): number {
  let bytes = 0;
  for (const folder of folders) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder)) bytes += statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}

/** Before anything is asked for. Sizes are the catalogue's: about right. */
function checkDisk(folder: string, needed: number, what: string): void {
  const free = freeBytes(existing(folder));
  if (free === undefined || needed <= free) return;
  throw new UserError(
    `about ${bytesText(needed)} are needed ${what}, but only ${bytesText(free)} are free on this disk`,
    'Free some space, or set VIRNUCPRO_CACHE (downloads) and VIRNUCPRO_MODELS (models) to folders on another disk.',
    { file: folder },
    EXIT.runtime,
  );
}

/** The folder, or the nearest one above it that is there. */
function existing(folder: string): string {
  for (let path = folder; ; path = resolve(path, '..')) {
    if (freeBytes(path) !== undefined || path === resolve(path, '..')) return path;
  }
}
