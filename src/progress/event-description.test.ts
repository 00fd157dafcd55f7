import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import type { Event } from '../events/event.ts';
import { type EventName, eventSchema } from './event-description.ts';
import { EVENTS } from './event-fields.ts';
import { progressMarkdown } from './event-page.ts';
import { ndjsonRenderer } from './ndjson.ts';

const DOCS = join(import.meta.dir, '..', '..', 'docs');
const SCHEMA = join(DOCS, 'progress.schema.json');
const PAGE = join(DOCS, 'progress.md');

if (process.env['UPDATE_DOCS'] === '1') {
  await Bun.write(SCHEMA, JSON.stringify(eventSchema(EVENTS), null, 2));
  const biome = join(import.meta.dir, '..', '..', 'node_modules', '.bin', 'biome');
  if (!Bun.spawnSync([biome, 'format', '--write', SCHEMA]).success) throw new Error('the schema was not formatted');
  await Bun.write(PAGE, progressMarkdown(EVENTS));
}

const schema = JSON.parse(await Bun.file(SCHEMA).text()) as {
  oneOf: { properties: Record<string, { const?: unknown }>; required: string[] }[];
};
const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema);

/** Keys that may be undefined, left out: what an event has in any case. */
type Least<T> = Pick<T, { [K in keyof T]-?: undefined extends T[K] ? never : K }[keyof T]>;
type Of<K> = Extract<Event, { event: K }>;

/** Each event with every field, and which of them it has in any case; the compiler says when one is forgotten. */
const FULL: { readonly [K in EventName]: Required<Of<K>> } = {
  started: {
    ...{ event: 'started', version: '1.2.3', inputs: ['a.fa'], output: 'out', model: 'm', length: 500 },
    ...{ threads: 4, workers: 2, batch_size: 4096, window: 8 },
  },
  plan: {
    event: 'plan',
    devices: [{ device: 'cpu', nucleotide_share: 0.25, protein_share: 1 }],
    bytes_total: 1000,
  },
  stage: { event: 'stage', stage: 'predict', note: 'reading' },
  device: {
    ...{
      event: 'device',
      device: 'cuda:0',
      backend: 'cuda',
      name: 'RTX',
      threads: 1,
      driver: '580',
      pci: '0000:01:00.0',
    },
    ...{ memory_total: 8e9, state: 'lost', reason: 'no answer' },
  },
  window: {
    ...{ event: 'window', window: 1, batches: 2, records: 3, chunks: 4, frames: 5 },
    ...{ nucleotide_tokens: 600, protein_tokens: 700, bytes: 800 },
  },
  batch: {
    ...{ event: 'batch', device: 'cpu', window: 1, batch: 1, encoder: 'protein', rows: 8, tokens: 1344 },
    ...{ seconds: 0.25, status: 'complete', memory: 1e9 },
  },
  progress: {
    ...{ event: 'progress', records: 1, chunks: 1, frames: 6, viral: 0, bytes: 500, bytes_total: 1000 },
    seconds: 1.5,
  },
  record_failed: { event: 'record_failed', file: '-', record: 'r1', line: 1, message: 'its sequence is missing' },
  warning: { event: 'warning', message: 'w' },
  download: { event: 'download', bytes: 1, bytes_total: 2, bytes_per_second: 3.5, seconds_left: 0.5, seconds: 1 },
  estimate: {
    ...{ event: 'estimate', records: 1, chunks: 1, frames: 1, nucleotide_tokens: 100, protein_tokens: 168 },
    ...{ nucleotide_rate: 1e4, protein_rate: 1e3, seconds: 0.2 },
  },
  finished: {
    ...{
      event: 'finished',
      counts: { records: 1, viral: 0 },
      seconds: 2,
      folder: 'out',
      written: ['a.tsv'],
      note: 'n',
    },
    devices: [{ device: 'cpu', batches: 1, tokens: 2, busy_seconds: 0.5, idle_share: 0.1, failures: 0 }],
    imbalance: 1.01,
  },
  restarted: { event: 'restarted', signal: 'SIGSEGV', device: 'cuda:0', from: 'journal' },
  checkpoint: { event: 'checkpoint', records: 4, windows: 1, chunks: 9 },
  failed: { event: 'failed', message: 'no space left', exit_code: 1 },
  interrupted: { event: 'interrupted', signal: 'SIGINT', resume: 'virnucpro predict a.fa --resume', exit_code: 130 },
};
const ALWAYS: { readonly [K in EventName]: Readonly<Record<keyof Least<Of<K>>, true>> } = {
  started: { event: true, version: true, inputs: true, output: true, workers: true, batch_size: true, window: true },
  plan: { event: true, devices: true },
  stage: { event: true, stage: true, note: true },
  device: { event: true, device: true, backend: true, name: true, state: true },
  window: {
    ...{ event: true, window: true, batches: true, records: true, chunks: true, frames: true },
    ...{ nucleotide_tokens: true, protein_tokens: true, bytes: true },
  },
  batch: {
    ...{ event: true, device: true, window: true, batch: true, encoder: true, rows: true, tokens: true },
    ...{ seconds: true, status: true },
  },
  progress: { event: true, records: true, chunks: true, frames: true, bytes: true, seconds: true },
  record_failed: { event: true, file: true, message: true },
  warning: { event: true, message: true },
  download: { event: true, bytes: true, seconds: true },
  estimate: {
    ...{ event: true, records: true, chunks: true, frames: true, nucleotide_tokens: true, protein_tokens: true },
    ...{ nucleotide_rate: true, protein_rate: true, seconds: true },
  },
  finished: { event: true, counts: true, seconds: true, folder: true, written: true },
  restarted: { event: true, signal: true, from: true },
  checkpoint: { event: true, records: true, windows: true, chunks: true },
  failed: { event: true, message: true, exit_code: true },
  interrupted: { event: true, signal: true, resume: true, exit_code: true },
};
const SAMPLES: readonly Event[] = Object.values(FULL);

