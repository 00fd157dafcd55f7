import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { bgzip, bgzipBlock, bytesOf, fasta, gzip, joined, zstd } from '../../../test/helpers/containers.ts';
import {
  collect,
  expectedChunks,
  expectedText,
  type Outcome,
  openPoolRun,
  outcomeOf,
  type PoolRunOptions,
  TEXT_SINK,
} from '../../../test/helpers/pool-run.ts';
import { UserError } from '../../system/errors.ts';
import { recordsOf } from './job.ts';
import { SequenceRun } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'virnucpro-run-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function write(name: string, bytes: Uint8Array | string): Promise<string> {
  const path = join(folder, name);
  await Bun.write(path, bytes);
  return path;
}

/** Every Worker that a run starts, and whether it has ended. */
const started: { readonly worker: Worker; readonly ended: Promise<void> }[] = [];
const RealWorker = globalThis.Worker;
class WatchedWorker extends RealWorker {
  constructor(url: string | URL) {
    super(url);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.addEventListener('close', () => resolve());
    started.push({ worker: this, ended: promise });
  }
}
beforeAll(() => {
  globalThis.Worker = WatchedWorker;
});
afterAll(() => {
  globalThis.Worker = RealWorker;
});
/** No run leaves a Worker behind, however it ended. Hangs if one does. */
afterEach(async () => {
  await Promise.all(started.splice(0).map(({ ended }) => ended));
});

/** 3,750 records of 70 random bases. */
const DATA = fasta(300_000);
const RECORDS = Array.from({ length: DATA.length / 80 }, (_, i) => ({
  id: 'record_x',
  sequence: Buffer.from(DATA.subarray(80 * i + 10, 80 * i + 79)).toString('latin1'),
}));
const EXPECTED = expectedText(RECORDS, 30);
const MANNERS: readonly PoolRunOptions[] = [
  { workers: 1, batchBytes: 1 << 20 },
  { workers: 1, batchBytes: 700, window: 1 },
  { workers: 2, batchBytes: 40, window: 50 },
  { workers: 3, batchBytes: 10_000 },
];

/** Ids in the text of a survey's pieces, which hold them between numbers. */
function idsIn(text: string | undefined): string[] {
  const bytes = Buffer.from(text ?? '', 'latin1');
  const ids: string[] = [];
  for (let at = 0; at < bytes.length; at += 12 + bytes.readUInt32LE(at + 8)) {
    ids.push(bytes.toString('utf8', at + 12, at + 12 + bytes.readUInt32LE(at + 8)));
  }
  return ids;
}

describe('a file that is worth dividing', () => {
  const packed: readonly [string, Uint8Array][] = [
    ['plain.fa', DATA],
    ['gzip.fa.gz', gzip(DATA)],
    ['members.fa.gz', joined(gzip(DATA.subarray(0, 123_456)), gzip(DATA.subarray(123_456)))],
    // Compressed runs are at least 16 KiB: some five of them here.
    ['bgzip.fa.gz', bgzip(DATA, 3000)],
    ['bgzip-and-gzip.fa.gz', joined(bgzip(DATA.subarray(0, 200_001), 3000), gzip(DATA.subarray(200_001)))],
    ['zstd.fa.zst', zstd(DATA)],
  ];

  test.each(packed)('%s', async (name, bytes) => {
    const path = await write(name, bytes);
    for (const options of MANNERS) {
      const { texts, problems, inputs, error } = await outcomeOf([path], options);
      expect(error).toBeUndefined();
      expect(problems).toEqual([]);
      expect(inputs[0]).toMatchObject({ name: path, lines: 7500, cut: undefined });
      expect(inputs[0]!.counts).toMatchObject({ bases: 69 * 3750, chunks: 3 * 3750, invalid: 0 });
      // Equal strings of some megabytes: a difference is shown by hash, not by text.
      for (const kind of ['nucleotide', 'protein', 'chunks'] as const) {
        expect(Bun.hash(texts[`0 ${kind}`]!)).toBe(Bun.hash(EXPECTED[kind]));
      }
    }
  });

  test('as it comes through a pipe, with its hash', async () => {
    const path = await write('stream.fa.gz', gzip(DATA));
    const settings = { workers: 2, batchBytes: 5000, batchSize: 1, window: 4 };
    const files = [{ name: path, size: undefined, container: 'stream' }] as const;
    const run = new SequenceRun({
      ...{ files, samples: [undefined], settings, chunkSize: 30, minimumLength: 0 },
      ...{ sink: TEXT_SINK, hashInputs: true },
    });
    expect(run.bytesTotal).toBeUndefined();
    const { texts, inputs } = await collect(run);
    expect(texts['0 protein']).toBe(EXPECTED.protein);
    const sha256 = new Bun.CryptoHasher('sha256').update(await Bun.file(path).bytes()).digest('hex');
    expect(inputs).toHaveLength(1);
    expect(await run.hash!.finish()).toEqual([{ bytes: Bun.file(path).size, sha256 }]);
    expect(run.bytesRead).toBe(Bun.file(path).size);
  });

  test.each([
    ['gzip', gunzipSync],
    ['zstd', zstdDecompressSync],
  ] as const)('its frames compressed with %s', async (compression, unpack) => {
    const path = await write('plain.fa', DATA);
    const { texts } = await outcomeOf([path], { batchBytes: 50_000, sink: { ...TEXT_SINK, compression } });
    for (const kind of ['nucleotide', 'protein', 'chunks'] as const) {
      const bytes = Buffer.from(texts[`0 ${kind}`]!, 'latin1');
      expect(unpack(bytes).toString('latin1')).toBe(EXPECTED[kind]);
    }
  });

  test('bytes read grow to the bytes there are', async () => {
    const run = await openPoolRun([await write('plain.fa', DATA)], { batchBytes: 20_000 });
    let last = 0;
    for await (const item of run.items()) {
      if (item.item !== 'job') continue;
      expect(run.bytesRead).toBeGreaterThan(last);
      last = run.bytesRead;
    }
    expect(last).toBe(run.bytesTotal!);
    expect(last).toBe(DATA.length);
  });
});

