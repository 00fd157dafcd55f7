/**
 * Reading and six-frame translation, whole processes: against other programs, against the disk, with more threads, from
 * gzip; and tokenising, apart.
 *
 *     bun bench/translate.ts [compare stages large scaling gzip tokens] [--python PATH] [--data DIR] …
 *
 * Drives dist/virnucpro (`npm run build` makes it). Without a part's name all of them run; `large` needs 25 GB of disk.
 * PATH is a Python with biopython and tokenizers; seqkit and transeq are taken from PATH; what is not here is left out
 * with a word. DIR keeps the data between runs and lies on the disk that is measured. Every part prints Markdown tables.
 */

import { existsSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { compare } from './translate/compare.ts';
import { BenchData, READ_LENGTH } from './translate/data.ts';
import { gzip } from './translate/gzip.ts';
import { large } from './translate/large.ts';
import { Translate } from './translate/ours.ts';
import { scaling } from './translate/scaling.ts';
import type { Settings } from './translate/settings.ts';
import { stages } from './translate/stages.ts';
import { tokens } from './translate/tokens.ts';

const PARTS: Readonly<Record<string, (settings: Settings) => Promise<void>>> = {
  compare,
  stages,
  large,
  scaling,
  gzip,
  tokens,
};
/** Records whose frames are counted by the plain translator before anything is measured. */
const SAMPLE_RECORDS = 1000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    binary: { type: 'string', default: join(import.meta.dir, '..', 'dist', 'virnucpro') },
    python: { type: 'string', default: 'python3' },
    data: { type: 'string', default: join(tmpdir(), 'virnucpro-bench-translate') },
    rounds: { type: 'string', default: '5' },
    /** Of our runs in compare and scaling: a second and more. */
    records: { type: 'string', default: '2000000' },
    'gzip-records': { type: 'string', default: '400000' },
    'large-records': { type: 'string', default: '22000000' },
    'large-rounds': { type: 'string', default: '1' },
    threads: { type: 'string', default: '1,2,4' },
    'large-threads': { type: 'string', default: String(cpus().length) },
    cache: { type: 'string', default: 'cold' },
    /** A core that every command of compare is bound to. */
    pin: { type: 'string' },
    date: { type: 'string', default: new Date().toISOString().slice(0, 10) },
    keep: { type: 'boolean', default: false },
  },
});

const parts = positionals.length > 0 ? positionals : Object.keys(PARTS);
for (const part of parts) {
  if (!Object.hasOwn(PARTS, part)) throw new Error(`no part ${part}: ${Object.keys(PARTS).join(', ')}`);
}
if (values.cache !== 'cold' && values.cache !== 'warm') throw new Error('--cache is cold or warm');
if (parts.some((part) => part !== 'tokens') && !existsSync(values.binary)) {
  throw new Error(`there is no ${values.binary}: run npm run build first`);
}

const folder = resolve(values.data);
const data = new BenchData(folder);
const settings: Settings = {
  data,
  folder,
  translate: new Translate(values.binary, READ_LENGTH),
  python: values.python,
  rounds: Number(values.rounds),
  records: Number(values.records),
  gzipRecords: Number(values['gzip-records']),
  largeRecords: Number(values['large-records']),
  largeRounds: Number(values['large-rounds']),
  largeThreads: Number(values['large-threads']),
  threads: values.threads.split(',').map(Number),
  cache: values.cache,
  pin: values.pin === undefined ? [] : ['taskset', '-c', values.pin],
  keep: values.keep,
};

console.log(
  `Machine: ${cpus().length} x ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB; ${values.date}.`,
);
console.log(`Command: \`bun bench/translate.ts ${process.argv.slice(2).join(' ')}\``);
const share = data.openShare(SAMPLE_RECORDS);
console.log(
  `Reads of ${READ_LENGTH} nt; ${(100 * share).toFixed(1)} % of the first ${SAMPLE_RECORDS} hold an open frame.`,
);
if (share < 0.55 || share > 0.65) throw new Error('the data are not what they should be');
for (const part of parts) {
  console.log(`\n### ${part}\n`);
  await PARTS[part]!(settings);
}
