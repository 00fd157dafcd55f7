import { afterAll, describe, expect, test } from 'bun:test';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { codonTokenizer } from '../../test/helpers/codon-tokenizer.ts';
import { fixture } from '../../test/helpers/fixtures.ts';
import { ChangedCheckpoints, f32 } from '../../test/helpers/safetensors.ts';
import { openBundle } from '../model/bundle/open.ts';
import { openMosaicBert } from '../model/checkpoint/mosaicbert.ts';
import { convertCheckpoints, tokenizerFor } from './convert-checkpoints.ts';

const TABLE = 'bert.embeddings.word_embeddings.weight';
const SOURCE = fixture('dnaberts', 'hf_safetensors', 'model.safetensors');
const MINI = new URL('../../models/mini/tokenizer.json', import.meta.url).pathname;
const copies = new ChangedCheckpoints();
afterAll(() => copies.remove());

/** A checkpoint whose config.json says `tokens`, with `rows` of embeddings that count up, and the tokenizer of `mini`. */
async function checkpoint(tokens: number, rows: number): Promise<string> {
  const folder = copies.withTensors(SOURCE, (tensors) => {
    const values = Float32Array.from({ length: rows * 48 }, (_, i) => Math.sin(i));
    tensors.set(TABLE, f32([rows, 48], values));
  });
  const config: object = await Bun.file(fixture('dnaberts', 'hf_safetensors', 'config.json')).json();
  await Bun.write(join(folder, 'config.json'), JSON.stringify({ ...config, vocab_size: tokens }));
  cpSync(MINI, join(folder, 'tokenizer.json'));
  return folder;
}

function convert(folder: string, nucleotide: string) {
  const paths = {
    nucleotide: { path: nucleotide },
    protein: { path: fixture('esm2', 'hf_safetensors') },
    classifiers: [{ path: fixture('classifier', '500_model.pth'), length: 500 }],
  };
  return convertCheckpoints(folder, 'codons', 'fp32', paths, () => undefined);
}

describe('an encoder of codons', () => {
  test.each([4169, 4176])('is imported with its tokenizer, from %d rows', async (rows) => {
    const folder = join(copies.folder(), 'bundle');
    await convert(folder, await checkpoint(4169, rows));
    const { manifest } = await openBundle(folder, true);
    expect(manifest.nucleotide.architecture.vocabulary).toBe(4169);
    const json: unknown = await Bun.file(join(folder, 'tokenizer.json')).json();
    expect(json).toEqual(JSON.parse(JSON.stringify(codonTokenizer())));
  });

  test('the rows beyond its vocabulary are left out', async () => {
    const weights = await openMosaicBert(await checkpoint(4169, 4176));
    const embedding = await weights.read('embedding');
    expect(embedding).toHaveLength(4169 * 48);
    expect(embedding.at(-1)).toBe(Math.fround(Math.sin(4169 * 48 - 1)));
    await weights.close();
  });

  test('fewer rows than its config.json says are refused', async () => {
    await expect(openMosaicBert(await checkpoint(4169, 4096))).rejects.toThrow(
      'has shape [4096,48], expected [4169,48]',
    );
  });

  test('a tokenizer with more tokens than the encoder knows is refused', async () => {
    await expect(convert(join(copies.folder(), 'bundle'), await checkpoint(4096, 4096))).rejects.toThrow(
      'the tokenizer has 4169 tokens, the nucleotide encoder knows 4096',
    );
  });
});

describe('without a tokenizer.json beside the checkpoint', () => {
  const path = fixture('dnaberts', 'hf_safetensors', 'tokenizer.json');
  const embedded = async () => path;

  test('an encoder of as many tokens gets that of DNABERT-S', async () => {
    const found = await tokenizerFor(join(copies.folder(), 'model.safetensors'), 4096, embedded);
    expect(found).toBe(path);
  });

  test('any other is refused', async () => {
    const folder = await checkpoint(4169, 4169);
    rmSync(join(folder, 'tokenizer.json'));
    await expect(tokenizerFor(join(folder, 'model.safetensors'), 4169, embedded)).rejects.toThrow(
      'has no tokenizer.json beside it, and is not for that of this program: 4169 tokens, not 4096',
    );
  });
});
