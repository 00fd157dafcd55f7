/** Chunks and frames against files of the original tool and of the reference code: equal byte for byte. */

import { describe, expect, test } from 'bun:test';
import { chunkAndFrameText, readFasta } from '../helpers/fasta-text.ts';
import { fixture } from '../helpers/fixtures.ts';

async function texts(path: string, chunkSize: number) {
  const whole = { chunks: '', nucleotide: '', protein: '' };
  for (const record of readFasta(await Bun.file(path).bytes())) {
    const part = chunkAndFrameText(record, chunkSize);
    whole.chunks += part.chunks;
    whole.nucleotide += part.nucleotide;
    whole.protein += part.protein;
  }
  return whole;
}

describe.each([300, 500])('sequences.fa in chunks of %d', (chunkSize) => {
  test('chunks, nucleotides and proteins', async () => {
    const made = await texts(fixture('sequences.fa'), chunkSize);
    const folder = `expected_${chunkSize}`;
    expect(made.chunks).toBe(await Bun.file(fixture(folder, 'chunks.fa')).text());
    expect(made.nucleotide).toBe(await Bun.file(fixture(folder, 'nucleotide.fa')).text());
    expect(made.protein).toBe(await Bun.file(fixture(folder, 'protein.faa')).text());
  });
});

describe.each(['test_with_orfs', 'test_fixed_500bp', 'test_sequences_small'])('%s of the original tool', (stem) => {
  test('chunks, nucleotides and proteins', async () => {
    const made = await texts(fixture('reference', `${stem}.fa`), 500);
    expect(made.chunks).toBe(await Bun.file(fixture('reference', `${stem}_chunked500.fa`)).text());
    expect(made.nucleotide).toBe(await Bun.file(fixture('reference', `${stem}_identified_nucleotide.fa`)).text());
    expect(made.protein).toBe(await Bun.file(fixture('reference', `${stem}_identified_protein.faa`)).text());
  });
});
