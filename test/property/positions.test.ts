/** Ends of records and the hash up to them: the same in every run, and decided by what stands before them. */

import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { InputPosition } from '../../src/input/position.ts';
import { RESULT_FRAME } from '../../src/run/pool/job.ts';
import { RowStreamReader } from '../../src/run/sinks/row-stream.ts';
import { bgzip, bytesOf, gzip, joined, fasta as random, zstd } from '../helpers/containers.ts';
import { fixture } from '../helpers/fixtures.ts';
import { openPoolRun } from '../helpers/pool-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'virnucpro-positions-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SINK = { kind: 'rows', tokenizer: fixture('dnaberts', 'hf_safetensors', 'tokenizer.json') } as const;

/** As few jobs as there may be. */
const WHOLE = { batchBytes: 1 << 20, workers: 1 } as const;

/** All records of the inputs: where each ends, and the hash up to there. */
async function endsOf(paths: readonly string[], jobs: { batchBytes: number; workers: number }) {
  const run = await openPoolRun(paths, { ...jobs, sink: SINK, hashInputs: true });
  const reader = new RowStreamReader();
  const ends: InputPosition[] = [];
  const bytes: number[] = [];
  const hashes: string[] = [];
  try {
    for await (const item of run.items()) {
      if (item.item !== 'piece' || item.kind !== RESULT_FRAME.rows) continue;
      reader.open(item.memory, item.start, item.end);
      const { input } = item;
      const record = (_id: string, _length: number, _valid: boolean, end: number) => {
        ends.push({ input, offset: end });
        bytes.push(run.bytesAt({ input, offset: end }));
      };
      while (reader.next({ record, chunk: () => undefined, frame: () => undefined }));
      hashes.push(...(await Promise.all(ends.slice(hashes.length).map((end) => run.hash!.at(end)))));
    }
    return { ends, bytes, hashes, inputs: await run.hash!.finish(), total: run.bytesTotal! };
  } finally {
    run.close();
  }
}

const letters = fc.string({ unit: fc.constantFrom(...'ACGTACGTan- >@+'), maxLength: 60 });
const lineEnd = fc.constantFrom('\n', '\n', '\r\n', '\n\n');
const fasta = fc
  .array(fc.tuple(fc.constantFrom('', '', '\ufeff'), fc.array(letters, { maxLength: 4 }), lineEnd), { maxLength: 12 })
  .map((records) =>
    records.map(([mark, lines, end], i) => `${mark}>r${i}${end}${lines.map((l) => `${l}${end}`).join('')}`),
  );
const fastq = fc
  .array(
    fc.tuple(fc.string({ unit: fc.constantFrom(...'ACGT'), maxLength: 30 }), fc.constantFrom(0, 0, 0, 1, -1), lineEnd),
    { maxLength: 12 },
  )
  .map((records) =>
    records.map(
      ([bases, more, end], i) => `@r${i}\n${bases}\n+\n${'@'.repeat(Math.max(0, bases.length + more))}${end}`,
    ),
  );
const text = fc.oneof(fasta, fastq).map((records) => bytesOf(records.join('')));

const CONTAINERS = {
  plain: (bytes: Uint8Array) => bytes,
  bgzip: (bytes: Uint8Array) => bgzip(bytes, 40),
  gzip,
  zstd,
  mixed: (bytes: Uint8Array) => {
    const half = bytes.length >> 1;
    return half === 0 ? gzip(bytes) : joined(bgzip(bytes.subarray(0, half), 40), gzip(bytes.subarray(half)));
  },
};

let files = 0;

async function write(bytes: Uint8Array): Promise<string> {
  const path = join(folder, `input-${files++}`);
  await Bun.write(path, bytes);
  return path;
}

const sha = (content: Uint8Array | string) => new Bun.CryptoHasher('sha256').update(content).digest('hex');

test('the same places and hashes, however the inputs are cut into jobs', async () => {
  const pair = fc.tuple(text, text);
  const jobs = fc.record({ batchBytes: fc.integer({ min: 1, max: 400 }), workers: fc.integer({ min: 1, max: 2 }) });
  const kinds = fc.constantFrom<keyof typeof CONTAINERS>('plain', 'plain', 'bgzip', 'gzip', 'zstd', 'mixed');
  await fc.assert(
    fc.asyncProperty(pair, kinds, jobs, async (texts, container, cut) => {
      const stored = texts.map(CONTAINERS[container]);
      const paths = await Promise.all(stored.map(write));
      const { ends, hashes, bytes, inputs, total } = await endsOf(paths, cut);
      const whole = await endsOf(paths, WHOLE);
      expect(ends).toEqual(whole.ends);
      expect(hashes).toEqual(whole.hashes);
      expect(inputs).toEqual(stored.map((own) => ({ bytes: own.length, sha256: sha(own) })));
      expect(bytes).toEqual(bytes.toSorted((a, b) => a - b));
      if (bytes.length > 0) expect(bytes.at(-1)!).toBeLessThanOrEqual(total);
      if (container !== 'plain') {
        // The place is one in the text, whatever the container.
        expect((await endsOf(await Promise.all(texts.map(write)), WHOLE)).ends).toEqual(ends);
        return;
      }
      expect(bytes).toEqual(ends.map(({ input, offset }) => offset + (input === 0 ? 0 : texts[0].length)));
      expect(hashes).toEqual(
        ends.map(({ input, offset }) => {
          const own = `${offset} ${sha(texts[input]!.subarray(0, offset))}\n`;
          return sha(input === 0 ? own : `${sha(texts[0])}\n${own}`);
        }),
      );
    }),
    { numRuns: 30 },
  );
});

test('in bgzip files of several runs as in the text', async () => {
  const bytes = random(300_000);
  const plain = await endsOf([await write(bytes)], WHOLE);
  const path = await write(bgzip(bytes, 5000));
  const whole = await endsOf([path], WHOLE);
  const cut = await endsOf([path], { batchBytes: 1, workers: 2 });
  expect(plain.ends.length).toBeGreaterThan(3000);
  expect(cut.ends).toEqual(plain.ends);
  expect(cut.hashes).toEqual(whole.hashes);
});

test('a record ends where the next one begins, the last one with the file', async () => {
  const path = await write(bytesOf('\n>a x\nAC\nGT\n\n>b\n>c\nA'));
  expect((await endsOf([path], { batchBytes: 3, workers: 2 })).ends.map(({ offset }) => offset)).toEqual([13, 16, 20]);
  const reads = await write(bytesOf('@a\nAC\n+\nII\n\n\n@b\nAC\n+\nII'));
  expect((await endsOf([reads], { batchBytes: 3, workers: 2 })).ends.map(({ offset }) => offset)).toEqual([11, 23]);
});
