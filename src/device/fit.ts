/**
 * Whether a bundle fits a GPU's memory, estimated before anything of it is loaded. Bytes throughout. An estimate that is too
 * high would leave out a card that could work, so what is not known well is counted without much reserve; a card that turns out
 * too small all the same says so by itself, and gets less at a time.
 */

import type { EncoderArchitecture } from '../model/architecture.ts';
import type { Manifest } from '../model/bundle/manifest.ts';
import { bytesText } from '../system/quantities.ts';

/** Driver, engine and allocator of any backend. */
const OVERHEAD_BYTES = 300e6;
/** Tokens of a long frame: a third of a chunk of 500 nt, and some. */
const LONG_FRAME_TOKENS = 170;
/** Of a larger batch some rows are computed at a time where memory is not enough for all, so it does not ask for more. */
const MOST_TOKENS = 4096;
const FLOAT32_BYTES = 4;
/** Weights and activations of the embedded model, in float32. */
const EMBEDDED_BYTES = 100e6;

export interface Needs {
  readonly weights: number;
  readonly activations: number;
  readonly total: number;
}

/** Published ESM-2 models, largest first (Lin et al. 2023): what a person can import instead. */
const ESM2_SIZES = [
  { name: 'ESM-2 3B', parameters: 2.84e9, layers: 36, width: 2560, heads: 40, feedForward: 10240 },
  { name: 'ESM-2 650M', parameters: 651e6, layers: 33, width: 1280, heads: 20, feedForward: 5120 },
  { name: 'ESM-2 150M', parameters: 148e6, layers: 30, width: 640, heads: 20, feedForward: 2560 },
  { name: 'ESM-2 35M', parameters: 33.5e6, layers: 12, width: 480, heads: 20, feedForward: 1920 },
] as const;

type Shape = Pick<EncoderArchitecture, 'width' | 'heads' | 'feedForward'>;

/**
 * @param isWidened float16 weights become float32 on this device
 * @param batchTokens tokens of a batch at the most
 */
export function needsOf(manifest: Manifest, isWidened: boolean, batchTokens: number): Needs {
  const stored = manifest.files.filter(({ path }) => path.endsWith('.bin')).reduce((sum, { bytes }) => sum + bytes, 0);
  const weights = stored * (isWidened && manifest.precision === 'fp16' ? 2 : 1);
  const activations = Math.max(
    activationBytes(manifest.nucleotide.architecture, batchTokens),
    activationBytes(manifest.protein.architecture, batchTokens),
  );
  return { weights, activations, total: weights + activations + OVERHEAD_BYTES };
}

/**
 * What a layer holds where it is widest. Attention: the residual and its normed form, query, key and value, the first two of
 * them rotated, the result, and the scores of all heads before and after softmax. Feed-forward: the residual and its
 * normed form, and three of the inner width (a gate, a value, their product).
 */
function activationBytes({ width, heads, feedForward }: Shape, batchTokens: number): number {
  const attention = 8 * width + 2 * heads * LONG_FRAME_TOKENS;
  const inner = 2 * width + 3 * feedForward;
  return Math.min(batchTokens, MOST_TOKENS) * FLOAT32_BYTES * Math.max(attention, inner);
}

/**
 * Why the bundle does not fit, a sentence without its full stop that says which size would; undefined when it fits.
 *
 * @param device as a person knows it
 * @param memory what is free on the device, or all it has where that is not known
 */
export function fitProblem(
  device: string,
  memory: number,
  manifest: Manifest,
  { isWidened, batchTokens }: { readonly isWidened: boolean; readonly batchTokens: number },
): string | undefined {
  const { total } = needsOf(manifest, isWidened, batchTokens);
  if (total <= memory) return undefined;
  const problem = `${device} has ${bytesText(memory)} for it, and the bundle ${manifest.name} needs about ${bytesText(total)}`;
  return `${problem}; ${whatFits(memory, manifest, isWidened, batchTokens)}`;
}

function whatFits(memory: number, manifest: Manifest, isWidened: boolean, batchTokens: number): string {
  if (manifest.precision === 'fp32' && !isWidened) {
    const { total: all, weights } = needsOf(manifest, false, batchTokens);
    const total = all - weights / 2;
    if (total <= memory) return `imported with --precision fp16 it would need about ${bytesText(total)} and fit`;
  }
  const bytesPerWeight = isWidened ? FLOAT32_BYTES : FLOAT32_BYTES / 2;
  const { nucleotide, protein } = manifest;
  const beside = parametersOf(nucleotide.architecture) * bytesPerWeight + OVERHEAD_BYTES;
  for (const size of ESM2_SIZES.filter(({ width }) => width < protein.architecture.width)) {
    const activations = Math.max(
      activationBytes(size, batchTokens),
      activationBytes(nucleotide.architecture, batchTokens),
    );
    const total = size.parameters * bytesPerWeight + activations + beside;
    if (total > memory) continue;
    const bundle = isWidened ? 'a bundle' : 'a bundle in fp16';
    return `${bundle} with a protein model of the size of ${size.name} (about ${bytesText(total)}) would fit`;
  }
  const hasRoom = OVERHEAD_BYTES + EMBEDDED_BYTES <= memory;
  return hasRoom ? 'the embedded model would be small enough' : 'that is too little for any model';
}

/** MosaicBERT's embedding, and of each layer query, key, value, output and the gated feed-forward's three. */
function parametersOf({ layers, width, feedForward, vocabulary }: EncoderArchitecture): number {
  return vocabulary * width + layers * (4 * width * width + 3 * width * feedForward);
}
