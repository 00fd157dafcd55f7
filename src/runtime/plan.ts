/** What an install will take from where: a folder that was given, this machine, or the network. */

import { UserError } from '../system/errors.ts';
import type { Runtime, Wheel } from './catalogue.ts';
import type { CoreLibrary } from './core.ts';
import { type FolderSource, filesByName, sourceInFolder } from './from-folder.ts';
import { findSystemLibrary, type SystemLibrary, type SystemPlaces } from './system-cuda.ts';

export interface PlanOptions {
  /** Folder with wheels or libraries; then nothing is downloaded. */
  readonly from?: string | undefined;
  /** Whether libraries that lie on this machine already are used. */
  readonly useSystem: boolean;
  readonly systemPlaces?: SystemPlaces | undefined;
}

/** Where the files of a wheel come from. */
export type Source =
  | FolderSource
  | { readonly kind: 'system'; readonly libraries: readonly SystemLibrary[] }
  | { readonly kind: 'download' };

export interface InstallPlan {
  readonly sources: ReadonlyMap<Wheel, Source>;
  readonly downloadBytes: number;
  readonly system: readonly SystemLibrary[];
}

/** What will be taken from where; opens no connection. @throws UserError when a folder lacks something */
export async function planInstall(
  runtime: Runtime,
  { from, useSystem, systemPlaces }: PlanOptions,
): Promise<InstallPlan> {
  const files = from === undefined ? undefined : await filesByName(from);
  const sources = new Map<Wheel, Source>();
  for (const wheel of runtime.wheels) {
    const given = files && (await sourceInFolder(wheel, files));
    const system = useSystem ? systemSource(wheel, systemPlaces) : undefined;
    sources.set(wheel, given ?? system ?? { kind: 'download' });
  }
  const missing = runtime.wheels.filter((wheel) => sources.get(wheel)?.kind === 'download');
  if (from !== undefined && missing.length > 0) {
    const names = missing.map(({ name, files: entries }) => {
      const libraries = entries.filter(({ isLicence }) => !isLicence).map((entry) => entry.name);
      return `${name} (or from it: ${libraries.join(', ')})`;
    });
    throw new UserError(
      `not everything is in this folder; missing: ${names.join('; ')}`,
      'Put these files there, or leave --from out to have them downloaded.',
      { file: from },
    );
  }
  return {
    sources,
    downloadBytes: missing.reduce((sum, { bytes }) => sum + bytes, 0),
    system: [...sources.values()].flatMap((source) => (source.kind === 'system' ? source.libraries : [])),
  };
}

/** All libraries of a wheel that lie on this machine; undefined unless they all do. */
function systemSource(wheel: Wheel, places: SystemPlaces | undefined): Source | undefined {
  if (!wheel.isReplaceable) return undefined;
  const libraries: SystemLibrary[] = [];
  for (const { name, isLicence } of wheel.files) {
    if (isLicence) continue;
    const found = findSystemLibrary(name, places);
    if (found === undefined) return undefined;
    libraries.push(found);
  }
  return { kind: 'system', libraries };
}

/** What the runtime's folder will take. */
export function unpackedBytes(runtime: Runtime, { sources }: InstallPlan, core: CoreLibrary | undefined): number {
  const files = runtime.wheels.filter((wheel) => sources.get(wheel)?.kind !== 'system').flatMap(({ files }) => files);
  return files.reduce((sum, { bytes }) => sum + bytes, core?.bytes ?? 0);
}
