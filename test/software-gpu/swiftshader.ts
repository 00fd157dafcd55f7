/**
 * SwiftShader: a Vulkan device that computes on the CPU, so that GPU code can be tested where there is no card. Its files
 * come from an npm package that is made for another purpose; the package is fetched, not depended on: 70 MB for 1.6.
 *
 *     swiftshader-VERSION/1/libvulkan.so.1             the loader, once
 *     swiftshader-VERSION/{1,2}/libvk_swiftshader.so   the driver
 *     swiftshader-VERSION/{1,2}/vk_swiftshader_icd.json
 *
 * A loader that is shown both copies of the driver sees two equal cards.
 */

import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { fetchArchive, fillFolder, KEPT, type NpmPackage } from '../../npm-package.ts';

export const SWIFTSHADER: NpmPackage = {
  name: '@sparticuz/chromium',
  version: '153.0.0',
  integrity: 'sha512-jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA==',
};

/** Of the package. */
const PACKED = 'package/bin/swiftshader.tar.br';
export const LOADER = 'libvulkan.so.1';
export const DRIVER = 'libvk_swiftshader.so';
/** Names the driver by a path relative to itself. */
export const MANIFEST = 'vk_swiftshader_icd.json';
export const CARDS = ['1', '2'] as const;

/** The driver is x86-64 code for Linux and there is no other. */
export const runsHere = (platform: string, arch: string): boolean => platform === 'linux' && arch === 'x64';

/** Exists only with all its files in it. */
export const swiftShaderFolder = (): string => join(KEPT, `swiftshader-${SWIFTSHADER.version}`);

/** Fetches, checks and unpacks; puts the folder in place at the end. */
export function fetchSwiftShader(folder: string): Promise<void> {
  return fillFolder(folder, async (temporary) => {
    const download = join(temporary, 'download');
    mkdirSync(download);
    const archive = fetchArchive(SWIFTSHADER, download);
    await unpackSwiftShader(readFileSync(archive), temporary);
    rmSync(download, { recursive: true });
  });
}

/** Takes the driver out of the package's archive: two copies of it and one loader, below `folder`. */
export async function unpackSwiftShader(archive: Uint8Array, folder: string): Promise<void> {
  const packed = (await new Bun.Archive(archive).files(PACKED)).get(PACKED);
  if (packed === undefined) throw new Error(`the package holds no ${PACKED}`);
  const files = await new Bun.Archive(brotliDecompressSync(await packed.bytes())).files();
  const take = async (card: string, name: string): Promise<void> => {
    const file = [...files].find(([path]) => path === name || path.endsWith(`/${name}`))?.[1];
    if (file === undefined) throw new Error(`${PACKED} holds no ${name}`);
    await Bun.write(join(folder, card, name), file);
  };
  for (const card of CARDS) {
    await take(card, DRIVER);
    await take(card, MANIFEST);
  }
  await take(CARDS[0], LOADER);
}
