import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RecordRun, readRecords } from './records.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'virnucpro-records-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await Bun.write(path, content);
  return path;
}

async function names(run: RecordRun): Promise<string[]> {
  const all: string[] = [];
  for await (const record of readRecords(run))
    all.push(`${record.number} ${record.id} ${record.length} ${record.line}`);
  return all;
}

describe('RecordRun', () => {
  test('several inputs are one run', async () => {
    const first = '>a\nACGT\n>\nAC'; // without a last line end
    const last = '\n>\nACG\n>a\n';
    const paths = [await file('1.fa', first), await file('2.fa', ''), await file('3.fa', last)];
    const run = new RecordRun(paths);
    expect(await names(run)).toEqual(['1 a 4 1', '2 unnamed_2 2 3', '3 unnamed_3 3 2', '4 a 0 4']);
    const sha256 = (text: string) => new Bun.CryptoHasher('sha256').update(text).digest('hex');
    expect(run.reports).toEqual([
      { path: paths[0]!, bytes: first.length, sha256: sha256(first), records: 2 },
      { path: paths[1]!, bytes: 0, sha256: sha256(''), records: 0 },
      { path: paths[2]!, bytes: last.length, sha256: sha256(last), records: 2 },
    ]);
    await expect(names(run)).rejects.toThrow('only once');
  });

  test('all inputs are looked for before the first is read', async () => {
    const run = new RecordRun([await file('there.fa', '>a\nACGT\n'), join(folder, 'absent.fa')]);
    let batches = 0;
    const reading = (async () => {
      for await (const _ of run.batches()) batches++;
    })();
    await expect(reading).rejects.toThrow('absent.fa: there is no such file');
    expect(batches).toBe(0);
  });

  test('an error names the input it is in', async () => {
    const bad = await file('bad.fa', '\nnot fasta\n');
    await expect(names(new RecordRun([await file('good.fa', '>a\nA\n'), bad]))).rejects.toThrow(`${bad}, line 2`);
  });

  test('standard input is named once', () => {
    expect(() => new RecordRun(['-', 'a.fa', '-'])).toThrow('standard input was named twice');
  });
});
