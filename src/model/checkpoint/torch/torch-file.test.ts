import { afterAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { fixture, jsonFixture } from '../../../../test/helpers/fixtures.ts';
import {
  dict,
  float,
  global,
  int,
  list,
  none,
  object,
  text,
  vector,
  yes,
} from '../../../../test/helpers/torch-pickle.ts';
import { refusalOf, Scratch } from '../../../../test/helpers/torch-refusal.ts';
import { SafetensorsFile } from '../safetensors.ts';
import { TorchFile } from './torch-file.ts';

const scratch = new Scratch();
afterAll(() => scratch.remove());

const four = vector('0', 4);

describe('odd tensors', () => {
  interface Expected {
    readonly dtype: string;
    readonly shape: readonly number[];
    readonly values: readonly (number | boolean | string)[];
  }
  const DTYPES: Readonly<Record<string, string>> = {
    ...{ float64: 'F64', float32: 'F32', float16: 'F16', bfloat16: 'BF16' },
    ...{ int64: 'I64', int32: 'I32', uint8: 'U8', bool: 'BOOL' },
  };

  test('are read as torch reads them', async () => {
    const expected = await jsonFixture<Readonly<Record<string, Expected>>>('torch_odd', 'expected.json');
    const file = await TorchFile.open(fixture('torch_odd', 'state_dict.pt'));
    expect([...file.tensors.keys()]).toEqual(Object.keys(expected));
    for (const [name, { dtype, shape, values }] of Object.entries(expected)) {
      expect({ name, ...file.tensors.get(name)! }).toMatchObject({ name, dtype: DTYPES[dtype]!, shape: [...shape] });
      const numbers = values.map(Number);
      if (dtype.startsWith('float') || dtype === 'bfloat16') {
        const narrow = (value: number) => (dtype === 'float64' ? value : Math.fround(value));
        const read = await file.readFloat32(name);
        expect([...read]).toEqual(numbers.map(Math.fround));
        if (dtype !== 'bfloat16')
          expect(Array.from(await file.readElements(name), Number)).toEqual(numbers.map(narrow));
        for (let from = 0; from <= numbers.length; from++) {
          expect([...(await file.readFloat32(name, from))]).toEqual([...read.subarray(from)]);
        }
      } else {
        expect(Array.from(await file.readElements(name), Number)).toEqual(numbers);
        await expect(file.readFloat32(name)).rejects.toThrow('not floating-point numbers');
      }
    }
    await file.close();
  });

  test('cut at every hundredth are refused', async () => {
    const whole = readFileSync(fixture('torch_odd', 'state_dict.pt'));
    for (let percent = 0; percent < 100; percent++) {
      const cut = scratch.write(whole.subarray(0, Math.floor((whole.length * percent) / 100)));
      expect(await refusalOf(cut)).toMatch(/does not (end|begin) as a zip|bytes, too few/);
    }
    expect(await refusalOf(fixture('torch_odd', 'truncated.pt'))).toContain('cut off');
  });

  test('in the format before zip are refused with the way out', async () => {
    const said = await refusalOf(fixture('torch_odd', 'legacy_format.pt'));
    expect(said).toContain('before version 1.6');
    expect(said).toContain(`python -c "import torch; torch.save(torch.load('old.pt', weights_only=True), 'new.pt')"`);
  });
});

describe('classifiers', () => {
  for (const [torch, plain] of [
    ['300_model', '300'],
    ['500_model', '500'],
    ['500_model_cuda', '500'],
    ['300_state_dict', '300'],
    ['500_state_dict', '500'],
  ] as const) {
    test(`${torch}.pth holds what ${plain}.safetensors holds`, async () => {
      const file = await TorchFile.open(fixture('classifier', `${torch}.pth`));
      const reference = await SafetensorsFile.open(fixture('classifier', `${plain}.safetensors`));
      expect([...file.tensors.keys()].sort()).toEqual([...reference.tensors.keys()].sort());
      for (const [name, { dtype, shape }] of reference.tensors) {
        expect(file.tensors.get(name)!).toMatchObject({ dtype, shape: [...shape] });
        if (dtype === 'F32') expect(await file.readFloat32(name)).toEqual(await reference.readFloat32(name));
      }
      await Promise.all([file.close(), reference.close()]);
    });
  }

  test('a module tells its classes and attributes', async () => {
    const file = await TorchFile.open(fixture('classifier', '500_model.pth'));
    expect(file.className([])).toBe('__main__.MLPClassifier');
    expect(file.className(['_modules', 'bn1'])).toBe('torch.nn.modules.batchnorm.BatchNorm1d');
    expect(file.scalar(['_modules', 'bn1', 'eps'])).toBe(1e-5);
    expect(file.scalar(['_modules', 'hidden_layer', 'in_features'])).toBe(112);
    expect(file.scalar(['_modules'])).toBeUndefined();
    await file.close();
  });
});

test('a fair-esm checkpoint: tensors below model, architecture in cfg', async () => {
  const file = await TorchFile.open(fixture('esm2', 'fair_esm_fp16', 'esm2_t4_tiny_UR50D.pt'));
  expect(file.tensors.size).toBe(77);
  expect(file.tensors.get('encoder.sentence_encoder.layers.0.self_attn.q_proj.weight')).toMatchObject({
    dtype: 'F16',
    shape: [64, 64],
  });
  expect(file.scalar(['cfg', 'model', 'encoder_layers'])).toBe(4);
  expect(file.className(['cfg', 'model'])).toBe('argparse.Namespace');
  expect(file.scalar(['cfg', 'model', '__proto__'])).toBeUndefined();
  expect(file.scalar(['cfg', 'model', 'encoder_layers', 'x'])).toBeUndefined();
  await file.close();
});

describe('beside the tensors', () => {
  test('plain values are read, others are not', async () => {
    const state = dict({
      layers: int(3),
      rate: float(0.5),
      name: text('é'),
      on: yes,
      nothing: none,
      big: int(2n ** 70n),
      list: list(),
      kind: global('os', 'system'),
    });
    const file = await TorchFile.open(
      scratch.checkpoint(dict({ args: object('argparse', 'Namespace', state), model: dict({ a: four }) })),
    );
    const at = (...path: readonly string[]) => file.scalar(['args', ...path]);
    expect([at('layers'), at('rate'), at('name'), at('on'), at('nothing')]).toEqual([3, 0.5, 'é', true, null]);
    expect([at('big'), at('list'), at('kind'), at('absent'), at(), at('list', 'x')]).toEqual(Array.from({ length: 6 }));
    await file.close();
  });
});

test('elements that are not inside, as a bug of the caller', async () => {
  const file = await TorchFile.open(scratch.checkpoint(dict({ a: four })));
  await expect(file.readFloat32('a', 2, 5)).rejects.toThrow('not inside');
  await expect(file.readFloat32('a', 3, 2)).rejects.toThrow('not inside');
  await expect(file.readFloat32('b')).rejects.toThrow('no tensor "b"');
  await file.close();
});
