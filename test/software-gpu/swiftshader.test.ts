/** What is taken out of the package, what is refused, and that the files that lie here are a driver. */

import { afterAll, describe, expect, test } from 'bun:test';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { checkArchive, fillFolder } from '../../npm-package.ts';
import { softwareGpu, WHY_NO_SOFTWARE_GPU } from '../helpers/software-gpu.ts';
import { runsHere, unpackSwiftShader } from './swiftshader.ts';

const root = mkdtempSync(join(tmpdir(), 'virnucpro-swiftshader-'));
afterAll(() => rmSync(root, { recursive: true }));
const fresh = () => mkdtempSync(join(root, 'f-'));
const list = (folder: string) => (readdirSync(folder, { recursive: true }) as string[]).sort();

const INSIDE = {
  'libvk_swiftshader.so': 'driver',
  'libvulkan.so.1': 'loader',
  'vk_swiftshader_icd.json': '{}',
  'libEGL.so': 'not wanted',
};

/** An archive as npm's, of a package as the real one. */
async function packageOf(inside: Readonly<Record<string, string>>): Promise<Uint8Array> {
  const tar = await new Bun.Archive(inside).bytes();
  const files = { 'package/bin/swiftshader.tar.br': brotliCompressSync(tar), 'package/package.json': '{}' };
  return new Bun.Archive(files, { compress: 'gzip' }).bytes();
}

describe('unpacking', () => {
  test('gives two copies of the driver and one loader', async () => {
    const folder = fresh();
    await unpackSwiftShader(await packageOf(INSIDE), folder);
    const card = (name: string) => [`${name}/libvk_swiftshader.so`, `${name}/vk_swiftshader_icd.json`];
    expect(list(folder)).toEqual(['1', '2', ...card('1'), ...card('2'), '1/libvulkan.so.1'].sort());
    expect(readFileSync(join(folder, '2', 'libvk_swiftshader.so'), 'utf8')).toBe('driver');
  });

  test('names what a package lacks', async () => {
    const { 'libvulkan.so.1': _, ...less } = INSIDE;
    await expect(unpackSwiftShader(await packageOf(less), fresh())).rejects.toThrow('holds no libvulkan.so.1');
    const other = await new Bun.Archive({ 'package/package.json': '{}' }, { compress: 'gzip' }).bytes();
    await expect(unpackSwiftShader(other, fresh())).rejects.toThrow('holds no package/bin/swiftshader.tar.br');
  });
});

describe('the hash', () => {
  const bytes = new TextEncoder().encode('an archive');
  const integrity = `sha512-${new Bun.CryptoHasher('sha512').update(bytes).digest('base64')}`;

  test('lets the right archive pass and no other', () => {
    const known = { name: 'some', version: '1.0.0', integrity };
    expect(() => checkArchive(bytes, known)).not.toThrow();
    expect(() => checkArchive(bytes.with(3, 0), known)).toThrow('some@1.0.0 does not have the hash');
  });

  test('is asked before anything gets its name, and nothing stays behind', async () => {
    const folder = join(fresh(), 'kept');
    const refuse = () => checkArchive(bytes, { name: 'some', version: '1.0.0', integrity: 'sha512-' });
    await expect(fillFolder(folder, refuse)).rejects.toThrow('hash');
    expect(list(join(folder, '..'))).toEqual([]);
  });
});

test('there is none for other platforms', () => {
  expect([runsHere('linux', 'x64'), runsHere('linux', 'arm64'), runsHere('darwin', 'x64')]).toEqual([
    true,
    false,
    false,
  ]);
});

const gpu = softwareGpu();
test.skipIf(gpu === undefined)(
  gpu === undefined ? WHY_NO_SOFTWARE_GPU : 'the files here are drivers and a loader',
  () => {
    const { icds, loaderFolder, environment } = gpu!;
    for (const icd of icds) {
      const manifest: unknown = JSON.parse(readFileSync(icd, 'utf8'));
      expect(manifest).toMatchObject({ ICD: { library_path: './libvk_swiftshader.so' } });
      expect(
        readFileSync(join(icd, '..', 'libvk_swiftshader.so'))
          .subarray(1, 4)
          .toString(),
      ).toBe('ELF');
    }
    expect(existsSync(join(loaderFolder, 'libvulkan.so.1'))).toBe(true);
    expect(environment(2)['VK_DRIVER_FILES']).toBe(`${icds[0]}:${icds[1]}`);
    expect(environment(1)['VK_ICD_FILENAMES']).toBe(icds[0]);
  },
);
