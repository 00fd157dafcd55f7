/**
 * A run whose process is ended by native code: a segmentation fault or an abort in the middle of a batch. The parent that
 * a person sees starts another one, which goes on from the journal; what it cannot go on with it tells, with the command.
 */

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { Box } from '../helpers/binary.ts';
import { fixture } from '../helpers/fixtures.ts';
import { TABLES } from '../helpers/tables.ts';
import { eventsOf } from '../helpers/told-events.ts';

const FASTA = readFileSync(fixture('sequences.fa'));

const box = new Box();
afterAll(() => box.remove());
let model: string;

const predict = (folder: string, ...more: string[]) => [
  ...['predict', 'x.fa', '--model', model, '-o', folder, '--threads', '2'],
  ...more,
];
const tablesOf = (folder: string) => TABLES.map((name) => box.text(folder, name));
const crashesOf = (folder: string) => JSON.parse(box.text(folder, 'summary.json')).crashes;
const fault = (text: string) => ({ env: { VIRNUCPRO_FAULT: text } });

beforeAll(async () => {
  box.write('x.fa', FASTA);
  model = await box.bundle('bundle', 500);
  await box.ok(predict('whole'));
});

describe.each(['segfault', 'abort'])('%s on the CPU', (kind) => {
  const folder = `cpu-${kind}`;
  const signal = kind === 'abort' ? 'SIGABRT' : 'SIGSEGV';

  test('is forgiven once; the second one stops, and the run can be gone on with', async () => {
    const { code, stderr, stdout } = await box.run(predict(folder), fault(`cpu ${kind} 2`));
    expect([code, stdout]).toEqual([70, '']);
    expect(stderr).toContain(`The program crashed (${signal}); it goes on from the journal.`);
    expect(stderr).toContain(
      `The program crashed again, and there is no device left that could be left out (${signal})`,
    );
    expect(stderr).toContain(`virnucpro ${predict(folder).join(' ')} --resume\n`);
    // What the runtime says of its own death is for a report, and not for a person.
    expect(stderr).not.toContain('panic');
    const log = box.text(folder, 'crash.log');
    expect(log.match(new RegExp(`: ${signal}, no device$`, 'gm'))).toHaveLength(2);
    // Of two lanes that crash at once, one may cut the other short.
    expect(log).toContain('panic');
    await box.ok(predict(folder, '--resume'));
    expect(tablesOf(folder)).toEqual(tablesOf('whole'));
    expect(crashesOf(folder)).toEqual([{ signal, device: null, at: expect.any(String) }]);
  });
});

test('the same for programs: what each process tells, one after the other', async () => {
  const args = predict('told', '--progress', 'json', '--progress-file', 'events.ndjson');
  const { code, stderr } = await box.run(args, fault('cpu segfault 1'));
  expect(code).toBe(70);
  const events = eventsOf(stderr);
  const names = events.map(({ event }) => event).filter((name) => /^(started|restarted|failed)$/.test(name));
  expect(names).toEqual(['started', 'restarted', 'started', 'failed']);
  expect(events.find(({ event }) => event === 'restarted')).toMatchObject({ signal: 'SIGSEGV', from: 'journal' });
  expect(eventsOf(box.text('events.ndjson')).map(({ event }) => event)).toEqual(events.map(({ event }) => event));
});

test('--force does not throw away what the first process has computed', async () => {
  await box.ok(predict('forced'));
  const { code } = await box.run(predict('forced', '--force'), fault('cpu segfault 2'));
  expect(code).toBe(70);
  expect(box.exists('forced', 'journal', 'run.vnj')).toBe(true);
});

test('an input that is a pipe cannot be read again', async () => {
  const args = ['predict', '-', '--model', model, '-o', 'piped'];
  const { code, stderr } = await box.run(args, { ...fault('cpu segfault 1'), stdin: FASTA });
  expect(code).toBe(70);
  expect(stderr).toContain('its input came through a pipe that cannot be read again');
  expect(stderr).toContain('virnucpro predict - ');
  await box.ok([...args, '--resume'], { stdin: FASTA });
  expect(box.text('piped', 'sequences.tsv')).toBe(box.text('whole', 'sequences.tsv'));
});