describe('damage', () => {
  const fastq = bytesOf(
    Array.from({ length: 900 }, (_, i) => `@r${i}\n${'ACGTTGCA'.repeat(5)}\n+\n${'I'.repeat(40)}\n`).join(''),
  );
  const broken = (bytes: Uint8Array, share: number) => bytes.slice(0, Math.floor(bytes.length * share));
  function flipped(bytes: Uint8Array): Uint8Array {
    const copy = bytes.slice();
    copy[copy.length >> 1]! ^= 0xff;
    return copy;
  }
  const noise = fasta(300_000);
  const cases: readonly [string, Uint8Array][] = [
    ['plain.fq', broken(fastq, 0.7)],
    ['gzip.fq.gz', broken(gzip(fastq), 0.7)],
    ['bgzip.fa.gz', broken(bgzip(noise, 3000), 0.7)],
    ['zstd.fa.zst', broken(zstd(noise), 0.7)],
    ['flipped.fa.gz', flipped(gzip(noise))],
    ['flipped-bgzip.fa.gz', flipped(bgzip(noise, 3000))],
    ['flipped.fa.zst', flipped(zstd(noise))],
    ['stray.fq.gz', joined(gzip(fastq), bytesOf('something else'))],
    ['stray-bgzip.fa.gz', joined(bgzip(noise, 3000), bytesOf('something else'))],
    ['nothing-but-a-head.gz', gzip(fastq).slice(0, 30)],
  ];

  test.each(cases)(
    '%s is told the same way, however the file is divided, and the next input is read',
    async (name, bytes) => {
      const path = await write(`damaged-${name}`, bytes);
      const whole = await write('whole.fa', '>whole\nACGACG\n');
      const outcomes: Outcome[] = [];
      for (const options of MANNERS) outcomes.push(await outcomeOf([path, whole], options));
      const [first] = outcomes;
      expect(first!.error).toBeUndefined();
      expect(first!.problems.length).toBeGreaterThan(0);
      expect(first!.texts['1 chunks']).toBe('>whole_chunk_1\nACGACG\n');
      // What stands before the damage is there; a damaged zstd frame gives nothing.
      if (!['nothing-but-a-head.gz', 'flipped.fa.zst'].includes(name))
        expect(recordsOf(first!.inputs[0]!.counts)).toBeGreaterThan(100);
      for (const other of outcomes.slice(1)) {
        expect(other.problems).toEqual(first!.problems);
        expect(other.inputs).toEqual(first!.inputs);
        expect(Bun.hash(JSON.stringify(other.texts))).toBe(Bun.hash(JSON.stringify(first!.texts)));
      }
    },
  );
});

