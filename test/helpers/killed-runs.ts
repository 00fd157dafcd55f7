/** The runs that are killed and the undisturbed ones that they are compared with: commands, inputs, results. */

import { expect } from 'bun:test';
import { readFileSync } from 'node:fs';
import { Box, type RunOptions } from './binary.ts';
import { longRecords, READ_BATCH_TOKENS, readRecords } from './killed-input.ts';
import { deathOf, type Kind, type Round } from './killed-plan.ts';
import { rememberProofs } from './killed-proofs.ts';
import { endedBy } from './killed-run.ts';
import { softwareGpu } from './software-gpu.ts';
import { fastaOf, rowsOf, TABLES } from './tables.ts';

const EMBEDDINGS = /\.npy$/;
const SUMMARY = 'summary.json';
const GPUS = ['webgpu:0', 'webgpu:1'];
const HEAD = 500;
/** Of the fixtures' records: two seconds of two idle cores. The journal comes to the disk once a second. */
const REPEATS = 24;

/** What became of a round. */
export interface RoundReport {
  /** Kill -9 that a run did not outrun. */
  readonly kills: number;
  /** Other signals, likewise. */
  readonly stops: number;
  /** Of both, those that left a journal with results of a model in it. */
  readonly hits: number;
  /** Records that the last run took from the journal. */
  readonly resumed: number;
}

/** Files of the result folder without the summary: name and content. */
type Reference = ReadonlyMap<string, Buffer>;

type Device = Kind['device'];

export class KilledRuns {
  readonly box = new Box();
  #model = '';
  readonly #references = new Map<Device, Reference>();
  /** Of the latest whole run. */
  readonly #milliseconds: Record<Device, number> = { cpu: 0, gpus: 0 };

  /** Imports the bundle and writes the inputs. */
  async prepare(): Promise<void> {
    const { box } = this;
    this.#model = await box.bundle('bundle', HEAD);
    for (const [device, records] of [
      ['cpu', longRecords(REPEATS)],
      ['gpus', readRecords()],
    ] as const) {
      const text = fastaOf(records);
      box.write(`${device}.fa`, text);
      box.write(`${device}.fa.gz`, Bun.gzipSync(text));
    }
  }

