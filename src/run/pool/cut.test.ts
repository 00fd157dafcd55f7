import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bgzip, bytesOf, fasta, gzip, joined, zstd } from '../../../test/helpers/containers.ts';
import { type InputFile, inspectInput } from '../../input/container.ts';
import { StreamHash } from '../../input/stream-hash.ts';
import { cutInput } from './cut.ts';
import type { Job, StreamEnd } from './job.ts';
import { sampleInput } from './sample.ts';

const folder = mkdtempSync(join(tmpdir(), 'virnucpro-cut-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface CutJob {
  readonly piece: Job['piece'];
  readonly format: string;
  bytesEnd: number;
  readonly data: Uint8Array[];
  end: StreamEnd | undefined;
  /** Of a stream. */
  textEnd: number | undefined;
}

let files = 0;

async function write(bytes: Uint8Array): Promise<InputFile> {
  const path = join(folder, `input-${files++}`);
  await Bun.write(path, bytes);
  return await inspectInput(path);
}

/** Every job with what follows it; checks that nothing stands outside of one. */
async function cut(file: InputFile, batchBytes: number, hash?: StreamHash) {
  const settings = { workers: 1, batchSize: 1, batchBytes, window: 1 };
  const jobs: CutJob[] = [];
  for await (const step of cutInput(file, settings, await sampleInput(file), hash)) {
    const last = jobs.at(-1);
    if (step.step === 'unmarked') continue;
    if (step.step === 'job') {
      if (last?.piece.kind === 'stream') expect(last.end).toBeDefined();
      jobs.push({
        piece: step.piece,
        format: step.format,
        bytesEnd: step.bytesEnd,
        data: [],
        end: undefined,
        textEnd: undefined,
      });
    } else {
      expect(last?.piece.kind).toBe('stream');
      expect(last!.end).toBeUndefined();
      if (step.step === 'data') last!.data.push(step.bytes.slice());
      else Object.assign(last!, { end: step.end, bytesEnd: step.bytesEnd, textEnd: step.textEnd });
    }
  }
  return { jobs };
}

/** Bytes of all jobs up to one, included. */
const lengthOf = (jobs: readonly CutJob[], last: number) =>
  jobs.slice(0, last + 1).reduce((sum, job) => sum + textOf(job).length, 0);

const textOf = ({ data }: CutJob) => Buffer.concat(data).toString('latin1');

describe('a plain file', () => {
  test('is cut into ranges that tile it', async () => {
    const file = await write(fasta(1000));
    const { jobs } = await cut(file, 300);
    expect(jobs.map(({ piece }) => piece)).toEqual([
      { kind: 'plain', from: 0, to: 300 },
      { kind: 'plain', from: 300, to: 600 },
      { kind: 'plain', from: 600, to: 900 },
      { kind: 'plain', from: 900, to: 1000 },
    ]);
    expect(jobs.map(({ bytesEnd }) => bytesEnd)).toEqual([300, 600, 900, 1000]);
    expect((await cut(file, 1000)).jobs).toHaveLength(1);
    expect((await cut(file, 1)).jobs).toHaveLength(1000);
    expect((await cut(await write(new Uint8Array(0)), 300)).jobs).toEqual([]);
  });

  test('has the format of its head', async () => {
    expect((await cut(await write(bytesOf('@a\nA\n+\nI\n')), 99)).jobs[0]!.format).toBe('fastq');
    expect((await cut(await write(bytesOf('>a\nA\n')), 99)).jobs[0]!.format).toBe('fasta');
  });
});

describe('a bgzip file', () => {
  test('is cut into runs of blocks that tile it', async () => {
    const bytes = bgzip(fasta(400_000), 4000);
    const { jobs } = await cut(await write(bytes), 1);
    expect(jobs.length).toBeGreaterThan(4);
    let at = 0;
    for (const { piece } of jobs) {
      if (piece.kind !== 'bgzip') throw new Error(piece.kind);
      expect(piece.run.start).toBe(at);
      at = piece.run.end;
    }
    // The empty block at the end holds no data.
    expect(at).toBeGreaterThan(bytes.length - 40);
    expect(jobs.at(-1)!.bytesEnd).toBe(at);
    expect((await cut(await write(bytes), 1 << 22)).jobs).toHaveLength(1);
  });

  test('goes on as a stream where blocks end, from the byte before', async () => {
    const data = fasta(64_000);
    const file = await write(joined(bgzip(data.subarray(0, 40_000), 8000), gzip(data.subarray(40_000))));
    const { jobs } = await cut(file, 10_000);
    const stream = jobs.filter(({ piece }) => piece.kind === 'stream');
    expect(stream.map(({ piece }) => piece)).toEqual([
      { kind: 'stream', start: 'anywhere', from: 39_999 },
      ...stream
        .slice(1)
        .map((_, i) => ({ kind: 'stream', start: 'record', from: 39_999 + lengthOf(stream, i) }) as const),
    ]);
    expect(stream.length).toBeGreaterThan(1);
    expect(stream.map(textOf).join('')).toBe(Buffer.from(data.subarray(39_999)).toString('latin1'));
    expect(jobs.at(-1)!.bytesEnd).toBe(file.size!);
  });
});

describe.each([
  ['gzip', gzip],
  ['zstd', zstd],
] as const)('a %s file', (container, pack) => {
  const FASTA = fasta(2_500_000);
  const FASTQ = bytesOf(Array.from({ length: 40_000 }, (_, i) => `@r${i}\nACGTACGTACGT\n+\n@IIIIIIIIIII\n`).join(''));

  test.each([
    ['fasta', FASTA, />/g],
    ['fastq', FASTQ, /@r/g],
  ] as const)('of %s is cut where records begin', async (format, data, header) => {
    const file = await write(pack(data));
    expect(file.container).toBe(container);
    const { jobs } = await cut(file, 100_000);
    expect(jobs.map(textOf).join('')).toBe(Buffer.from(data).toString('latin1'));
    expect(jobs.length).toBeGreaterThan(10);
    for (const [i, job] of jobs.entries()) {
      expect(job.format).toBe(format);
      const from = lengthOf(jobs, i - 1);
      expect(job.piece).toEqual({ kind: 'stream', start: i === 0 ? 'file' : 'record', from });
      expect(job.textEnd).toBe(from + textOf(job).length);
      expect(textOf(job).search(header)).toBe(0);
      expect(job.end).toEqual(i < jobs.length - 1 ? { partial: true } : {});
      // More only at the end of a block, where what follows is not known yet.
      expect(textOf(job).length).toBeLessThan(200_000);
      expect(job.bytesEnd).toBeGreaterThanOrEqual(jobs[i - 1]?.bytesEnd ?? 0);
    }
    expect(jobs.at(-1)!.bytesEnd).toBe(file.size!);
  });

  test('of small records can be cut into jobs of one each', async () => {
    for (const record of ['>r\nACGT\n', '@r\nACGT\n+\nIIII\n']) {
      const { jobs } = await cut(await write(pack(bytesOf(record.repeat(50)))), 1);
      expect(jobs.map(textOf)).toEqual(Array.from({ length: 50 }, () => record));
    }
  });

  test('of one long record is one job', async () => {
    const { jobs } = await cut(await write(pack(bytesOf(`>a\n${'ACGT\n'.repeat(700_000)}`))), 1000);
    expect(jobs).toHaveLength(1);
    expect(jobs[0]!.end).toEqual({});
    expect(textOf(jobs[0]!)).toHaveLength(3_500_003);
  });

  test('that breaks off says so in its last job', async () => {
    const whole = pack(FASTA);
    const file = await write(whole.subarray(0, whole.length - 1000));
    const { jobs } = await cut(file, 100_000);
    expect(jobs.slice(0, -1).every(({ end }) => end?.partial === true)).toBe(true);
    expect(jobs.at(-1)!.end!.cut).toContain('the file ends early');
    const text = jobs.map(textOf).join('');
    expect(text.length).toBeGreaterThan(1_000_000);
    expect(Buffer.from(FASTA).toString('latin1')).toStartWith(text);
  });

  test('that breaks off before its first byte is a job all the same', async () => {
    const { jobs } = await cut(await write(pack(FASTA).subarray(0, 12)), 1000);
    expect(jobs.map(({ piece, data }) => [piece, data])).toEqual([[{ kind: 'stream', start: 'file', from: 0 }, []]]);
    expect(jobs[0]!.end!.cut).toContain('the file ends early');
  });

  test('of nothing is no job', async () => {
    expect((await cut(await write(pack(new Uint8Array(0))), 1000)).jobs).toEqual([]);
  });

  test('through a pipe tells its format by its first bytes, and its hash', async () => {
    for (const [format, data] of [
      ['fasta', FASTA],
      ['fastq', FASTQ],
    ] as const) {
      const { name } = await write(pack(data));
      const pipe: InputFile = { name, size: undefined, container: 'stream' };
      const hash = new StreamHash(undefined);
      const { jobs } = await cut(pipe, 500_000, hash);
      expect(new Set(jobs.map((job) => job.format))).toEqual(new Set([format]));
      expect(jobs.map(textOf).join('')).toBe(Buffer.from(data).toString('latin1'));
      const sha256 = new Bun.CryptoHasher('sha256').update(pack(data)).digest('hex');
      expect(await hash.finish()).toEqual({ bytes: pack(data).length, sha256 });
      const text = new Bun.CryptoHasher('sha256').update(data).digest('hex');
      expect(await hash.prefix(data.length)).toBe(text);
    }
  });
});
