/**
 * Both encoders in their published sizes on a GPU: CUDA, WebGPU and PyTorch side by side, in one run, on equal batches.
 *
 *     npm run build
 *     bun bench/gpu.ts [--devices cuda:0,webgpu:0] [--python PATH] [--torch-device cuda:0]
 *                      [--encoders protein,nucleotide] [--batch-tokens 4096,8192,16384,32768] [--lengths 102,168]
 *                      [--rounds 5] [--seconds 1] [--matrix 8192] [--data DIR] [--keep]
 *                      [--layers N] [--width N] [--precision fp16|fp32] [--threads N]
 *
 * Prints Markdown: the machine, then tokens/s as medians over the rounds with the share of the card's own matrix products.
 * Name devices of one card. PATH is a Python with torch; what is missing is left out and named. Weights are random; they
 * take 6 GB in DIR, and each contestant holds them (fp32: up to 12 GB) on the card at the same time: on a small card name
 * fewer devices and encoders, or `--layers 6`, whose share of the peak is the same. A trial without a card:
 *
 *     bun bench/gpu.ts --devices cpu --layers 1 --width 64 --batch-tokens 512 --rounds 2 --matrix 512
 */

import { mkdirSync, rmSync } from 'node:fs';
import { cpus, release, tmpdir, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Arithmetic, ModelFiles } from '../src/device/backend.ts';
import type { EncoderName } from '../src/model/bundle/manifest.ts';
import type { Precision } from '../src/model/graph/weight-sink.ts';
import { agreementOf } from './gpu/agreement.ts';
import { type Contestant, reasonOf, SessionContestant } from './gpu/contestant.ts';
import { shapesOf, writeModel } from './gpu/model.ts';
import { openOnDevice } from './gpu/open.ts';
import { printReport } from './gpu/report.ts';
import { casesOf, measureRounds } from './gpu/rounds.ts';
import { TorchContestant } from './gpu/torch.ts';

const { values } = parseArgs({
  options: {
    devices: { type: 'string', default: 'cuda:0,webgpu:0' },
    python: { type: 'string', default: 'python3' },
    'torch-device': { type: 'string' },
    encoders: { type: 'string', default: 'protein,nucleotide' },
    'batch-tokens': { type: 'string', default: '4096,8192,16384,32768' },
    lengths: { type: 'string', default: '102,168' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '1' },
    matrix: { type: 'string', default: '8192' },
    data: { type: 'string', default: tmpdir() },
    keep: { type: 'boolean', default: false },
    layers: { type: 'string' },
    width: { type: 'string' },
    precision: { type: 'string', default: 'fp16' },
    threads: { type: 'string', default: String(Math.min(16, cpus().length)) },
  },
});
const ENCODERS: readonly EncoderName[] = ['protein', 'nucleotide'];
const devices = values.devices.split(',');
const encoders = values.encoders.split(',').map(encoderOf);
const rounds = positive(values.rounds);
const seconds = positive(values.seconds);
const matrixSize = positive(values.matrix);
const threads = positive(values.threads);
const shapes = shapesOf({
  ...(values.layers === undefined ? {} : { layers: positive(values.layers) }),
  ...(values.width === undefined ? {} : { width: positive(values.width) }),
});
const cases = casesOf(encoders, listOf(values['batch-tokens']), listOf(values.lengths));
const precision = precisionOf(values.precision);
/** Of our own: it is removed at the end. */
const folder = join(values.data, 'virnucpro-bench-gpu');

