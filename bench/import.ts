/**
 * Import of a large checkpoint, by the executable: seconds without the golden numbers, against `cp` of the same file, both
 * from a cold cache; and the largest anonymous memory on the way.
 *
 *     bun bench/import.ts [--layers 30] [--data DIR] [--keep]
 *
 * Makes an ESM-2 of random weights with a width of 2048, 0.2 GB a layer (30 layers: 6 GB), as one safetensors file; needs
 * three times that on the disk of DIR.
 */

import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { settle } from './translate/page-cache.ts';

const WIDTH = 2048;
const HEADS = 32;
const FEED_FORWARD = 8192;
const POLL_MILLISECONDS = 20;

const { values } = parseArgs({
  options: {
    layers: { type: 'string', default: '30' },
    data: { type: 'string', default: join(tmpdir(), 'virnucpro-bench-import') },
    binary: { type: 'string', default: join(import.meta.dir, '..', 'dist', 'virnucpro') },
    keep: { type: 'boolean', default: false },
  },
});
const layers = Number(values.layers);
const folder = values.data;
const fixtures = join(import.meta.dir, '..', 'test', 'fixtures');
mkdirSync(folder, { recursive: true });
const checkpoint = join(folder, 'model.safetensors');
if (!existsSync(checkpoint)) writeCheckpoint(checkpoint);
const head = join(folder, 'head.safetensors');
writeHead(head);
await Bun.write(join(folder, 'config.json'), JSON.stringify(config()));
const bytes = statSync(checkpoint).size;
console.log(`${(bytes / 1e9).toFixed(2)} GB`);

settle(checkpoint, 'cold');
const copied = await timed(['cp', checkpoint, join(folder, 'copy')]);
rmSync(join(folder, 'copy'));
settle(checkpoint, 'cold');
const bundle = join(folder, 'bundle');
rmSync(bundle, { recursive: true, force: true });
const imported = await timed([
  ...[values.binary, 'models', 'import', '--protein', checkpoint],
  ...['--nucleotide', join(fixtures, 'dnaberts', 'hf_safetensors')],
  ...['--classifier', head, '--length', '500', '-o', bundle],
]);
const golden = imported.between('golden numbers', 'hashes');
console.log(`cp: ${copied.seconds.toFixed(1)} s`);
console.log(
  `import: ${imported.seconds.toFixed(1)} s, of it golden numbers ${golden.toFixed(1)} s; without them ` +
    `${(imported.seconds - golden).toFixed(1)} s, ${((imported.seconds - golden) / copied.seconds).toFixed(2)} of cp; ` +
    `largest RssAnon ${(imported.anonymous / 2 ** 20).toFixed(0)} MiB`,
);
rmSync(values.keep ? bundle : folder, { recursive: true });

interface Timed {
  readonly seconds: number;
  /** Largest RssAnon seen, bytes. */
  readonly anonymous: number;
  /** Seconds from the line that holds one text to the line that holds the other. */
  between(from: string, to: string): number;
}

async function timed(command: readonly string[]): Promise<Timed> {
  const began = performance.now();
  const child = Bun.spawn([...command], { stderr: 'pipe', stdout: 'ignore' });
  let anonymous = 0;
  const timer = setInterval(() => {
    anonymous = Math.max(anonymous, rssAnon(child.pid));
  }, POLL_MILLISECONDS);
  const lines: { at: number; text: string }[] = [];
  for await (const chunk of child.stderr.pipeThrough(new TextDecoderStream())) {
    for (const text of chunk.split('\n')) lines.push({ at: performance.now(), text });
  }
  const code = await child.exited;
  clearInterval(timer);
  if (code !== 0) throw new Error(`${command[0]} ended with ${code}: ${lines.map(({ text }) => text).join('\n')}`);
  const at = (text: string) => lines.find((line) => line.text.includes(text))?.at ?? Number.NaN;
  return {
    seconds: (performance.now() - began) / 1000,
    anonymous,
    between: (from, to) => (at(to) - at(from)) / 1000,
  };
}

function rssAnon(pid: number): number {
  try {
    const line = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
    return Number(line?.[1] ?? 0) * 1024;
  } catch {
    return 0; // it has ended
  }
}

function config(): object {
  return {
    ...{
      model_type: 'esm',
      position_embedding_type: 'rotary',
      token_dropout: true,
      vocab_size: 33,
      layer_norm_eps: 1e-5,
    },
    ...{ hidden_size: WIDTH, num_attention_heads: HEADS, num_hidden_layers: layers, intermediate_size: FEED_FORWARD },
  };
}

function shapes(): [name: string, shape: readonly number[]][] {
  const all: [string, readonly number[]][] = [['embeddings.word_embeddings.weight', [33, WIDTH]]];
  const linear = (name: string, output: number, input: number) => {
    all.push([`${name}.weight`, [output, input]], [`${name}.bias`, [output]]);
  };
  const norm = (name: string) => all.push([`${name}.weight`, [WIDTH]], [`${name}.bias`, [WIDTH]]);
  for (let i = 0; i < layers; i += 1) {
    const at = `encoder.layer.${i}`;
    norm(`${at}.attention.LayerNorm`);
    for (const part of ['query', 'key', 'value']) linear(`${at}.attention.self.${part}`, WIDTH, WIDTH);
    linear(`${at}.attention.output.dense`, WIDTH, WIDTH);
    norm(`${at}.LayerNorm`);
    linear(`${at}.intermediate.dense`, FEED_FORWARD, WIDTH);
    linear(`${at}.output.dense`, WIDTH, FEED_FORWARD);
  }
  norm('encoder.emb_layer_norm_after');
  return all;
}

/** Values between -0.02 and 0.02, the same 16 MiB again and again. */
function writeCheckpoint(path: string): void {
  writeSafetensors(path, shapes());
}

function writeHead(path: string): void {
  const [input, hidden] = [48 + WIDTH, 32];
  writeSafetensors(path, [
    ['hidden_layer.weight', [hidden, input]],
    ['hidden_layer.bias', [hidden]],
    ...['weight', 'bias', 'running_mean', 'running_var'].map((name): [string, number[]] => [`bn1.${name}`, [hidden]]),
    ['output_layer.weight', [2, hidden]],
    ['output_layer.bias', [2]],
  ]);
}

function writeSafetensors(path: string, tensors: readonly [name: string, shape: readonly number[]][]): void {
  const header: Record<string, object> = {};
  let end = 0;
  for (const [name, shape] of tensors) {
    const start = end;
    end += 4 * shape.reduce((product, size) => product * size, 1);
    header[name] = { dtype: 'F32', shape, data_offsets: [start, end] };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(new BigUint64Array([BigInt(text.length)]).buffer);
  const values = new Float32Array(4 << 20);
  let state = 1;
  for (let i = 0; i < values.length; i += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    // Above 0: a variance must not be negative.
    values[i] = state / 2 ** 32 / 50;
  }
  const block = new Uint8Array(values.buffer);
  const file = openSync(path, 'w');
  writeSync(file, length);
  writeSync(file, text);
  for (let left = end; left > 0; ) left -= writeSync(file, block, 0, Math.min(left, block.length));
  closeSync(file);
}
