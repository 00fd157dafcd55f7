/**
 * The two encoders of the published sizes with random weights, as the files that a session opens. What is measured is
 * arithmetic: it takes as long with weights that mean nothing. Weights are made and written one tensor at a time.
 */

import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelFiles } from '../../src/device/backend.ts';
import type {
  CanonicalName,
  ClassifierArchitecture,
  EncoderArchitecture,
  Esm2Architecture,
  MosaicBertArchitecture,
  Weights,
} from '../../src/model/architecture.ts';
import { buildClassifierGraph } from '../../src/model/graph/classifier.ts';
import { buildEsm2Graph } from '../../src/model/graph/esm2.ts';
import { buildMosaicBertGraph } from '../../src/model/graph/mosaicbert.ts';
import type { OnnxGraph } from '../../src/model/graph/onnx.ts';
import { ShardWriter } from '../../src/model/graph/shards.ts';
import { noRounding, type Precision } from '../../src/model/graph/weight-sink.ts';
import { randomWeights } from '../../test/helpers/random-weights.ts';

export interface Shapes {
  readonly protein: Esm2Architecture;
  readonly nucleotide: MosaicBertArchitecture;
}

/** Both encoders have heads of this size. */
const HEAD = 64;
const HIDDEN_OF_CLASSIFIER = 512;

/** ESM-2 3B (Lin et al. 2023) and DNABERT-S (Zhou et al. 2024), or with fewer layers or another width for a trial. */
export function shapesOf({ layers, width }: { readonly layers?: number; readonly width?: number }): Shapes {
  const dimensions = (ownLayers: number, ownWidth: number) => {
    const chosen = width ?? ownWidth;
    return { layers: layers ?? ownLayers, width: chosen, heads: chosen / HEAD, feedForward: 4 * chosen };
  };
  return {
    protein: { kind: 'esm2', ...dimensions(36, 2560), vocabulary: 33, layerNormEpsilon: 1e-5 },
    nucleotide: { kind: 'mosaicbert', ...dimensions(12, 768), vocabulary: 4096, layerNormEpsilon: 1e-12 },
  };
}

/** Writes the model below `folder`, or takes the one that an earlier run with `--keep` left there. */
export async function writeModel(
  folder: string,
  { protein, nucleotide }: Shapes,
  precision: Precision,
): Promise<ModelFiles> {
  const name = `${protein.layers}x${protein.width}-${nucleotide.layers}x${nucleotide.width}-${precision}`;
  const place = join(folder, name);
  if (!existsSync(place)) {
    const temporary = `${place}.partial`;
    rmSync(temporary, { recursive: true, force: true });
    mkdirSync(temporary, { recursive: true });
    const rounding = precision === 'fp16' ? noRounding() : undefined;
    await writeGraph(temporary, 'nucleotide', (shards) =>
      buildMosaicBertGraph(plainWeights(nucleotide), shards, rounding),
    );
    await writeGraph(temporary, 'protein', (shards) => buildEsm2Graph(plainWeights(protein), shards, rounding));
    const head: ClassifierArchitecture = {
      ...{ kind: 'classifier', input: nucleotide.width + protein.width, hidden: HIDDEN_OF_CLASSIFIER },
      batchNormEpsilon: 1e-5,
    };
    await writeGraph(temporary, 'classifier', (shards) =>
      buildClassifierGraph(randomWeights(head, 'classifier'), nucleotide.width, shards),
    );
    renameSync(temporary, place);
  }
  return {
    nucleotide: { path: join(place, 'nucleotide.onnx'), width: nucleotide.width },
    protein: { path: join(place, 'protein.onnx'), width: protein.width },
    classifier: { path: join(place, 'classifier.onnx') },
  };
}

async function writeGraph(
  folder: string,
  stem: string,
  build: (shards: ShardWriter) => Promise<OnnxGraph>,
): Promise<void> {
  const shards = new ShardWriter(folder, stem);
  try {
    const graph = await build(shards);
    writeFileSync(join(folder, `${stem}.onnx`), graph.finish('bench', '0'));
  } finally {
    shards.close();
  }
}

/** A prime, so that matrices begin at ever different places of it. */
const DRAWN = 16_777_213;
const MATRIX = /^(?:embedding|layer\.\d+\.(?:query|key|value|attention_output|feed_forward_\w+)\.weight)$/;

/**
 * Random weights at the speed of a disk: billions of them come out of the same 16.8 million numbers, each matrix from another
 * place on. Values between -1 and 1 over the root of the inputs, so that activations neither vanish nor grow.
 */
function plainWeights<A extends EncoderArchitecture>(architecture: A): Weights<A> {
  const { width, feedForward, vocabulary } = architecture;
  const small = randomWeights<A>(architecture, architecture.kind);
  const drawn = drawNumbers();
  const read = async (name: CanonicalName<A>): Promise<Float32Array> => {
    const text: string = name;
    if (!MATRIX.test(text) || text.includes('norm')) return small.read(name);
    const isFeedForward = text.includes('feed_forward');
    const length = (text === 'embedding' ? vocabulary : isFeedForward ? feedForward : width) * width;
    const scale =
      1 / Math.sqrt(text === 'embedding' ? 1 : text.includes('_out.') && isFeedForward ? feedForward : width);
    const matrix = new Float32Array(length);
    let from = Bun.hash.crc32(text) % DRAWN;
    for (let i = 0; i < length; i += 1) {
      matrix[i] = drawn[from]! * scale;
      from += 1;
      if (from === DRAWN) from = 0;
    }
    return matrix;
  };
  return { architecture, files: [], read, close: async () => undefined };
}

/** Even in -1 to 1, by the linear congruence of Numerical Recipes. */
function drawNumbers(): Float32Array {
  const numbers = new Float32Array(DRAWN);
  let state = 1;
  for (let i = 0; i < DRAWN; i += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    numbers[i] = state / 2 ** 31 - 1;
  }
  return numbers;
}
