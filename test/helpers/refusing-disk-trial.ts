/** Tries scenarios on a disk that refuses a call, and judges what came of it. */

import { expect } from 'bun:test';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { RESULT_FILE } from '../../src/output/paths.ts';
import { fixture } from './fixtures.ts';
import { expectRefusal } from './refusal.ts';
import { type DiskRefusal, type LoggedCall, type RefusedRun, runRefused } from './refusing-disk.ts';
import { type Content, contentOf } from './refusing-disk-content.ts';
import { type Beginning, importTo, predict, type Scenario } from './refusing-disk-scenarios.ts';
import { fastaOf, recordsOf } from './tables.ts';

/** Programs that run at a time. */
const SIDE_BY_SIDE = 2;
/** What a name has behind it until its content is whole; in the cache with the process. */
const TEMPORARY = /\.partial$|\.\d+\.[0-9a-f-]{36}$/;
/** A stop codon in each of the six frames. */
const STOPS = 'TAACTAACTAATTAGTTAGTTA';

/** A scenario undisturbed. */
export interface Golden {
  readonly before: Content;
  readonly after: Content;
  readonly calls: readonly LoggedCall[];
}

export interface Case {
  readonly scenario: Scenario;
  readonly refusal: DiskRefusal;
}

type Setting = Partial<Pick<Scenario, 'env' | 'begins' | 'watched'>>;

export class DiskTrial {
  readonly #box = mkdtempSync(join(tmpdir(), 'virnucpro-trial-'));
  readonly #goldens = new Map<Scenario, Golden>();
  #folders = 0;

