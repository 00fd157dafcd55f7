/** Bundles through the executable: what is altered or does not fit together is refused by name, and nothing is left. */

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { cpSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { Box } from '../helpers/binary.ts';
import { fixture } from '../helpers/fixtures.ts';
import { expectRefusal } from '../helpers/refusal.ts';
import { ChangedCheckpoints, f32 } from '../helpers/safetensors.ts';

const box = new Box();
const changed = new ChangedCheckpoints();
const HEAD = fixture('classifier', '500.safetensors');
let model = '';

beforeAll(async () => {
  model = await box.bundle('whole', 300, 500);
  box.write('x.fa', '>a\nATGAAATTTGGG\n');
}, 60_000);
afterAll(() => {
  changed.remove();
  box.remove();
});

/** A copy of the bundle to be damaged. */
function copy(): string {
  rmSync(box.path('copy'), { recursive: true, force: true });
  cpSync(model, box.path('copy'), { recursive: true });
  return box.path('copy');
}

const predict = (bundle: string) => box.run(['predict', 'x.fa', '--model', bundle, '-o', 'out']);

describe('a damaged bundle', () => {
  // The names are part of the format, so a file that is not tested is a file that is missing here.
  const files = [
    ...['classifier-300-00001.bin', 'classifier-300.onnx', 'classifier-500-00001.bin', 'classifier-500.onnx'],
    ...[
      'golden.json',
      'nucleotide-00001.bin',
      'nucleotide.onnx',
      'protein-00001.bin',
      'protein.onnx',
      'tokenizer.json',
    ],
  ];

  test('the list of its files is whole', () => {
    expect(readdirSync(model).sort()).toEqual([...files, 'manifest.json'].sort());
  });

  test.each(files)(
    '%s altered, cut off, longer, missing',
    async (name) => {
      const bundle = copy();
      const bytes = box.bytes('copy', name);
      const middle = bytes.length >> 1;
      bytes[middle]! ^= 1;
      box.write(`copy/${name}`, bytes);
      expectRefusal(await predict(bundle), [name, 'altered']);
      bytes[middle]! ^= 1;
      box.write(`copy/${name}`, bytes);
      truncateSync(box.path('copy', name), bytes.length - 1);
      expectRefusal(await predict(bundle), [name, `${bytes.length - 1} bytes`]);
      box.write(`copy/${name}`, Buffer.concat([bytes, Buffer.of(0)]));
      expectRefusal(await predict(bundle), [name, `${bytes.length + 1} bytes`]);
      rmSync(box.path('copy', name));
      expectRefusal(await predict(bundle), [name, 'missing']);
      expect(box.exists('out')).toBe(false);
    },
    20_000,
  );

  const manifests: [string, (text: string) => string, string][] = [
    ['cut off', (text) => text.slice(0, text.length / 2), 'no JSON'],
    ['empty', () => '', 'no JSON'],
    ['another kind of JSON', () => '[]', 'no JSON object'],
    ['without a format', (text) => edit(text, ({ format: _, ...m }) => m), '"format" is missing'],
    ['null', () => 'null', 'no JSON object'],
    ['of a later format', (text) => text.replace('"format": 1', '"format": 2'), 'format 2'],
    ['with a path that leaves the folder', (text) => text.replace('"protein.onnx"', '"../protein.onnx"'), 'manifest'],
    [
      'with a file that leaves the folder',
      (text) => text.replaceAll('golden.json', '../golden.json'),
      'plain file name',
    ],
    ['without a classifier', (text) => edit(text, (m) => ({ ...m, classifiers: [] })), 'no classifier'],
    ['without a list of files', (text) => edit(text, ({ files: _, ...m }) => m), 'lists no files'],
    ['with a file that has no hash', (text) => text.replace(/[0-9a-f]{64}("\s*}\s*]\s*}\s*)$/, 'x$1'), 'sha256'],
    ['with the encoders swapped', swapEncoders, 'MosaicBERT'],
    [
      'with one file left out',
      (text) => edit(text, (m) => ({ ...m, files: m.files.filter(({ path }) => path !== 'protein.onnx') })),
      'protein.onnx',
    ],
  ];
  test.each(manifests)('a manifest %s', async (_, change, says) => {
    const bundle = copy();
    const text = box.text('copy', 'manifest.json');
    expect(change(text)).not.toBe(text);
    box.write('copy/manifest.json', change(text));
    expectRefusal(await predict(bundle), ['manifest.json', says]);
    expect(box.exists('out')).toBe(false);
  });
});

interface AnyManifest extends Record<string, unknown> {
  readonly files: { readonly path: string }[];
}

function edit(text: string, change: (manifest: AnyManifest) => Record<string, unknown>): string {
  return JSON.stringify(change(JSON.parse(text) as AnyManifest), undefined, 2);
}

function swapEncoders(text: string): string {
  return edit(text, (m) => ({ ...m, nucleotide: m['protein'], protein: m['nucleotide'] }));
}

describe('an import', () => {
  const importing = (parts: { protein?: string; nucleotide?: string; head?: string; length?: number }) =>
    box.run(box.importArguments('refused', { ...parts, heads: [[parts.head ?? HEAD, parts.length ?? 500]] }));

  async function refused(parts: Parameters<typeof importing>[0], says: readonly string[]): Promise<void> {
    const before = box.list();
    expectRefusal(await importing(parts), says);
    expect(box.list()).toEqual(before);
  }

  test('without a tokenizer.json beside the checkpoint takes that of DNABERT-S, not that of the embedded model', async () => {
    const folder = box.path('checkpoint');
    cpSync(fixture('dnaberts', 'hf_safetensors'), folder, { recursive: true });
    rmSync(box.path('checkpoint', 'tokenizer.json'));
    await box.ok(box.importArguments('borrowed', { nucleotide: folder, heads: [[HEAD, 500]] }));
    const published = await Bun.file(new URL('../../models/tokenizer/tokenizer.json', import.meta.url)).bytes();
    expect(Buffer.compare(box.bytes('borrowed', 'tokenizer.json'), published)).toBe(0);
  });

  test('protein and nucleotide encoders swapped', async () => {
    await refused({ protein: fixture('dnaberts', 'hf_safetensors') }, ['dnaberts']);
    await refused({ nucleotide: fixture('esm2', 'hf_safetensors') }, ['esm2']);
  });

  test('a classifier in the place of an encoder, an encoder in the place of a classifier', async () => {
    await refused({ protein: HEAD }, ['500.safetensors']);
    await refused({ head: fixture('esm2', 'hf_safetensors', 'model.safetensors') }, ['model.safetensors']);
  });

  test('a classifier of the wrong width', async () => {
    const folder = changed.withTensors(HEAD, (tensors) => {
      tensors.set('hidden_layer.weight', f32([32, 128], new Float32Array(32 * 128)));
    });
    await refused({ head: `${folder}/model.safetensors` }, ['model.safetensors', '128', '48 + 64', '112']);
  });

  test('encoders of another width than the head takes', async () => {
    await refused({ protein: fixture('esm2_hd64', 'hf_safetensors') }, ['500.safetensors', '112', '48 + 128']);
  });

  test('files that are not there, or no checkpoint', async () => {
    await refused({ protein: 'absent' }, ['absent']);
    await refused({ head: 'absent.safetensors' }, ['absent.safetensors']);
    await refused({ head: box.path('x.fa') }, ['x.fa']);
    await refused({ nucleotide: box.path('home') }, ['home']);
  });

  test('a chunk length that ESM-2 cannot take, none, or one twice', async () => {
    await refused({ length: 100_000 }, ['100000']);
    await refused({ length: 0 }, ['0', 'at least 1']);
    const twice = box.importArguments('refused', {
      heads: [
        [HEAD, 500],
        [HEAD, 500],
      ],
    });
    expectRefusal(await box.run(twice), ['500']);
    const uneven = [...box.importArguments('refused', { heads: [[HEAD, 500]] }), '--length', '300'];
    expectRefusal(await box.run(uneven), ['1 --classifier', '2 --length']);
    expect(box.list().filter((name) => name.includes('refused'))).toEqual([]);
  });

  test('an output that is there already stays as it is', async () => {
    const before = box.list('whole').map((name) => Bun.hash(box.bytes('whole', name)));
    expectRefusal(await box.run(box.importArguments('whole', { heads: [[HEAD, 500]] })), ['whole', 'exists']);
    expectRefusal(await box.run(box.importArguments('x.fa', { heads: [[HEAD, 500]] })), ['x.fa', 'exists']);
    expect(box.list('whole').map((name) => Bun.hash(box.bytes('whole', name)))).toEqual(before);
  });

  test('gives the same bytes again, whatever the folder is called', async () => {
    const heads = [300, 500].map((length) => [fixture('classifier', `${length}.safetensors`), length] as const);
    await box.ok([...box.importArguments('elsewhere/again', { heads }), '--name', 'whole']);
    for (const name of box.list('whole')) expect(box.bytes('elsewhere/again', name)).toEqual(box.bytes('whole', name));
  });

  test('one bundle serves both lengths, and tells the machine nothing about the one that made it', () => {
    const manifest = box.text('whole', 'manifest.json');
    const { classifiers, name } = JSON.parse(manifest);
    expect(classifiers.map(({ length }: { length: number }) => length)).toEqual([300, 500]);
    expect(name).toBe('whole');
    expect(manifest).not.toContain(box.folder);
    expect(manifest).not.toContain('fixtures');
  });
});
