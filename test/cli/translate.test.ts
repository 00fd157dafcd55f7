/** `translate` as a process: what its options do, that none of the settings changes a byte, and that nothing half done stays. */

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { Box } from '../helpers/binary.ts';
import { bgzip, gzip, zstd } from '../helpers/containers.ts';
import { fixture } from '../helpers/fixtures.ts';
import { expectRefusal } from '../helpers/refusal.ts';
import { recordsOf } from '../helpers/tables.ts';
import { framesOf } from '../specimens/frames.ts';

const box = new Box();
const sequences = readFileSync(fixture('sequences.fa'), 'utf8');
const NUCLEOTIDE = 'x_identified_nucleotide.fa';
const PROTEIN = 'x_identified_protein.faa';
const CHUNKS = 'x_chunked500.fa';
/** Of 50,000 reads: more than any pipe or ring holds. */
const MANY = 50_000;

beforeAll(async () => {
  box.write('x.fa', sequences);
  box.write('one.fa', '>a\nATGAAATTTGGG\n');
  box.write('broken.fq', '@a\nACGT\n+\nIIII\n@b\nACGT\n+\nII\n@c\nACGT\n+\nIIII\n');
  const read = 'GCAGGTCCAGCTGACGTTGCA'.repeat(12);
  box.write('many.fa', Array.from({ length: MANY }, (_, i) => `>r${i}\n${read}\n`).join(''));
  await box.ok(['translate', 'x.fa', '-o', 'plain', '--chunks']);
}, 30_000);
afterAll(() => box.remove());

const files = (folder: string, ...names: string[]) => names.map((name) => box.text(folder, name));
const ALL = [NUCLEOTIDE, PROTEIN, CHUNKS];
/** What may be left of a run is nothing. */
const leftovers = (folder: string) => box.list(folder);

describe('the files', () => {
  test.each(['test_fixed_500bp', 'test_sequences_small', 'test_with_orfs'])(
    'are those of the original tool: %s',
    async (name) => {
      const input = fixture('reference', `${name}.fa`);
      await box.ok(['translate', input, '-o', `reference_${name}`, '--chunks', '-q']);
      const made = [`${name}_chunked500.fa`, `${name}_identified_nucleotide.fa`, `${name}_identified_protein.faa`];
      expect(box.list(`reference_${name}`)).toEqual(made);
      for (const file of made) {
        expect(box.text(`reference_${name}`, file)).toBe(readFileSync(fixture('reference', file), 'utf8'));
      }
    },
  );

  test('hold all chunks and frames of the golden sequences, at both lengths', async () => {
    for (const length of [300, 500]) {
      await box.ok(['translate', 'x.fa', '-o', `golden${length}`, '--chunks', '--length', String(length)]);
      for (const [file, golden] of [
        [NUCLEOTIDE, 'nucleotide.fa'],
        [PROTEIN, 'protein.faa'],
        [`x_chunked${length}.fa`, 'chunks.fa'],
      ] as const) {
        expect(box.text(`golden${length}`, file)).toBe(readFileSync(fixture(`expected_${length}`, golden), 'utf8'));
      }
    }
  });

  test('--frames all writes frames with stops too, under names of their own', async () => {
    await box.ok(['translate', 'x.fa', '-o', 'all', '--frames', 'all']);
    const texts = recordsOf(sequences).map(([header, letters]) =>
      framesOf(header.split(/\s/)[0]!, letters.replaceAll('U', 'T').replaceAll('u', 't'), 500, true),
    );
    expect(box.list('all')).toEqual(['x_all_frames_nucleotide.fa', 'x_all_frames_protein.faa']);
    expect(box.text('all', 'x_all_frames_nucleotide.fa')).toBe(texts.map(({ nucleotide }) => nucleotide).join(''));
    expect(box.text('all', 'x_all_frames_protein.faa')).toBe(texts.map(({ protein }) => protein).join(''));
  });

  test('without --chunks there are two, in STEM_frames of the current folder', async () => {
    box.write('here/.keep', '');
    await box.ok(['translate', '../x.fa'], { cwd: 'here' });
    expect(box.list('here', 'x_frames')).toEqual([NUCLEOTIDE, PROTEIN]);
    expect(files('here/x_frames', NUCLEOTIDE, PROTEIN)).toEqual(files('plain', NUCLEOTIDE, PROTEIN));
  });

  test('one pair for each input, in one run; a stem is the name less its endings', async () => {
    for (const name of ['a.fasta', 'b.fq.gz', 'c.fna.bgz', 'd.fastq.zst', 'e.gz', 'f.txt', 'g.fa.fa']) {
      box.write(`several/${name}`, name.includes('q') ? '@r\nATGAAATTTGGG\n+\nIIIIIIIIIIII\n' : '>r\nATGAAATTTGGG\n');
    }
    const names = box.list('several').map((name) => `several/${name}`);
    await box.ok(['translate', ...names, '-', '-o', 'pairs'], { stdin: '>r\nATGAAATTTGGG\n' });
    const stems = ['a', 'b', 'c', 'd', 'e', 'f.txt', 'g.fa', 'stdin'];
    expect(box.list('pairs')).toEqual(
      stems.flatMap((stem) => [`${stem}_identified_nucleotide.fa`, `${stem}_identified_protein.faa`]).sort(),
    );
    const { protein } = framesOf('r', 'ATGAAATTTGGG', 500);
    for (const stem of stems) expect(box.text('pairs', `${stem}_identified_protein.faa`)).toBe(protein);
  });

  test('records without a name are numbered over the whole run', async () => {
    box.write('nameless1.fa', '>\nATGAAATTTGGG\n>b\nACGT\n');
    box.write('nameless2.fa', '>\nATGAAATTTGGG\n');
    await box.ok(['translate', 'nameless1.fa', 'nameless2.fa', '-o', 'nameless', '--batch-size', '1', '-t', '3']);
    expect(box.text('nameless', 'nameless1_identified_protein.faa')).toContain('>unnamed_1_chunk_1F1\n');
    expect(box.text('nameless', 'nameless2_identified_protein.faa')).toContain('>unnamed_3_chunk_1F1\n');
  });
});

