/** Checkpoints: pickles under right checksums, torch archives, safetensors, indexes of shards, config.json. */

import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openClassifier } from '../../../src/model/checkpoint/classifier.ts';
import { openEsm2 } from '../../../src/model/checkpoint/esm2.ts';
import { openTensors } from '../../../src/model/checkpoint/locate.ts';
import { openMosaicBert } from '../../../src/model/checkpoint/mosaicbert.ts';
import { SafetensorsFile } from '../../../src/model/checkpoint/safetensors.ts';
import { UserError } from '../../../src/system/errors.ts';
import { fixture } from '../../helpers/fixtures.ts';
import { f32, rawSafetensors, safetensorsBytes } from '../../helpers/safetensors.ts';
import { dict, moduleObject, pickle, storage, tensor, vector } from '../../helpers/torch-pickle.ts';
import { readAll } from '../../helpers/torch-refusal.ts';
import { float32Bytes, torchBytes, type ZipPart, zipBytes } from '../../helpers/torch-zip.ts';
import { attempt } from '../attempt.ts';
import { batteredBytes } from '../bytes.ts';
import { batteredJson, type Json } from '../json.ts';
import type { FuzzTarget } from '../target.ts';

const STORAGES = { '0': float32Bytes(1, 2, 3, 4, 5, 6), '1': float32Bytes(7) };
const OPCODES = Buffer.from('(.012GJKMNQRX]abcdehlopqrstu})\x80\x81\x85\x86\x87\x88\x89\x92\x93\x94\x95', 'latin1');
const HEAD = [
  ...['hidden.weight', 'hidden.bias', 'batch_norm.weight', 'batch_norm.bias', 'batch_norm.mean', 'batch_norm.variance'],
  ...['output.weight', 'output.bias'],
] as const;

export const CHECKPOINTS: readonly FuzzTarget[] = [
  {
    name: 'pickle',
    what: 'the pickle of a torch archive, under right checksums',
    open: (folder) => {
      const path = join(folder, 'any.pth');
      const pickles = tinyPickles();
      return (dice) => {
        const bytes = dice.chance(0.2)
          ? Uint8Array.from({ length: dice.below(80) }, () =>
              dice.chance(0.7) ? dice.pick([...OPCODES]) : dice.below(256),
            )
          : batteredBytes(dice, dice.pick(pickles), dice.pick(pickles));
        return onFile(path, torchBytes(bytes, STORAGES), () => attempt(() => readAll(path)));
      };
    },
  },
  {
    name: 'torch',
    what: 'whole torch archives, read as a classifier head',
    open: (folder) => {
      const path = join(folder, 'any.pth');
      const archives = [
        ...tinyPickles().map((one) => torchBytes(one, STORAGES)),
        ...['300_model.pth', '300_state_dict.pth'].map((name) => readFileSync(fixture('classifier', name))),
        ...hostile('.pth'),
      ];
      return (dice) => {
        const bytes = batteredBytes(dice, dice.pick(archives), dice.pick(archives));
        return onFile(path, bytes, () => attempt(dice.chance(0.5) ? () => readHead(path) : () => readAll(path)));
      };
    },
  },
  {
    name: 'head',
    what: 'the pickles of whole classifier heads, under right checksums',
    open: (folder) => {
      const path = join(folder, 'any.pth');
      const heads = ['300_model.pth', '300_state_dict.pth', 'gelu_model.pth'].map((name) =>
        storedParts(readFileSync(fixture('classifier', name))),
      );
      return (dice) => {
        const parts = dice.pick(heads);
        const changed = parts.map((part) =>
          part.name.endsWith('/data.pkl') ? { ...part, data: batteredBytes(dice, part.data, part.data) } : part,
        );
        return onFile(path, zipBytes(changed), () => attempt(() => readHead(path)));
      };
    },
  },
  {
    name: 'safetensors',
    what: 'safetensors files and their headers, read whole and as a classifier head',
    open: (folder) => {
      const path = join(folder, 'any.safetensors');
      const files = safetensorsFiles();
      const headers = files.slice(0, 2).map(headerOf);
      return (dice) => {
        const bytes = dice.chance(0.5)
          ? rawSafetensors(
              batteredJson(
                dice,
                headers.map(({ header }) => header),
              ),
              dice.pick(headers).data,
            )
          : batteredBytes(dice, dice.pick(files), dice.pick(files));
        return onFile(path, bytes, () => attempt(dice.chance(0.3) ? () => readHead(path) : () => readTensors(path)));
      };
    },
  },
  {
    name: 'shards',
    what: 'the index of a checkpoint in several files',
    open: (folder) => {
      const from = fixture('esm2', 'hf_sharded_bin');
      const name = 'pytorch_model.bin.index.json';
      for (const shard of readdirSync(from))
        if (shard.endsWith('.bin')) symlinkSync(join(from, shard), join(folder, shard));
      const index = jsonOf(join(from, name));
      return (dice) =>
        onFile(join(folder, name), batteredJson(dice, [index]), () =>
          attempt(() => openTensors(join(folder, name), async (source) => source.close())),
        );
    },
  },
  {
    name: 'config',
    what: 'config.json beside an encoder',
    open: (folder) => {
      const kinds = [
        { name: 'esm2', open: openEsm2, from: fixture('esm2', 'hf_safetensors') },
        { name: 'dnaberts', open: openMosaicBert, from: fixture('dnaberts', 'hf_safetensors') },
      ].map(({ name, open, from }) => {
        const place = join(folder, `${name}.safetensors`);
        symlinkSync(join(from, 'model.safetensors'), place);
        return { open, place, config: jsonOf(join(from, 'config.json')) };
      });
      return (dice) => {
        const { open, place, config } = dice.pick(kinds);
        return onFile(join(folder, 'config.json'), batteredJson(dice, [config]), () =>
          attempt(async () => (await open(place)).close()),
        );
      };
    },
  },
];