describe('numbers and lines are those of the whole', () => {
  test('a record without a name gets its number in the run, over files and jobs', async () => {
    const nameless = (count: number) =>
      Array.from({ length: count }, (_, i) => (i % 3 === 0 ? '>\nACG\n' : `>r${i}\nACG\n`));
    const paths = [
      await write('one.fa', nameless(40).join('')),
      await write('two.fa.gz', gzip(bytesOf(nameless(31).join('')))),
      await write('none.fa', ''),
      await write('three.fq', '@\nACG\n+\nIII\n@\nACG\n+\nII\n'),
    ];
    const expected = [
      ...Array.from({ length: 40 }, (_, i) => (i % 3 === 0 ? `unnamed_${i + 1}` : `r${i}`)),
      ...Array.from({ length: 31 }, (_, i) => (i % 3 === 0 ? `unnamed_${i + 41}` : `r${i}`)),
      'unnamed_72',
      'unnamed_73',
    ];
    for (const options of MANNERS) {
      const { texts, problems } = await outcomeOf(paths, { ...options, sink: { kind: 'survey' } });
      expect([0, 1, 3].flatMap((input) => idsIn(texts[`${input} ids`]))).toEqual(expected);
      expect(problems).toEqual([
        {
          ...{ item: 'problem', input: 3, record: 73, id: 'unnamed_73', line: 8 },
          sentence: 'the quality has 2 letters for 3 bases',
        },
      ]);
    }
  });

  test('oddities: the first strange record by its line in its file', async () => {
    const plain = '>a\nACGU\n'.repeat(30);
    const paths = [await write('u.fa', plain), await write('odd.fa', `${plain}>odd one\nA*C?\n>two\nX\n`)];
    for (const options of MANNERS) {
      expect((await outcomeOf(paths, options)).oddities).toEqual({
        ...{ uracilRecords: 60, strangeRecords: 2, strangeCharacters: 3 },
        firstStrange: { id: 'odd', file: paths[1]!, line: 61 },
      });
    }
  });

  test('counts: each record is of one kind', async () => {
    const path = await write('kinds.fa', '>open\nGCAGCA\n>empty\n>short\nACG\n>stop\nTAATTAATTAA\n>no codon\nNNNNNN\n');
    const { inputs } = await outcomeOf([path], { chunkSize: 3, minimumLength: 4, batchBytes: 10 });
    expect(inputs[0]!.counts).toEqual({
      ...{ translated: 2, no_orf: 1, empty: 1, too_short: 1, invalid: 0 },
      ...{ bases: 26, chunks: 2 + 4 + 2, frames: 4 + 6 },
    });
  });

  test('a mistake in a late job names the line in the file', async () => {
    const path = await write('name.fa', `${'>a\nACG\n'.repeat(100)}>${'x'.repeat(1_100_000)}\nACG\n`);
    for (const options of MANNERS.slice(0, 2)) {
      const run = await openPoolRun([path], options);
      const error = await Array.fromAsync(run.items()).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(UserError);
      expect((error as UserError).where).toEqual({ file: path, record: undefined, line: 201 });
      expect((error as UserError).sentence).toContain('more than 1 MiB');
    }
  });

  test('what is no sequence file ends the run as the user`s mistake', async () => {
    const path = await write('text.txt', 'Dear reader,\n>no\n');
    for (const options of MANNERS)
      expect((await outcomeOf([path], options)).error).toContain('line 1: this is not FASTA');
  });
});

describe('what is large', () => {
  test('two very long records beside short ones', async () => {
    const length = 17_000_000;
    const long = Buffer.from(fasta(length))
      .toString('latin1')
      .replaceAll(/[^ACGT]/g, 'A');
    const path = await write('long.fa', `>s\nACG\n>one\n${long}\n>t\nCCC\n>two\n${long.slice(1)}C\n>u\nGGG\n`);
    const expected = expectedChunks(
      [
        { id: 's', sequence: 'ACG' },
        { id: 'one', sequence: long },
        { id: 't', sequence: 'CCC' },
        { id: 'two', sequence: `${long.slice(1)}C` },
        { id: 'u', sequence: 'GGG' },
      ],
      5000,
    );
    const sink = { ...TEXT_SINK, streams: ['chunks'] } as const;
    for (const batchBytes of [1 << 20, 1 << 26]) {
      const { texts, error, inputs } = await outcomeOf([path], { workers: 3, batchBytes, chunkSize: 5000, sink });
      expect(error).toBeUndefined();
      expect(inputs[0]!.lines).toBe(10);
      expect(Bun.hash(texts['0 chunks']!)).toBe(Bun.hash(expected));
    }
  });

  test('a chunk whose frames are larger than the rings', async () => {
    const length = 9_000_000;
    const path = await write('chunk.fa', `>a\nACG\n>b\n${'GCA'.repeat(length / 3)}\n`);
    const { texts, error } = await outcomeOf([path], {
      workers: 1,
      chunkSize: length,
      sink: { ...TEXT_SINK, streams: ['protein'] },
    });
    expect(error).toBeUndefined();
    const lines = texts['0 protein']!.split('\n');
    const own = lines.slice(lines.indexOf('>b_chunk_1F1'));
    expect(own.map((line) => (line.startsWith('>') ? line : line.length))).toEqual([
      ...['>b_chunk_1F1', 3_000_000, '>b_chunk_1F2', 2_999_999, '>b_chunk_1F3', 2_999_999],
      ...['>b_chunk_1R1', 3_000_000, '>b_chunk_1R2', 2_999_999, '>b_chunk_1R3', 2_999_999],
      0,
    ]);
    expect(own[1]).toBe('A'.repeat(3_000_000));
    expect(own[7]).toBe('C'.repeat(3_000_000));
  });
});

