/**
 * Native encoder against PyTorch on the same CPU: same weights, same batches, same threads, turn by turn in one run.
 *
 *     bun bench/encoder.ts [--python PATH] [--threads N] [--rounds N] [--batch-tokens N]
 *
 * PATH is a Python with torch (a CPU build is enough). Prints tokens/s as medians over the rounds, the ratio pair by
 * pair, and how far the two outputs are apart: a benchmark of wrong numbers would be worth nothing.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { NativeSession } from '../src/device/native/session.ts';
import type {
  CanonicalName,
  EncoderArchitecture,
  Esm2Architecture,
  MosaicBertArchitecture,
  Weights,
} from '../src/model/architecture.ts';
import type { EncoderName } from '../src/model/bundle/manifest.ts';
import { buildClassifierGraph } from '../src/model/graph/classifier.ts';
import { buildEsm2Graph } from '../src/model/graph/esm2.ts';
import { buildMosaicBertGraph } from '../src/model/graph/mosaicbert.ts';
import type { OnnxGraph } from '../src/model/graph/onnx.ts';
import { ShardWriter } from '../src/model/graph/shards.ts';
import { extractOnnxRuntime } from '../src/system/parts.ts';
import { randomWeights } from '../test/helpers/random-weights.ts';
import { TorchEncoder } from './torch-encoder.ts';

const { values } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '9' },
    'batch-tokens': { type: 'string', default: '2048' },
  },
});
const threads = Number(values.threads);
const rounds = Number(values.rounds);
const batchTokens = Number(values['batch-tokens']);

interface Shape {
  readonly name: string;
  readonly encoder: EncoderName;
  readonly architecture: EncoderArchitecture;
  /** Tokens of a row: what a 500-nt chunk gives. */
  readonly length: number;
}

const esm2 = (layers: number, width: number, heads: number): Esm2Architecture => ({
  kind: 'esm2',
  ...{ layers, width, heads, feedForward: 4 * width, vocabulary: 33, layerNormEpsilon: 1e-5 },
});
const mosaicBert = (layers: number, width: number, heads: number): MosaicBertArchitecture => ({
  kind: 'mosaicbert',
  ...{ layers, width, heads, feedForward: 4 * width, vocabulary: 4096, layerNormEpsilon: 1e-12 },
});
const SHAPES: readonly Shape[] = [
  { name: 'ESM-2 8M shape', encoder: 'protein', architecture: esm2(6, 320, 20), length: 168 },
  { name: 'ESM-2 35M shape', encoder: 'protein', architecture: esm2(12, 480, 20), length: 168 },
  { name: 'MosaicBERT 12 x 384', encoder: 'nucleotide', architecture: mosaicBert(12, 384, 6), length: 110 },
];
/** Batches of one turn: a few seconds for each shape. */
const BATCHES = 4;