  path(...parts: readonly string[]): string {
    return join(this.#box, ...parts);
  }

  remove(): void {
    rmSync(this.#box, { recursive: true, force: true });
  }

  /** Makes what the scenarios begin with, and runs each undisturbed. */
  async prepare(scenarios: readonly Scenario[]): Promise<void> {
    const known = recordsOf(readFileSync(fixture('sequences.fa'), 'utf8'));
    // Two windows, and a table that is written before the end.
    const short = Array.from({ length: 4100 }, (_, i): [string, string] => [`${i}_${'short'.repeat(20)}`, STOPS]);
    writeFileSync(this.path('in.fa'), fastaOf([...known.slice(0, 2), ...short, ...known.slice(2, 6)]));
    await this.succeed(importTo(this.#box), this.#box);
    const earlier = this.newFolder({}, 'earlier');
    await sideBySide(
      [
        () => this.#interrupt('interrupted'),
        () => this.#interrupt('interrupted-embeddings', '--save-embeddings'),
        () => this.succeed(predict(earlier, '--min-length', '600', '--save-embeddings'), earlier),
      ],
      (begin) => begin(),
    );
    await sideBySide(scenarios, async (scenario) => {
      const folder = this.newFolder(scenario);
      const before = contentOf(folder);
      const { calls } = await this.succeed(scenario.args(folder), folder, scenario);
      this.#goldens.set(scenario, { before, after: contentOf(folder), calls });
    });
  }

  golden(scenario: Scenario): Golden {
    const golden = this.#goldens.get(scenario);
    if (golden === undefined) throw new Error(`${scenario.name} was not run`);
    return golden;
  }

  /** The folder of a new case, with what it begins with. */
  newFolder({ begins }: Setting, name = `case-${this.#folders++}`): string {
    const folder = this.path(name);
    if (begins === undefined) mkdirSync(folder);
    else cpSync(this.path(begins), folder, { recursive: true });
    return folder;
  }

  /** @param watched whose calls are counted and refused; the folder's by default */
  run(
    args: readonly string[],
    folder: string,
    setting: Setting = {},
    refusal?: DiskRefusal,
    watched = join(folder, setting.watched ?? '.'),
  ): Promise<RefusedRun> {
    const env = {
      ...{ PATH: '/usr/bin:/bin', HOME: this.path('home'), TMPDIR: tmpdir(), LANG: 'C.UTF-8' },
      ...{ VIRNUCPRO_CACHE: this.path('cache'), VK_DRIVER_FILES: '/nonexistent', CUDA_VISIBLE_DEVICES: '-1' },
      ...setting.env?.(folder),
    };
    return runRefused(args, { cwd: this.#box, env, folders: [watched] }, refusal);
  }

  /** Judges all cases, and throws with all that went wrong. */
  async judgeAll(cases: readonly Case[]): Promise<void> {
    const wrong: string[] = [];
    await sideBySide(cases, async (one) => {
      try {
        await this.#judge(one);
      } catch (error) {
        wrong.push(`${one.scenario.name}: ${JSON.stringify(one.refusal)}: ${String(error)}`);
      }
    });
    expect(wrong).toEqual([]);
  }

  async succeed(args: readonly string[], folder: string, setting: Setting = {}): Promise<RefusedRun> {
    const done = await this.run(args, folder, setting);
    if (done.outcome.code !== 0) throw new Error(`${args.join(' ')}: ${done.outcome.stderr}`);
    return done;
  }

  /** Ends a run by a table, so that its journal knows the first window whole and rows of the second, and tears that. */
  async #interrupt(name: Beginning, ...more: string[]): Promise<void> {
    const folder = this.newFolder({}, name);
    const args = predict(folder, ...more);
    const refusal = { call: 'write', nth: 1, name: RESULT_FILE.chunks, code: 'EIO', lasting: false } as const;
    const { outcome } = await this.run(args, folder, {}, refusal);
    expectRefusal(outcome, [RESULT_FILE.chunks, 'EIO'], 1);
    const journal = join(folder, 'out', 'journal');
    expect(readdirSync(journal)).toContain('window-2.vnj');
    for (const file of readdirSync(journal)) appendFileSync(join(journal, file), 'a torn tail');
  }

  async #judge({ scenario, refusal }: Case): Promise<void> {
    const { before, after } = this.golden(scenario);
    const folder = this.newFolder(scenario);
    const { outcome, calls } = await this.run(scenario.args(folder), folder, scenario, refusal);
    const refused = calls.filter((call) => call.refused);
    const all = contentOf(folder);
    const left = new Map([...all].filter(([path]) => !isJournal(path)));
    if (outcome.code === 0) {
      // When all has its scores, the journal is not needed any longer.
      const needed = refused.filter(({ path }) => !isJournal(relative(folder, path)));
      if (!mayBeHarmless(refusal)) expect(needed).toEqual([]);
      for (const [path, told] of after) expect([path, left.get(path)]).toEqual([path, told]);
      if (refusal.call !== 'unlink') expect([...all.keys()]).toEqual([...after.keys()]);
    } else {
      expectRefusal(outcome, [refusal.code], 1);
      // What is refused first is not always told first.
      const names = refused.flatMap((call) => namesOf(call, folder));
      expect(names.filter((name) => outcome.stderr.includes(name))).not.toEqual([]);
      expectWhole(left, before, after, scenario.seal);
    }
    if (outcome.code !== 0 || scenario.isOnce !== true) {
      await this.succeed(scenario.again(folder), folder, scenario);
      const last = new Map(contentOf(folder));
      // A lock that could not be removed is stale: it is in nobody's way.
      for (const { path } of refused.filter(({ call }) => call === 'unlink')) {
        if (!after.has(relative(folder, path))) last.delete(relative(folder, path));
      }
      expect(last).toEqual(new Map(after));
    }
    rmSync(folder, { recursive: true });
    if (refused.length > 0) return;
    // Runs do not write and sync equally often: then it is the last call that there was.
    const reached = calls.filter(({ call }) => call === refusal.call).length;
    expect(reached).toBeGreaterThan(0);
    await this.#judge({ scenario, refusal: { ...refusal, nth: reached } });
  }
}

/** Does something with each, some at a time, and ends when all have ended. */
async function sideBySide<T>(all: readonly T[], work: (one: T) => Promise<unknown>): Promise<void> {
  const rest = [...all];
  const one = async (): Promise<void> => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) await work(next);
  };
  const ended = await Promise.allSettled(Array.from({ length: SIDE_BY_SIDE }, one));
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
}

/** A disk that cannot sync says so and is not waited for; what cannot be removed costs space. */
function mayBeHarmless({ call, code }: DiskRefusal): boolean {
  return call === 'unlink' || code === 'EINVAL';
}

function isJournal(path: string): boolean {
  return path.startsWith(join('out', 'journal'));
}

/** What a call was about, as a person would call it. */
function namesOf({ path }: LoggedCall, folder: string): string[] {
  const name = path.replace(TEMPORARY, '');
  // Instead of hidden names and those in the cache a person hears of the folder.
  return [name, ...['bundle', 'models', 'cache'].map((target) => join(folder, target))];
}

/** Every file is that of before or that of after, and where the seal is there, so are all of its run. */
function expectWhole(left: Content, before: Content, after: Content, seal: string | undefined): void {
  for (const [path, told] of left) {
    expect([path, [before.get(path), after.get(path)]]).toEqual([path, expect.arrayContaining([told])]);
  }
  const sealed = seal === undefined ? undefined : left.get(seal);
  if (seal === undefined || sealed === undefined) return;
  const whole = sealed === after.get(seal) ? after : before;
  for (const [path, told] of whole) if (!isJournal(path)) expect([path, left.get(path)]).toEqual([path, told]);
}