  /** Begins a round, ends it as is planned, and lets it go on to its end, which is compared with an undisturbed run's. */
  async run(round: Round): Promise<RoundReport> {
    const { box } = this;
    const { kind, deaths } = round;
    const reference = await this.#reference(kind.device);
    const folder = `round${round.number}`;
    const { args, options } = this.#command(kind, folder);
    const runs: { readonly signal: string; readonly told: Awaited<ReturnType<typeof endedBy>>['told'] }[] = [];
    for (const [i, planned] of deaths.entries()) {
      const began = performance.now();
      const death = deathOf(planned, this.#milliseconds[kind.device]);
      const ended = await endedBy(box.start(args, options), box.binary, death);
      if (ended.code !== 0) runs.push({ signal: ended.code === 137 ? 'SIGKILL' : death.signal, told: ended.told });
      // From its beginning to its end: the machine is less busy than it was.
      else if (i === 0) this.#milliseconds[kind.device] = performance.now() - began;
    }
    await box.ok(args, options);
    this.#compare(folder, kind, reference);

    let checkpoint = 0;
    let isUnsure = false;
    let hasRows = false;
    let hits = 0;
    for (const { told } of runs) {
      const run = await told;
      checkpoint = Math.max(checkpoint, run.checkpoint);
      hasRows ||= run.hasRows;
      if (hasRows) hits += 1;
      isUnsure ||= run.wrote;
    }
    const resumed = this.#resumed(folder);
    // Where results had their names already, they count what their own run had taken from the journal.
    if (!isUnsure) expect(resumed).toBeGreaterThanOrEqual(checkpoint);
    const kills = runs.filter(({ signal }) => signal === 'SIGKILL').length;
    return { kills, stops: runs.length - kills, hits, resumed };
  }

  /** The undisturbed run, with embeddings: its tables are those of a run without. Made when it is first asked for. */
  async #reference(device: Device): Promise<Reference> {
    const known = this.#references.get(device);
    if (known !== undefined) return known;
    const { box } = this;
    const kind: Kind = { name: 'undisturbed', device, input: 'file', saveEmbeddings: true, signals: [] };
    const folder = `undisturbed-${device}`;
    const { args, options } = this.#command(kind, folder);
    if (device === 'gpus') await this.#proveGpus(options);
    const began = performance.now();
    const { stderr } = await box.ok(args, options);
    this.#milliseconds[device] = performance.now() - began;
    expect(stderr).not.toContain('"proving"');
    const files = new Map(this.#files(folder).map((name) => [name, readFileSync(box.path(folder, name))]));
    expect([...files.keys()].filter((name) => !EMBEDDINGS.test(name))).toEqual(TABLES.toSorted());
    expect(files.size).toBeGreaterThan(TABLES.length);
    const input = box.text(`${device}.fa`);
    const ids = [...input.matchAll(/^>(\S+)/gm)].map(([, id]) => id);
    const rows = rowsOf(box.text(folder, 'sequences.tsv')).slice(1);
    expect(rows.map(([id]) => id)).toEqual(ids);
    this.#references.set(device, files);
    return files;
  }

  /** The same files with the same bytes, and nothing else: no journal, no lock, nothing half written. */
  #compare(folder: string, { saveEmbeddings }: Kind, reference: Reference): void {
    const expected = [...reference].filter(([name]) => saveEmbeddings || !EMBEDDINGS.test(name));
    expect(this.#files(folder)).toEqual(expected.map(([name]) => name));
    for (const [name, bytes] of expected) {
      const same = readFileSync(this.box.path(folder, name)).equals(bytes);
      expect({ name, same }).toEqual({ name, same: true });
    }
  }

  /** Paths below the folder, without the summary, which must be there. */
  #files(folder: string): string[] {
    const names = this.box.list(folder);
    expect(names).toContain(SUMMARY);
    return names.filter((name) => name !== SUMMARY);
  }

  #resumed(folder: string): number {
    return JSON.parse(this.box.text(folder, SUMMARY)).counts.resumed;
  }

  #command({ device, input, saveEmbeddings }: Kind, folder: string) {
    const file = `${device}.fa${input === 'gzip' ? '.gz' : ''}`;
    const args = [
      ...['predict', input === 'pipe' ? '-' : file, '-o', folder, '--resume', '--model', this.#model],
      ...['--threads', '2', '--progress', 'json'],
      ...(saveEmbeddings ? ['--save-embeddings'] : []),
      ...(device === 'gpus'
        ? ['--device', GPUS.join(','), '--batch-tokens', String(READ_BATCH_TOKENS)]
        : ['--device', 'cpu']),
    ];
    const options: RunOptions = {
      ...(device === 'gpus' ? { env: softwareGpu()?.environment(2) ?? {} } : {}),
      // A pipe, and not what stands for one where the input is at hand as a whole.
      ...(input === 'pipe' ? { under: ['/bin/bash', '-c', 'exec "$@" < <(exec cat "$0")', file] } : {}),
    };
    return { args, options };
  }

  async #proveGpus({ env }: RunOptions): Promise<void> {
    const { box } = this;
    box.write('one.fa', '>one\nACGTACGT\n');
    await box.ok(['predict', 'one.fa', '-o', 'one', '--model', this.#model]);
    const bundleSha256: unknown = JSON.parse(box.text('one', SUMMARY)).model.sha256;
    const known = Object.fromEntries(Object.entries(env ?? {}).flatMap(([k, v]) => (v === undefined ? [] : [[k, v]])));
    await rememberProofs(box, known, { ids: GPUS, bundleSha256: String(bundleSha256), head: HEAD });
  }
}