/** The process that computes for this one. */
function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
}

/** Starts a run and calls `action` when it tells the first batch. */
async function atFirstBatch(args: readonly string[], action: (pid: number) => void) {
  const child = box.start([...args, '--progress', 'json']);
  let text = '';
  let isDone = false;
  for await (const piece of child.stderr.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (isDone || !text.includes('"event":"batch"')) continue;
    isDone = true;
    action(child.pid);
  }
  return { code: await child.exited, events: eventsOf(text) };
}

describe.skipIf(process.platform !== 'linux')('killed', () => {
  test('when all was done but the lock given back: the next one takes it away', async () => {
    await box.ok(predict('done'));
    box.write('done/.virnucpro.lock', `${Bun.spawnSync(['true']).pid} ${hostname()}\n`);
    await box.ok(predict('done', '--resume'));
    expect(box.exists('done', '.virnucpro.lock')).toBe(false);
  });

  test('the process that computes: told, with the command that goes on', async () => {
    const { code, events } = await atFirstBatch(predict('memory'), (pid) => process.kill(childOf(pid), 'SIGKILL'));
    expect(code).toBe(137);
    const last = events.at(-1);
    expect(last).toMatchObject({ event: 'failed', exit_code: 137 });
    expect(last?.['message']).toContain('SIGKILL, as the system does it when memory runs out');
    expect(last?.['message']).toContain('--resume');
    await box.ok(predict('memory', '--resume'));
    expect(tablesOf('memory')).toEqual(tablesOf('whole'));
  });

  test('the process that a person sees: the other one goes with it, and the next run waits for that', async () => {
    await atFirstBatch(predict('parent'), (pid) => process.kill(pid, 'SIGKILL'));
    await box.ok(predict('parent', '--resume'));
    expect(tablesOf('parent')).toEqual(tablesOf('whole'));
  });

  test('interrupted by a terminal, which tells both: one signal', async () => {
    const { code, events } = await atFirstBatch(predict('both'), (pid) => {
      process.kill(childOf(pid), 'SIGINT');
      process.kill(pid, 'SIGINT');
    });
    expect(code).toBe(130);
    expect(events.at(-1)).toMatchObject({ event: 'interrupted', exit_code: 130 });
  });
});

test.skipIf(process.platform !== 'linux')('stopped before the process that computes can answer', async () => {
  const child = box.start(predict('early', '--progress', 'json'));
  // As soon as there is one, which is before it has read its command line.
  let computing = 0;
  while (computing === 0) computing = childOf(child.pid);
  process.kill(computing, 'SIGTERM');
  const [text, code] = await Promise.all([new Response(child.stderr).text(), child.exited]);
  expect(code).toBe(143);
  expect(eventsOf(text).at(-1)).toMatchObject({ event: 'interrupted', signal: 'SIGTERM', exit_code: 143 });
});

test('VIRNUCPRO_SUPERVISE=off: one process, which is gone when it crashes', async () => {
  const { code, stderr } = await box.run(predict('alone'), {
    env: { VIRNUCPRO_SUPERVISE: 'off', VIRNUCPRO_FAULT: 'cpu segfault 1' },
  });
  expect(code).toBeGreaterThan(128);
  expect(stderr).toContain('panic');
});

test('a descriptor on the command line is handed on', async () => {
  const binary = box.binary;
  const line = `exec "${binary}" predict <(cat x.fa) --model bundle -o handed --threads 2 --progress-file /dev/fd/7 7>told.ndjson`;
  const shell = Bun.spawn(['bash', '-c', line], { cwd: box.folder, env: box.env, stderr: 'pipe', stdout: 'pipe' });
  expect([await new Response(shell.stderr).text(), await shell.exited][1]).toBe(0);
  expect(box.text('handed', 'sequences.tsv')).toBe(box.text('whole', 'sequences.tsv'));
  expect(eventsOf(box.text('told.ndjson')).at(-1)?.event).toBe('finished');
});