mkdirSync(folder, { recursive: true });
const contestants: Contestant[] = [];
const missing = new Map<string, string>();
try {
  tell('writing the model');
  const model = await writeModel(folder, shapes, precision);
  for (const id of devices) for (const arithmetic of arithmeticsOf(id)) await openOurs(id, arithmetic, model);
  const torchDevice = values['torch-device'] ?? (devices.every((id) => id === 'cpu') ? 'cpu' : 'cuda:0');
  for (const arithmetic of arithmeticsOf(torchDevice)) await openTorch(torchDevice, arithmetic, model);
  if (contestants.length === 0) throw new Error(`nothing to measure: ${[...missing].flat().join('; ')}`);
  printHeader();
  const agreements = await agreementOf(contestants, cases);
  const results = await measureRounds(contestants, cases, rounds, seconds, tell);
  printReport(shapes, contestants, missing, cases, results, agreements);
} finally {
  for (const contestant of contestants) await contestant.close();
  if (!values.keep) rmSync(folder, { recursive: true, force: true });
}

/** Only CUDA has two: WebGPU and the CPU compute in float32 whatever the weights are stored as. */
function arithmeticsOf(id: string): readonly Arithmetic[] {
  return id.startsWith('cuda') ? ['fp16', 'fp32'] : ['fp32'];
}

async function openOurs(id: string, arithmetic: Arithmetic, model: ModelFiles): Promise<void> {
  const backend = id === 'cpu' ? 'CPU' : id.startsWith('cuda') ? 'CUDA' : id.startsWith('webgpu') ? 'WebGPU' : id;
  const label = `${backend} ${arithmetic}`;
  tell(`opening ${label}`);
  try {
    const session = await openOnDevice(id, arithmetic, precision, model, threads);
    contestants.push(new SessionContestant(label, arithmetic, session, matrixSize));
  } catch (error) {
    missing.set(label, reasonOf(error));
  }
}

async function openTorch(device: string, arithmetic: Arithmetic, model: ModelFiles): Promise<void> {
  const label = `PyTorch ${arithmetic}`;
  tell(`opening ${label}`);
  try {
    const options = { python: values.python, device, threads, matrixSize, folder };
    contestants.push(await TorchContestant.open(arithmetic, model, shapes, options));
  } catch (error) {
    missing.set(label, `${reasonOf(error)}; --python PATH names a Python with torch`);
  }
}

function printHeader(): void {
  const git = Bun.spawnSync(['git', 'describe', '--always', '--dirty', '--abbrev=9'], { cwd: import.meta.dir });
  const commit = git.success ? git.stdout.toString().trim() : 'unknown';
  const processor = cpus()[0]?.model.trim() ?? 'unknown CPU';
  console.log(
    `* Machine: ${processor}, ${cpus().length} threads, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}`,
  );
  for (const card of nvidiaCards()) console.log(`* Card: ${card}`);
  console.log(`* Date: ${new Date().toISOString().slice(0, 10)}; commit ${commit}`);
  console.log(`* Command: \`bun bench/gpu.ts ${process.argv.slice(2).join(' ')}\``);
  console.log(`* Weights stored as ${precision}; ${rounds} rounds, a turn of about ${seconds} s each, medians`);
}

/** Name, driver, memory, power limit and the clock that the products may run at; nothing without NVIDIA's tool. */
function nvidiaCards(): string[] {
  if (Bun.which('nvidia-smi') === null) return [];
  const fields = 'name,driver_version,memory.total,power.limit,clocks.max.sm';
  const asked = Bun.spawnSync(['nvidia-smi', `--query-gpu=${fields}`, '--format=csv,noheader'], { stderr: 'ignore' });
  return asked.success ? asked.stdout.toString().trim().split('\n') : [];
}

function encoderOf(name: string): EncoderName {
  const encoder = ENCODERS.find((one) => one === name);
  if (encoder === undefined) throw new Error(`${name} is no encoder: ${ENCODERS.join(' or ')}`);
  return encoder;
}

function precisionOf(name: string): Precision {
  if (name !== 'fp16' && name !== 'fp32') throw new Error(`${name} is no precision: fp16 or fp32`);
  return name;
}

function listOf(text: string): number[] {
  return text.split(',').map(positive);
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${text} is no number above 0`);
  return value;
}

function tell(step: string): void {
  process.stderr.write(`${step}\n`);
}