describe('the same bytes', () => {
  test.each([
    '--threads 1',
    '--threads 3',
    '--batch-size 1 --threads 3',
    '--batch-size 2 --threads 2',
    '--batch-size 1000000',
  ])('%s', async (settings) => {
    const folder = `settings ${settings}`;
    await box.ok(['translate', 'x.fa', '-o', folder, '--chunks', ...settings.split(' ')]);
    expect(files(folder, ...ALL)).toEqual(files('plain', ...ALL));
  });

  test.each([
    ['gzip', gzip],
    ['bgzip', (data: Uint8Array) => bgzip(data, 700)],
    ['zstd', zstd],
  ])('of %s input, from a file and from a pipe', async (kind, compress) => {
    const bytes = compress(new Uint8Array(Buffer.from(sequences)));
    box.write(`${kind}/x.fa`, bytes);
    await box.ok(['translate', `${kind}/x.fa`, '-o', `of ${kind}`, '--chunks', '--batch-size', '1', '-t', '2']);
    expect(files(`of ${kind}`, ...ALL)).toEqual(files('plain', ...ALL));
    await box.ok(['translate', '-', '-o', `piped ${kind}`, '--chunks', '--batch-size', '1'], { stdin: bytes });
    expect(box.text(`piped ${kind}`, 'stdin_identified_protein.faa')).toBe(box.text('plain', PROTEIN));
  });

  test.each([
    ['gzip', '.gz', gunzipSync],
    ['zstd', '.zst', zstdDecompressSync],
  ] as const)('--compress %s', async (kind, ending, decompress) => {
    const args = ['translate', 'x.fa', '--compress', kind, '--chunks'];
    for (const [folder, settings] of [
      [`${kind} 1`, []],
      [`${kind} 2`, ['--batch-size', '1', '-t', '3']],
    ] as const) {
      await box.ok([...args, '-o', folder, ...settings]);
      expect(box.list(folder)).toEqual(ALL.map((name) => name + ending).sort());
      for (const name of ALL) {
        expect(decompress(box.bytes(folder, name + ending)).toString()).toBe(box.text('plain', name));
      }
    }
    box.write('nothing.fa', '');
    await box.ok(['translate', 'nothing.fa', '-o', `${kind} 0`, '--compress', kind]);
    for (const name of box.list(`${kind} 0`)) expect(decompress(box.bytes(`${kind} 0`, name)).length).toBe(0);
  });
});