/** As a program reads it. */
function lineOf(event: Event): Record<string, unknown> {
  let text = '';
  ndjsonRenderer((line) => {
    text += line;
  }).emit(event);
  return JSON.parse(text);
}

function branch(name: string) {
  const found = schema.oneOf.filter(({ properties }) => properties['event']?.const === name);
  expect(found).toHaveLength(1);
  return found[0]!;
}

describe('docs/progress.schema.json', () => {
  test('and the page are those of the events (UPDATE_DOCS=1 writes them again)', async () => {
    expect(await Bun.file(SCHEMA).json()).toEqual(JSON.parse(JSON.stringify(eventSchema(EVENTS))));
    expect(await Bun.file(PAGE).text()).toBe(progressMarkdown(EVENTS));
  });

  test('has a branch for each event, and no other', () => {
    const names = schema.oneOf.map(({ properties }) => String(properties['event']?.const));
    expect(names.sort()).toEqual(Object.keys(FULL).sort());
  });

  test.each(SAMPLES)(
    '$event: the fields are those of the type, and only those that may be undefined can be missing',
    (event) => {
      const { properties, required } = branch(event.event);
      expect(Object.keys(properties).sort()).toEqual(['v', 'time', ...Object.keys(event)].sort());
      expect([...required].sort()).toEqual(['v', 'time', ...Object.keys(ALWAYS[event.event])].sort());
    },
  );

  test.each(SAMPLES)(
    '$event: takes it whole and with the least, and refuses more, less and another version',
    (event) => {
      const line = lineOf(event);
      expect(validate(line) ? [] : validate.errors).toEqual([]);
      const always = ['v', 'time', ...Object.keys(ALWAYS[event.event])];
      const least = Object.fromEntries(Object.entries(line).filter(([key]) => always.includes(key)));
      expect(validate(least) ? [] : validate.errors).toEqual([]);
      expect(validate({ ...line, more: 1 })).toBe(false);
      expect(validate({ ...line, v: 2 })).toBe(false);
      expect(validate({ ...line, time: 'noon' })).toBe(false);
      for (const missing of always) {
        expect(validate(Object.fromEntries(Object.entries(line).filter(([key]) => key !== missing)))).toBe(false);
      }
      // Of the wrong type, whatever it is.
      for (const key of Object.keys(line)) expect(validate({ ...line, [key]: false })).toBe(false);
    },
  );

  test('takes null where a number could not be said', () => {
    const nobody = { device: 'cpu', nucleotide_share: Number.NaN, protein_share: 0 };
    expect(validate(lineOf({ event: 'plan', devices: [nobody], bytes_total: undefined }))).toBe(true);
    expect(validate(lineOf({ ...FULL.estimate, nucleotide_rate: Number.POSITIVE_INFINITY }))).toBe(true);
    expect(validate(lineOf({ ...FULL.progress, records: Number.NaN }))).toBe(false);
  });

  test('refuses what is in no list of words', () => {
    expect(validate({ ...lineOf(FULL.device), state: 'asleep' })).toBe(false);
    expect(validate({ ...lineOf(FULL.batch), encoder: 'codon' })).toBe(false);
    expect(validate({ ...lineOf(FULL.stage), stage: 'lunch' })).toBe(false);
  });
});
