import { afterAll, expect, test } from 'bun:test';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixture } from '../../../test/helpers/fixtures.ts';
import { ChangedCheckpoints, rawSafetensors } from '../../../test/helpers/safetensors.ts';
import { openTensors } from './locate.ts';
import type { TensorSource } from './source.ts';

const never = () => Promise.reject(new Error('was opened'));
const closed = async (source: TensorSource) => {
  await source.close();
  return source;
};
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

test('the first bytes tell the form of a file, whatever its name', async () => {
  const folder = copies.folder();
  for (const [from, to] of [
    ['500.safetensors', 'a.pth'],
    ['500_state_dict.pth', 'b.safetensors'],
    ['500_model.pth', 'c'],
  ] as const) {
    copyFileSync(fixture('classifier', from), join(folder, to));
    const names = await openTensors(join(folder, to), async (source) => {
      await source.close();
      return [...source.tensors.keys()];
    });
    expect(names).toContain('hidden_layer.weight');
  }
});

test('a header of safetensors that begins as a pickle or a zip is none', async () => {
  const folder = copies.folder();
  // Lengths whose lowest bytes are those of a pickle's protocol, and of a zip.
  for (const length of [0x0280, 0x4b50]) {
    const path = join(folder, `${length}`);
    writeFileSync(path, rawSafetensors(`{}${' '.repeat(length - 2)}`));
    expect((await openTensors(path, closed)).tensors.size).toBe(0);
  }
});

test('refuses other forms of a checkpoint, parts of one, and folders that hold none or several', async () => {
  const refused = async (names: readonly string[], said: string, path?: string) => {
    const folder = copies.folder();
    for (const name of names) writeFileSync(join(folder, name), 'x');
    await expect(openTensors(join(folder, path ?? ''), never)).rejects.toThrow(said);
  };
  await refused(['model.h5'], 'holds only model.h5, in a form that is not read');
  await refused(['model.h5'], 'in a form that is not read', 'model.h5');
  await refused(['model-00001-of-00003.safetensors'], 'one part of a checkpoint', 'model-00001-of-00003.safetensors');
  await refused([], 'holds no checkpoint');
  await refused(['a.pt', 'b.pt'], 'holds 2 checkpoints: a.pt, b.pt');
  await refused([], 'no such file or folder', 'absent');
});

test('a folder with one checkpoint of any name, beside what fair-esm puts there', async () => {
  const folder = copies.folder();
  copyFileSync(fixture('classifier', '500_model.pth'), join(folder, 'head.pt'));
  writeFileSync(join(folder, 'head-contact-regression.pt'), 'x');
  expect((await openTensors(folder, closed)).file).toBe(join(folder, 'head.pt'));
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