const folder = mkdtempSync(join(tmpdir(), 'virnucpro-bench-'));
try {
  for (const shape of SHAPES) await measure(shape);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure({ name, encoder, architecture, length }: Shape): Promise<void> {
  const rows = Math.max(1, Math.floor(batchTokens / length));
  const batches = Array.from({ length: BATCHES }, (_, b) =>
    Int32Array.from({ length: rows * length }, (_, i) => 5 + ((i * 7 + b * 13 + ((i * i) >> 4)) % 20)),
  );
  const native = await openNative(encoder, architecture);
  const torch = await TorchEncoder.start(values.python, threads, folder, architecture, batches, rows, length);
  const seconds = { native: [] as number[], torch: [] as number[] };
  let difference = 0;
  // The first round warms up both and is not counted.
  for (let round = 0; round <= rounds; round += 1) {
    const began = performance.now();
    const outputs = await Promise.all(
      batches.map((tokens) => native.encode({ encoder, rows, length, tokens: tokens.slice() })),
    );
    const spent = (performance.now() - began) / 1000;
    const theirs = await torch.run();
    if (round === 0) {
      const own = outputs.flatMap(({ embeddings }) => [...embeddings]);
      difference = own.reduce((worst, value, i) => Math.max(worst, Math.abs(value - theirs.embeddings[i]!)), 0);
      continue;
    }
    seconds.native.push(spent);
    seconds.torch.push(theirs.seconds);
  }
  await native.close();
  await torch.stop();
  const tokens = BATCHES * rows * length;
  const rate = (list: number[]) => Math.round(tokens / median(list));
  const ratios = seconds.torch.map((other, i) => other / seconds.native[i]!);
  console.log(
    `${name}, ${rows} x ${length} tokens, ${threads} threads: native ${rate(seconds.native)} tokens/s, ` +
      `PyTorch ${rate(seconds.torch)} tokens/s, ratio median ${median(ratios).toFixed(2)} ` +
      `(${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}), max |diff| ${difference.toExponential(1)}`,
  );
}

async function openNative(encoder: EncoderName, architecture: EncoderArchitecture): Promise<NativeSession> {
  const weights = randomWeights(architecture, encoder);
  // A session wants both encoders and a head; the ones that are not measured are as small as can be.
  const nucleotide = architecture.kind === 'mosaicbert' ? architecture : mosaicBert(1, 8, 1);
  const protein = architecture.kind === 'esm2' ? architecture : esm2(1, 8, 1);
  const input = nucleotide.width + protein.width;
  const classifier = randomWeights({ kind: 'classifier', input, hidden: 4, batchNormEpsilon: 1e-5 }, 'classifier');
  const write = async (stem: string, build: (shards: ShardWriter) => Promise<OnnxGraph>): Promise<string> => {
    const name = `${stem}-${architecture.kind}-${architecture.width}`;
    const shards = new ShardWriter(folder, name);
    const graph = await build(shards);
    shards.close();
    writeFileSync(join(folder, `${name}.onnx`), graph.finish('bench', '0'));
    return join(folder, `${name}.onnx`);
  };
  writeFileSync(join(folder, 'weights.safetensors'), await safetensors(weights, architecture));
  const model = {
    nucleotide: {
      path: await write('nucleotide', (shards) =>
        buildMosaicBertGraph(randomWeights(nucleotide, encoder), shards, undefined),
      ),
      width: nucleotide.width,
    },
    protein: {
      path: await write('protein', (shards) => buildEsm2Graph(randomWeights(protein, encoder), shards, undefined)),
      width: protein.width,
    },
    classifier: {
      path: await write('classifier', (shards) => buildClassifierGraph(classifier, nucleotide.width, shards)),
    },
  };
  const device = { id: 'cpu', backend: 'native-cpu', name: 'CPU', threads } as const;
  return NativeSession.open(await extractOnnxRuntime(), model, device);
}

/** All tensors under their canonical names; one dimension each, the shapes follow from the architecture. */
async function safetensors<A extends EncoderArchitecture>(weights: Weights<A>, architecture: A): Promise<Uint8Array> {
  const blobs: Uint8Array[] = [];
  const header: Record<string, unknown> = {};
  let offset = 0;
  for (const name of canonicalNames(architecture)) {
    const data = await weights.read(name as CanonicalName<A>);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    header[name] = { dtype: 'F32', shape: [data.length], data_offsets: [offset, offset + bytes.length] };
    blobs.push(bytes);
    offset += bytes.length;
  }
  const json = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(json.length));
  return new Uint8Array(Buffer.concat([size, json, ...blobs]));
}

function canonicalNames({ kind, layers }: EncoderArchitecture): string[] {
  const affine = (stem: string): string[] => [`${stem}.weight`, `${stem}.bias`];
  const esm = ['attention_norm', 'query', 'key', 'value', 'attention_output', 'feed_forward_norm', 'feed_forward_in'];
  const bert = ['attention_norm', 'query', 'key', 'value', 'attention_output', 'feed_forward_norm'];
  const names = [
    'embedding',
    ...(kind === 'esm2' ? affine('final_norm') : ['token_type', ...affine('embedding_norm')]),
  ];
  for (let layer = 0; layer < layers; layer += 1) {
    for (const stem of [...(kind === 'esm2' ? esm : bert), 'feed_forward_out'])
      names.push(...affine(`layer.${layer}.${stem}`));
    if (kind === 'esm2') names.push(`layer.${layer}.inv_freq`);
    else names.push(`layer.${layer}.feed_forward_gate.weight`, `layer.${layer}.feed_forward_value.weight`);
  }
  return names;
}

function median(list: readonly number[]): number {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