describe('--stdout', () => {
  test('writes what the file would hold, and nothing else', async () => {
    for (const [kind, name] of [
      ['protein', PROTEIN],
      ['nucleotide', NUCLEOTIDE],
    ] as const) {
      const { stdout } = await box.ok(['translate', 'x.fa', '--stdout', kind, '--batch-size', '1']);
      expect(stdout).toBe(box.text('plain', name));
    }
    expect(box.exists('x_frames')).toBe(false);
  });

  test('takes two inputs of one stem: nothing is written to files', async () => {
    const { stdout } = await box.ok(['translate', 'one.fa', './one.fa', '--stdout', 'protein']);
    expect(stdout).toBe(framesOf('a', 'ATGAAATTTGGG', 500).protein.repeat(2));
  });

  test('a reader that has enough ends the run quietly', async () => {
    const script = `${box.binary} translate many.fa --stdout protein -q | head -1; echo "\${PIPESTATUS[0]}"`;
    const child = Bun.spawn(['bash', '-c', script], { cwd: box.folder, env: box.env, stdout: 'pipe', stderr: 'pipe' });
    const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
    await child.exited;
    expect([stdout, stderr]).toEqual(['>r0_chunk_1F1\n0\n', '']);
  }, 20_000);

  test('--compress goes with it', async () => {
    const child = box.start(['translate', 'x.fa', '--stdout', 'protein', '--compress', 'gzip', '-q']);
    const bytes = new Uint8Array(await new Response(child.stdout).arrayBuffer());
    expect(await child.exited).toBe(0);
    expect(gunzipSync(bytes).toString()).toBe(box.text('plain', PROTEIN));
  });
});

describe('what cannot be read', () => {
  test('is left out and told; the exit code is 3', async () => {
    const outcome = await box.run(['translate', 'broken.fq', '-o', 'partial']);
    expect(outcome.code).toBe(3);
    expect(outcome.stderr).toContain('broken.fq, record b, line 8: the quality has 2 letters for 4 bases.');
    expect(outcome.stderr).toContain('3 records: 2 with open frames, 1 invalid');
    const [a, c] = ['a', 'c'].map((id) => framesOf(id, 'ACGT', 500).protein);
    expect(box.text('partial', 'broken_identified_protein.faa')).toBe(a! + c!);
  });

  test('--strict stops there and leaves nothing', async () => {
    const outcome = await box.run(['translate', 'broken.fq', '-o', 'strict', '--strict']);
    expectRefusal(outcome, ['broken.fq, record b, line 8: the quality has 2 letters for 4 bases', '--strict']);
    expect(leftovers('strict')).toEqual([]);
    const whole = box.write('cut.fa.gz', gzip(new Uint8Array(Buffer.from(sequences))).subarray(0, -20));
    expectRefusal(await box.run(['translate', whole, '-o', 'strict', '--strict']), ['cut.fa.gz']);
    expect(leftovers('strict')).toEqual([]);
    await box.ok(['translate', 'x.fa', '-o', 'strict', '--strict']);
    expect(files('strict', PROTEIN)).toEqual(files('plain', PROTEIN));
  });

  test('thousands of problems are told by twenty, and all with --verbose', async () => {
    box.write('awful.fq', '@a\nACGT\n+\nII\n'.repeat(500));
    const few = await box.run(['translate', 'awful.fq', '-o', 'awful']);
    expect(few.code).toBe(3);
    expect(few.stderr.split('\n').filter((line) => line.includes('for 4 bases'))).toHaveLength(20);
    expect(few.stderr).toContain('480 more problems of this kind');
    const all = await box.run(['translate', 'awful.fq', '-o', 'awful', '--force', '--verbose']);
    const told = all.stderr.split('\n').flatMap((line) => /line ([\d,]+): /.exec(line)?.[1] ?? []);
    expect(told.map((line) => Number(line.replace(',', '')))).toEqual(Array.from({ length: 500 }, (_, i) => 4 * i + 4));
  });
});