describe('the end, whatever comes', () => {
  const large = gzip(fasta(20_000_000));

  test('a Worker that cannot begin', async () => {
    const plain = await write('plain.fa', DATA);
    const stream = await write('large.fa.gz', large);
    const tokenizer = join(folder, 'absent.json');
    for (const path of [plain, stream]) {
      const { error } = await outcomeOf([path], { sink: { kind: 'rows', tokenizer }, batchBytes: 1 << 20 });
      expect(error).toContain('absent.json');
      expect((await outcomeOf([path], { chunkSize: -1 })).error).toContain('a region of');
    }
  });

  test('a Worker that fails at its work tells why', async () => {
    for (const path of [await write('plain.fa', DATA), await write('large.fa.gz', large)]) {
      const run = await openPoolRun([path], { chunkSize: 0, batchBytes: 20_000 });
      const error = await Array.fromAsync(run.items()).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Error);
      expect(error).not.toBeInstanceOf(UserError);
      expect((error as Error).message).toContain('chunk size 0 is not a positive integer');
      // Where in the Worker it was.
      expect((error as Error).stack).toContain('chunk.ts');
    }
  });

  test('a Worker that is killed', async () => {
    for (const path of [await write('plain.fa', DATA), await write('large.fa.gz', large)]) {
      const run = await openPoolRun([path], { workers: 2, batchBytes: 5000 });
      let items = 0;
      const reading = (async () => {
        for await (const _ of run.items()) if (++items === 3) started.at(-1)!.worker.terminate();
      })();
      await expect(reading).rejects.toThrow();
    }
  });

  test('items left early, thrown out of, or never asked for: the Workers end', async () => {
    const path = await write('large.fa.gz', large);
    const left = await openPoolRun([path], { workers: 3, batchBytes: 5000, window: 1000 });
    for await (const _ of left.items()) break;
    const thrown = await openPoolRun([path], { workers: 3, batchBytes: 5000 });
    const reading = (async () => {
      for await (const _ of thrown.items()) throw new Error('the disk is full');
    })();
    await expect(reading).rejects.toThrow('the disk is full');
    const never = await openPoolRun([path]);
    never.close();
    never.close();
    expect(started).toHaveLength(3 + 3 + 2);
  });

  test('a run is read once', async () => {
    const run = await openPoolRun([await write('plain.fa', DATA)]);
    for await (const _ of run.items()) break;
    await expect(run.items().next()).rejects.toThrow('only once');
  });

  test('a file that goes away while it is waited for', async () => {
    const path = await write('gone.fa', DATA);
    const run = await openPoolRun([path]);
    rmSync(path);
    const error = await Array.fromAsync(run.items()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect((error as Error).message).toContain('gone.fa');
  });

  test('an input without a byte', async () => {
    const paths = [await write('empty.fa', ''), await write('empty.fa.gz', gzip(new Uint8Array(0)))];
    const { texts, problems, inputs, error } = await outcomeOf(paths);
    expect({ texts, problems, error }).toEqual({ texts: {}, problems: [], error: undefined });
    expect(inputs.map(({ counts, lines }) => recordsOf(counts) + lines)).toEqual([0, 0]);
  });
});

test('what stands behind damage is not read: that it is no sequence file stops no other input', async () => {
  const block = bgzipBlock(bytesOf('>a\nATGAAATTTGGG\n'));
  // It says that it holds nothing, and does not hold that either.
  block.fill(0, block.length - 4);
  block[20]! ^= 0x40;
  const damaged = await write('damaged.fa.gz', joined(block, gzip(bytesOf('this is no sequence file\n'))));
  const sound = await write('sound.fa', '>b\nATGAAATTTGGG\n');
  const inputs = [damaged, sound];
  for (const workers of [1, 2]) {
    const outcome = await outcomeOf(inputs, { workers, batchBytes: 1 });
    expect(outcome.error).toBeUndefined();
    expect(outcome.inputs.map(({ cut }) => cut)).toEqual([
      'the gzip data are damaged after 0 bytes (incorrect data check)',
      undefined,
    ]);
    expect(outcome.inputs[1]!.counts.translated).toBe(1);
  }
});
