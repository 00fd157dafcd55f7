/**
 * What an encoder or classifier is made of, under names of our own. Checkpoint readers translate the names of the
 * published files into these; the graph builder and the float64 oracle know only these.
 *
 * Linear weights are stored as PyTorch has them: `[out, in]`, row-major. All values are float32.
 */

/** ESM-2: pre-LN, rotary over the whole head, exact GELU, token dropout scale 0.88. */
export interface Esm2Architecture {
  readonly kind: 'esm2';
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly feedForward: number;
  readonly vocabulary: number;
  readonly layerNormEpsilon: number;
}

/** MosaicBERT (DNABERT-2, DNABERT-S): post-LN, ALiBi, gated GELU feed-forward. */
export interface MosaicBertArchitecture {
  readonly kind: 'mosaicbert';
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly feedForward: number;
  readonly vocabulary: number;
  readonly layerNormEpsilon: number;
}

export type EncoderArchitecture = Esm2Architecture | MosaicBertArchitecture;

/** Linear -> BatchNorm1d (running statistics) -> ReLU -> Linear -> softmax over [others, virus]. */
export interface ClassifierArchitecture {
  readonly kind: 'classifier';
  readonly input: number;
  readonly hidden: number;
  readonly batchNormEpsilon: number;
}

export type Architecture = EncoderArchitecture | ClassifierArchitecture;

/**
 * Canonical tensors, read one at a time so that a checkpoint larger than memory can be converted.
 * `read` rejects with a UserError that names the tensor and the file when the bytes cannot be had.
 */
export interface Weights<A extends Architecture> {
  readonly architecture: A;
  /** Paths of the checkpoint files they come from, tensors first; empty for weights that come from no file. */
  readonly files: readonly string[];
  read(name: CanonicalName<A>): Promise<Float32Array>;
  close(): Promise<void>;
}

export type Affine = 'weight' | 'bias';

/** `[vocabulary, width]` for embeddings, `[out, in]` for Linear weights, `[n]` for the rest. */
export type Esm2Name =
  | 'embedding'
  | `final_norm.${Affine}`
  /** Rotary frequencies of a layer, `[width / heads / 2]`; computed as torch does where the checkpoint has none. */
  | `layer.${number}.inv_freq`
  | `layer.${number}.${
      | 'attention_norm'
      | 'query'
      | 'key'
      | 'value'
      | 'attention_output'
      | 'feed_forward_norm'
      | 'feed_forward_in'
      | 'feed_forward_out'}.${Affine}`;

export type MosaicBertName =
  | 'embedding'
  /** Row 0 of the token type table, `[width]`. */
  | 'token_type'
  | `embedding_norm.${Affine}`
  /** The fused projection cut in three, each `[width, width]`. */
  | `layer.${number}.${'query' | 'key' | 'value' | 'attention_output' | 'attention_norm' | 'feed_forward_out' | 'feed_forward_norm'}.${Affine}`
  /** The bias-free gated projection cut in two, each `[feedForward, width]`: GELU(gate) * value. */
  | `layer.${number}.feed_forward_${'gate' | 'value'}.weight`;

export type ClassifierName = `hidden.${Affine}` | `batch_norm.${Affine | 'mean' | 'variance'}` | `output.${Affine}`;

export type CanonicalName<A extends Architecture> = A extends Esm2Architecture
  ? Esm2Name
  : A extends MosaicBertArchitecture
    ? MosaicBertName
    : ClassifierName;
