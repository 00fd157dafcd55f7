/** Token ids equal those of the reference tokenisers: `tokenizers` for DNABERT-S and for fixed words, transformers' ESM-2. */

import { describe, expect, test } from 'bun:test';
import { NucleotideTokenizer } from '../../src/tokens/nucleotide.ts';
import { encodeProtein, proteinTokens } from '../../src/tokens/residues.ts';
import { bytesOfText } from '../../src/tokens/text.ts';
import { fixture, jsonFixture } from '../helpers/fixtures.ts';

interface Case {
  readonly kind: string;
  readonly text: string;
  readonly ids: readonly number[];
}

interface Frames {
  readonly ids: readonly string[];
  readonly nucleotide: readonly (readonly number[])[];
  readonly protein: readonly (readonly number[])[];
}

const TOKENIZER = ['dnaberts', 'hf_safetensors', 'tokenizer.json'] as const;
const tokenizer = NucleotideTokenizer.parse(await jsonFixture<unknown>(...TOKENIZER), 'tokenizer.json');

function nucleotideTokens(text: string): number[] {
  return [...tokenizer.encodeText(text)];
}

function residueTokens(text: string): number[] {
  const bytes = bytesOfText(text);
  const out = new Uint16Array(proteinTokens(bytes.length));
  return [...out.subarray(0, encodeProtein(bytes, 0, bytes.length, out, 0))];
}

/** Ids and sequences of an unwrapped FASTA file. */
async function unwrapped(...parts: string[]): Promise<{ ids: string[]; sequences: string[] }> {
  const lines = (await Bun.file(fixture(...parts)).text()).trimEnd().split('\n');
  return {
    ids: lines.filter((_, i) => i % 2 === 0).map((line) => line.slice(1)),
    sequences: lines.filter((_, i) => i % 2 === 1),
  };
}

const cases = await jsonFixture<Case[]>('tokenizer_cases.json');

test('there are 500 tokenizer cases', () => {
  expect(cases).toHaveLength(500);
});

describe('tokenizer cases', () => {
  for (const kind of new Set(cases.map((one) => one.kind))) {
    test(kind, () => {
      for (const { text, ids } of cases.filter((one) => one.kind === kind)) {
        expect({ text, ids: nucleotideTokens(text) }).toEqual({ text, ids: [...ids] });
      }
    });
  }
});

test('fixed words: the tokenizer of mini, 74 cases', async () => {
  const file = new URL('../../models/mini/tokenizer.json', import.meta.url);
  const mini = NucleotideTokenizer.parse(await Bun.file(file).json(), 'tokenizer.json');
  const stored = await jsonFixture<Case[]>('fixed_words_cases.json');
  expect(stored).toHaveLength(74);
  for (const { kind, text, ids } of stored) {
    expect({ kind, text, ids: [...mini.encodeText(text)] }).toEqual({ kind, text, ids: [...ids] });
  }
});

describe.each([300, 500])('kept frames of chunks of %d', async (length) => {
  const folder = `expected_${length}`;
  const expected = await jsonFixture<Frames>(folder, 'tokens.json');
  const nucleotide = await unwrapped(folder, 'nucleotide.fa');
  const protein = await unwrapped(folder, 'protein.faa');

  test('the files list the same frames', () => {
    expect(expected.ids.length).toBeGreaterThan(0);
    expect(nucleotide.ids).toEqual([...expected.ids]);
    expect(protein.ids).toEqual([...expected.ids]);
  });

  test('nucleotide tokens', () => {
    expect(nucleotide.sequences.map(nucleotideTokens)).toEqual(expected.nucleotide.map((ids) => [...ids]));
  });

  test('protein tokens', () => {
    expect(protein.sequences.map(residueTokens)).toEqual(expected.protein.map((ids) => [...ids]));
  });
});