describe('what is there already', () => {
  test('is kept without --force and replaced with it', async () => {
    await box.ok(['translate', 'one.fa', '-o', 'kept']);
    box.write('kept/mine.txt', 'a file of the user');
    box.write('other/one.fa', '>b\nACGT\n');
    const before = box.list('kept').map((name) => box.text('kept', name));
    expectRefusal(await box.run(['translate', 'other/one.fa', '-o', 'kept']), ['kept', 'one_identified', '--force']);
    expect(box.list('kept').map((name) => box.text('kept', name))).toEqual(before);
    // Files of other names are in nobody's way.
    await box.ok(['translate', 'x.fa', '-o', 'kept']);
    await box.ok(['translate', 'other/one.fa', '-o', 'kept', '--force']);
    expect(box.text('kept', 'one_identified_protein.faa')).toBe(framesOf('b', 'ACGT', 500).protein);
    expect(box.text('kept', 'mine.txt')).toBe('a file of the user');
  });

  test('a run with --force that fails changes nothing', async () => {
    await box.ok(['translate', 'one.fa', '-o', 'unchanged']);
    const before = box.list('unchanged').map((name) => [name, box.text('unchanged', name)]);
    box.write('bad/one.fa', 'no sequence file\n');
    expectRefusal(await box.run(['translate', 'bad/one.fa', '-o', 'unchanged', '--force']), ['line 1']);
    expect(box.list('unchanged').map((name) => [name, box.text('unchanged', name)])).toEqual(before);
  });

  test('a file that fails behind good ones takes all with it', async () => {
    box.write('bad.fa', 'no sequence file\n');
    expectRefusal(await box.run(['translate', 'x.fa', 'bad.fa', '-o', 'none']), ['bad.fa', 'line 1']);
    expect(leftovers('none')).toEqual([]);
  });
});

describe('stopped', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    '%s leaves nothing',
    async (signal, code) => {
      const folder = `stopped${code}`;
      // Its input never ends, so that it is still at work.
      const child = Bun.spawn([box.binary, 'translate', '-', '-o', folder], {
        cwd: box.folder,
        env: box.env,
        stdin: 'pipe',
        stderr: 'pipe',
      });
      child.stdin.write('>a\nATGAAATTTGGG\n>b\nACGT\n');
      await child.stdin.flush();
      const reader = child.stderr.getReader();
      let told = '';
      while (!told.includes('chunks of')) {
        const { value, done } = await reader.read();
        if (done) throw new Error(`the run ended: ${told}`);
        told += new TextDecoder().decode(value);
      }
      expect(box.list(folder).some((name) => name.endsWith('.partial'))).toBe(true);
      child.kill(signal);
      expect([await child.exited, child.signalCode]).toEqual([code, null]);
      expect(leftovers(folder)).toEqual([]);
    },
    20_000,
  );
});

describe('mistakes', () => {
  const cases: [string, string[], string[]][] = [
    ['equal stems', ['x.fa', 'several/../x.fa'], ['x.fa', 'several/../x.fa', 'same files']],
    ['equal stems of other endings', ['one.fa', 'other/one.fa'], ['one.fa', 'other/one.fa', 'same files']],
    ['standard input twice', ['-', '-'], ['-']],
    ['frames of no kind', ['x.fa', '--frames', 'closed'], ['--frames', 'closed', 'open or all']],
    ['a compression of no kind', ['x.fa', '--compress', 'bzip2'], ['--compress', 'bzip2', 'gzip or zstd']],
    ['a stream of no kind', ['x.fa', '--stdout', 'chunks'], ['--stdout', 'protein or nucleotide']],
    ['--stdout and a folder', ['x.fa', '--stdout', 'protein', '-o', 'm'], ['--output', '--stdout']],
    ['--stdout and --chunks', ['x.fa', '--stdout', 'protein', '--chunks'], ['--chunks', '--stdout']],
    ['a batch of nothing', ['x.fa', '--batch-size', '0'], ['--batch-size', 'at least 1']],
    ['no thread', ['x.fa', '--threads', '0'], ['--threads', 'at least 1']],
    ['a chunk of nothing', ['x.fa', '--length', '0'], ['--length', 'at least 1']],
    ['no input', [], ['No input']],
    ['an output that is a file', ['x.fa', '-o', 'one.fa'], ['one.fa', '--output']],
  ];
  test.each(cases)('%s', async (_, args, says) => {
    expectRefusal(await box.run(['translate', ...args]), says);
    expect([box.exists('x_frames'), box.exists('one_frames'), box.exists('m')]).toEqual([false, false, false]);
  });
});

test('-v tells the settings; -q nothing but errors', async () => {
  const { stderr, stdout } = await box.ok(['translate', 'x.fa', '-o', 'v', '-v', '--batch-size', '7', '-t', '2']);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/\d sequence Workers?, batches of 7 records, at most [\d,]+ under way/);
  expect((await box.ok(['translate', 'x.fa', '-o', 'q', '-q'])).stderr).toBe('');
});
