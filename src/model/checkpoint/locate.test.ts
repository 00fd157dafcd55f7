import { afterAll, expect, test } from 'bun:test';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixture } from '../../../test/helpers/fixtures.ts';
import { ChangedCheckpoints } from '../../../test/helpers/safetensors.ts';
import { openTensors } from './locate.ts';
import type { TensorSource } from './source.ts';

const never = () => Promise.reject(new Error('was opened'));
const copies = new ChangedCheckpoints();
afterAll(() => copies.remove());

test('takes model.safetensors of a folder, whatever lies beside it', async () => {
  const folder = copies.folder();
  copyFileSync(fixture('classifier', '500.safetensors'), join(folder, 'model.safetensors'));
  writeFileSync(join(folder, 'a.bin'), '');
  const file = await openTensors(folder, async (source) => {
    await source.close();
    return source.file;
  });
  expect(file).toBe(join(folder, 'model.safetensors'));
});

test('refuses other forms of a checkpoint by the name of the file, given as file or as folder', async () => {
  for (const name of [
    'pytorch_model.bin',
    'esm2.pt',
    '500_model.pth',
    'model.safetensors.index.json',
    'pytorch_model.bin.index.json',
    'model-00001-of-00003.safetensors',
  ]) {
    const folder = copies.folder();
    const file = join(folder, name);
    writeFileSync(file, 'x');
    for (const path of [folder, file]) {
      await expect(openTensors(path, never)).rejects.toThrow(file);
      await expect(openTensors(path, never)).rejects.toThrow('a single .safetensors file, or a folder');
    }
  }
});

test('refuses an empty folder and a path that is not there', async () => {
  const folder = copies.folder();
  await expect(openTensors(folder, never)).rejects.toThrow('holds no model.safetensors');
  await expect(openTensors(join(folder, 'absent'), never)).rejects.toThrow('no such file or folder');
});

test('closes the file when what follows fails', async () => {
  let opened: TensorSource | undefined;
  const failing = openTensors(fixture('classifier', '500.safetensors'), async (source) => {
    opened = source;
    throw new Error('after opening');
  });
  await expect(failing).rejects.toThrow('after opening');
  await expect(opened!.readFloat32('bn1.bias')).rejects.toThrow();
});