function onFile(path: string, input: Uint8Array, run: () => ReturnType<typeof attempt>) {
  return {
    input,
    run: () => {
      writeFileSync(path, input);
      return run();
    },
  };
}

async function readHead(path: string): Promise<void> {
  const weights = await openClassifier(path);
  try {
    for (const name of HEAD) await weights.read(name);
  } finally {
    await weights.close();
  }
}

async function readTensors(path: string): Promise<void> {
  const file = await SafetensorsFile.open(path);
  try {
    for (const [name, { dtype }] of file.tensors) {
      await file.readFloat32(name).catch((error: unknown) => {
        // Whole numbers are refused one by one.
        if (!(error instanceof UserError) || dtype.startsWith('F')) throw error;
      });
    }
  } finally {
    await file.close();
  }
}

/** The entries of a sound archive of stored entries. */
function storedParts(bytes: Buffer): readonly ZipPart[] {
  const parts: ZipPart[] = [];
  const [central, local] = [Buffer.from('PK\x01\x02'), 30];
  for (let at = bytes.indexOf(central); at >= 0; at = bytes.indexOf(central, at + 1)) {
    const name = bytes.toString('utf8', at + 46, at + 46 + bytes.readUInt16LE(at + 28));
    const header = bytes.readUInt32LE(at + 42);
    const from = header + local + bytes.readUInt16LE(header + 26) + bytes.readUInt16LE(header + 28);
    parts.push({ name, data: bytes.subarray(from, from + bytes.readUInt32LE(at + 24)) });
  }
  return parts;
}

function tinyPickles(): readonly Buffer[] {
  const transposed = tensor({ storage: storage('0', 6), shape: [3, 2], strides: [1, 3] });
  const parts = { parameters: { a: transposed }, buffers: { b: vector('1', 1) }, modules: {} };
  return [
    pickle(dict({ model: dict({ a: transposed, b: vector('1', 1) }) })),
    pickle(moduleObject('__main__', 'MLPClassifier', parts)),
  ];
}

function safetensorsFiles(): readonly Uint8Array[] {
  const tiny = new Map([
    ['a', f32([2, 3], [1, 2, 3, 4, 5, 6])],
    ['b', { dtype: 'BF16', shape: [2], data: Uint8Array.of(1, 2, 3, 4) }],
    ['c', { dtype: 'I64', shape: [], data: new Uint8Array(8) }],
    ['d', f32([0], [])],
  ]);
  return [
    safetensorsBytes(tiny),
    new Uint8Array(readFileSync(fixture('classifier', '300.safetensors'))),
    ...hostile('.safetensors').map((bytes) => new Uint8Array(bytes)),
  ];
}

function headerOf(file: Uint8Array): { readonly header: Json; readonly data: Uint8Array } {
  const end = 8 + Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  return { header: JSON.parse(new TextDecoder().decode(file.subarray(8, end))), data: file.subarray(end) };
}

function hostile(suffix: string): Buffer[] {
  const folder = fixture('hostile');
  const names = readdirSync(folder).filter((name) => name.endsWith(suffix));
  return names.sort().map((name) => readFileSync(join(folder, name)));
}

function jsonOf(path: string): Json {
  return JSON.parse(readFileSync(path, 'utf8'));
}
