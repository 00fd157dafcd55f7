/** `--progress json` and `--progress-file` through the executable: every line has the documented form, and tells the run. */

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { Box } from '../helpers/binary.ts';
import { fixture } from '../helpers/fixtures.ts';

const DOCS = join(import.meta.dir, '..', '..', 'docs');
const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(join(DOCS, 'progress.schema.json'), 'utf8')),
);

type Line = Readonly<Record<string, unknown>> & { readonly event: string; readonly time: string };

const box = new Box();

beforeAll(() => {
  box.write('one.fa', '>a\nATGAAATTTGGG\n');
  box.write('reads.fa', readFileSync(fixture('sequences.fa')));
});
afterAll(() => box.remove());

/** Every line, each of the documented form, in the order of their times. */
function eventsOf(text: string): Line[] {
  expect(text).toEndWith('\n');
  const lines = text
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  for (const line of lines) expect(validate(line) ? [] : [line, validate.errors]).toEqual([]);
  const times = lines.map(({ time }) => time);
  expect(times).toEqual([...times].sort());
  return lines;
}

const namesOf = (events: readonly Line[]) => [...new Set(events.map(({ event }) => event))].sort();
const sum = (events: readonly Line[], name: string, key: string) =>
  events.filter(({ event }) => event === name).reduce((total, event) => total + Number(event[key]), 0);

describe('--progress json', () => {
  test('predict: what is planned is computed, and what is computed is counted', async () => {
    const { stderr, stdout } = await box.ok(['predict', 'reads.fa', '-o', 'json', '--progress', 'json']);
    expect(stdout).toBe('');
    const events = eventsOf(stderr);
    expect(events[0]!.event).toBe('started');
    expect(events.at(-1)!.event).toBe('finished');
    expect(namesOf(events)).toEqual(expect.arrayContaining(['batch', 'device', 'plan', 'progress', 'stage', 'window']));
    expect(sum(events, 'batch', 'tokens')).toBe(
      sum(events, 'window', 'nucleotide_tokens') + sum(events, 'window', 'protein_tokens'),
    );
    expect(events.filter(({ event }) => event === 'batch')).toHaveLength(sum(events, 'window', 'batches'));
    const { counts } = JSON.parse(box.text('json', 'summary.json'));
    const last = events.filter(({ event }) => event === 'progress').at(-1)!;
    expect([last['records'], last['viral'], last['bytes']]).toEqual([
      counts.records,
      counts.viral,
      readFileSync(fixture('sequences.fa')).length,
    ]);
    expect(events.at(-1)!['counts']).toEqual(counts);
  });

  test.each([
    ['a dry run', ['predict', 'reads.fa', '--dry-run'], 'estimate'],
    ['translate', ['translate', 'reads.fa', '-o', 'frames', '--length', '500'], 'finished'],
    ['validate', ['validate', 'one.fa'], 'progress'],
  ])('%s', async (_, args, last) => {
    const { stderr } = await box.ok([...args, '--progress', 'json']);
    const events = eventsOf(stderr);
    expect(events[0]!.event).toBe('started');
    expect(namesOf(events)).toContain(last);
  });

  test('records that cannot be read', async () => {
    box.write('bad.fq', '@a\nATG\n+\nIII\n@b\nATG\n+\nI\n@c\nATG\n+\nIII\n');
    const { stderr, code } = await box.run(['predict', 'bad.fq', '-o', 'bad', '--progress', 'json']);
    expect(code).toBe(3);
    const failed = eventsOf(stderr).filter(({ event }) => event === 'record_failed');
    expect(failed).toEqual([expect.objectContaining({ file: 'bad.fq', record: 'b' })]);
  });

  test('an error is the last event, and nothing else is written', async () => {
    const { stderr, code } = await box.run(['predict', 'nothing.fa', '-o', 'nothing', '--progress', 'json']);
    const last = eventsOf(stderr).at(-1)!;
    expect([last.event, last['exit_code']]).toEqual(['failed', code]);
    expect(last['message']).toContain('nothing.fa');
  });

  test('so is the signal that stops it', async () => {
    const child = Bun.spawn([box.binary, 'predict', '-', '-o', 'stopped', '--progress', 'json'], {
      ...{ cwd: box.folder, env: box.env, stdin: 'pipe', stdout: 'ignore', stderr: 'pipe' },
    });
    const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    // Its input never ends, so it cannot be done before.
    child.stdin.write('>a\nATG\n');
    await child.stdin.flush();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      text += part.value;
      if (text.includes('"stage":"predict"') && child.exitCode === null && !text.includes('interrupted'))
        child.kill('SIGINT');
    }
    const last = eventsOf(text).at(-1)!;
    expect([last.event, last['signal'], last['exit_code']]).toEqual(['interrupted', 'SIGINT', await child.exited]);
  });
});

test('--progress-file holds the same beside lines for people', async () => {
  const args = ['predict', 'reads.fa', '-o', 'file', '--progress', 'plain', '--progress-file', 'events.ndjson'];
  const { stderr } = await box.ok(args);
  expect(stderr).toContain('[success] done in');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  expect(stderr).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/);
  const events = eventsOf(box.text('events.ndjson'));
  expect([events[0]!.event, events.at(-1)!.event]).toEqual(['started', 'finished']);
});

describe('the examples of docs/progress.md', () => {
  const page = readFileSync(join(DOCS, 'progress.md'), 'utf8');
  const example = (language: string) => new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(page)![1]!;
  const run = async (command: string[]) => {
    const child = Bun.spawn(command, {
      cwd: box.folder,
      env: { ...box.env, PATH: `${box.folder}:${process.env['PATH']}` },
      ...{ stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' },
    });
    const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
    expect([await child.exited, stderr.includes('rror')]).toEqual([0, false]);
    return stdout;
  };

  test.skipIf(Bun.which('jq') === null)('jq', async () => {
    const stdout = await run(['sh', '-ec', example('sh')]);
    const { devices } = JSON.parse(box.text('results', 'summary.json'));
    const [device] = devices;
    expect(stdout).toBe(`cpu\t${device.batches}\t${device.tokens.nucleotide + device.tokens.protein}\n`);
  });

  test.skipIf(Bun.which('python3') === null)('Python', async () => {
    const stdout = await run(['python3', '-c', example('python')]);
    const { counts } = JSON.parse(box.text('results-2', 'summary.json'));
    expect(stdout).toMatch(new RegExp(`100%, ${counts.viral} viral\\n${counts.records} records in [\\d.]+ s\\n$`));
  });
});
