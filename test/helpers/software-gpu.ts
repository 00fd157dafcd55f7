/**
 * The software GPU in tests: where its files lie and the environment under which a process sees one or two of it and no
 * other card. Fetched by test/software-gpu/fetch.ts, which `npm test` runs.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CARDS, MANIFEST, runsHere, swiftShaderFolder } from '../software-gpu/swiftshader.ts';

export interface SoftwareGpu {
  readonly folder: string;
  /** Driver manifests of two equal cards. */
  readonly icds: readonly [first: string, second: string];
  /** Holds libvulkan.so.1. */
  readonly loaderFolder: string;
  /** What to set for a process that is to see the first card or both. */
  environment(cards: 1 | 2): Record<string, string>;
}

/** Undefined where it was not fetched. */
export function softwareGpu(): SoftwareGpu | undefined {
  const folder = swiftShaderFolder();
  if (!runsHere(process.platform, process.arch) || !existsSync(folder)) return undefined;
  const [first, second] = [join(folder, CARDS[0], MANIFEST), join(folder, CARDS[1], MANIFEST)];
  // Beside the first driver: nothing else that a program looks for lies there.
  const loaderFolder = join(folder, CARDS[0]);
  return {
    folder,
    icds: [first, second],
    loaderFolder,
    environment: (cards) => {
      const drivers = cards === 1 ? first : `${first}:${second}`;
      return {
        // Newer loaders read the one, older ones the other.
        VK_DRIVER_FILES: drivers,
        VK_ICD_FILENAMES: drivers,
        LD_LIBRARY_PATH: loaderFolder,
        // The loader complains where there is none.
        XDG_RUNTIME_DIR: folder,
      };
    },
  };
}

/** For the names of skipped tests. */
export const WHY_NO_SOFTWARE_GPU = runsHere(process.platform, process.arch)
  ? 'skipped: no software GPU here: "bun test/software-gpu/fetch.ts" fetches it and says what is wrong'
  : `skipped: there is no software GPU for ${process.platform}-${process.arch}`;
