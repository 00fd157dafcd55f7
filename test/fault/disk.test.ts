/**
 * The whole program on a disk that refuses a call: opening, writing, syncing, cutting, renaming, removing, making a
 * folder. Whatever is refused, a person hears one sentence that names the place, no result is there by half, nothing
 * temporary stays, and the command that is typed next ends in the same bytes as a run that nobody disturbed.
 *
 * A few calls are drawn by VIRNUCPRO_SEED. With VIRNUCPRO_FAULTS=all every one is refused in turn: 20 minutes, and
 * `bun test` needs a --timeout of some more.
 */

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DISK_CALLS,
  type DiskCall,
  type DiskRefusal,
  WATCHED_PROMISED,
  WATCHED_SYNCHRONOUS,
} from '../helpers/refusing-disk.ts';
import { contentOf } from '../helpers/refusing-disk-content.ts';
import { PREDICT, predict, REFUSALS, SCENARIOS, type Scenario } from '../helpers/refusing-disk-scenarios.ts';
import { type Case, DiskTrial } from '../helpers/refusing-disk-trial.ts';

const ALL = process.env['VIRNUCPRO_FAULTS'] === 'all';
const SEED = Number(process.env['VIRNUCPRO_SEED'] ?? 1);

/** Functions of `node:fs` that change nothing, and types. */
const READING = [
  ...['access', 'accessSync', 'constants', 'existsSync', 'fstatSync', 'lstat', 'lstatSync', 'readdir', 'readdirSync'],
  ...['readFile', 'readFileSync', 'readlinkSync', 'readSync', 'realpathSync', 'stat', 'statfsSync', 'statSync'],
  ...['FileHandle'],
];

const trial = new DiskTrial();
beforeAll(() => trial.prepare(SCENARIOS));
afterAll(() => trial.remove());

let state = SEED;
/** Uniform in [0, 1), from the seed. */
function random(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}

/** Every call of a kind, refused in one way; in which one goes round, and with the seed. */
function casesOf(scenario: Scenario, call: DiskCall): Case[] {
  const ways = REFUSALS[call];
  return trial
    .golden(scenario)
    .calls.filter((logged) => logged.call === call)
    .map((_, i) => ({ scenario, refusal: { call, nth: i + 1, ...ways[(i + SEED) % ways.length]! } }));
}

/** Some of them, from as many kinds as there are. */
function draw(scenario: Scenario): Case[] {
  const kinds = DISK_CALLS.map((call) => ({ order: random(), cases: casesOf(scenario, call) }))
    .filter(({ cases }) => cases.length > 0)
    .sort((one, other) => one.order - other.order);
  return Array.from({ length: scenario.drawn }, (_, i) => {
    const { cases } = kinds[i % kinds.length]!;
    return cases[Math.floor(cases.length * random())]!;
  });
}

test('everything that the program changes a disk with is watched', () => {
  const source = join(import.meta.dir, '..', '..', 'src');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /(?<!\.test)\.ts$/.test(name),
  );
  const texts = files.map((name) => readFileSync(join(source, name), 'utf8'));
  const used = texts.flatMap((text) =>
    [...text.matchAll(/import (?:type )?\{([^}]*)\} from 'node:fs(?:\/promises)?'/g)].flatMap(([, names]) =>
      names!.split(',').map((name) => name.replace('type ', '').trim()),
    ),
  );
  expect(used.length).toBeGreaterThan(100);
  const known = new Set<string>([...WATCHED_SYNCHRONOUS, ...WATCHED_PROMISED, ...READING, '']);
  expect([...new Set(used)].filter((name) => !known.has(name))).toEqual([]);
  // Other ways to the disk, and other ways to `node:fs`.
  const others = /Bun\.write\(|\.writer\(|createWriteStream|\* as \w+ from 'node:fs|import\('node:fs|from 'fs'/;
  expect(files.filter((_, i) => others.test(texts[i]!))).toEqual([]);
});

test('a file of events on a disk that is full is told once, and the run goes on', async () => {
  const folder = trial.newFolder({});
  const events = trial.path('events.ndjson');
  const refusal: DiskRefusal = { call: 'write', nth: 3, code: 'ENOSPC', lasting: true };
  const args = [...predict(folder), '--progress-file', events];
  const { outcome, calls } = await trial.run(args, folder, {}, refusal, events);
  expect([outcome.code, calls.filter(({ refused }) => refused).length]).toEqual([0, 1]);
  expect(outcome.stderr.split(`${events}: no more events are written to it: ENOSPC`)).toHaveLength(2);
  expect(contentOf(folder)).toEqual(trial.golden(PREDICT).after);
});

describe(ALL ? 'every call is refused' : `calls are refused, seed ${SEED}`, () => {
  for (const scenario of SCENARIOS) {
    if (!ALL) {
      test(`${scenario.name}: ${scenario.drawn} calls`, () => trial.judgeAll(draw(scenario)));
      continue;
    }
    for (const call of DISK_CALLS) {
      test(`${scenario.name}: ${call}`, () => trial.judgeAll(casesOf(scenario, call)));
    }
  }
});
