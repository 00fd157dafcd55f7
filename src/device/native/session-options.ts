/**
 * How ORT is to run a graph: on the CPU, or on one card through its CUDA provider. Pure settings; the options object lives
 * only while a session is made.
 */

import { keptText } from './kept-text.ts';
import { cPath, type Handle, type OrtApi } from './ort-api.ts';

/** GraphOptimizationLevel: all of them, the fusions included. */
const OPTIMIZE_ALL = 99;
/**
 * Fusions that cost more than they save on the CPU: bias + GELU takes 2.4 times as long as GELU alone, residual + LayerNorm
 * ten times as long as the two apart, because only the separate kernels are vectorised (measured with ORT 1.30).
 */
const SLOW_FUSIONS = 'BiasGeluFusion;SkipLayerNormFusion';

/** A card, as a session needs it; plain data, so that it can be posted to a Worker. */
export interface CudaCard {
  /** As CUDA counts the cards of this process. */
  readonly ordinal: number;
  /** Bytes that a session's arena may take of the card's memory, weights included. */
  readonly memoryLimit: number;
}

export interface OrtSessionOptions {
  /** Threads of the arithmetic inside one operator. */
  readonly threads: number;
  /** Without it the CPU computes. */
  readonly cuda?: CudaCard | undefined;
  /** Folder of the weights, for a model that is not loaded from a file. */
  readonly weightsFolder?: string | undefined;
  /** Where ORT writes the graph as it runs it, for a look at its fusions. */
  readonly optimizedModelPath?: string | undefined;
}

/**
 * Makes an options object, lets `use` work with it and releases it.
 * @throws OrtError where ORT refuses a setting; with `cuda`, also where the provider or a card cannot be used
 */
export function withSessionOptions<T>(api: OrtApi, options: OrtSessionOptions, use: (handle: Handle) => T): T {
  const { call, check } = api;
  const handle = api.create((slot) => call.CreateSessionOptions(slot));
  try {
    const entry = (key: string, value: string) => check(call.AddSessionConfigEntry(handle, key, value));
    check(call.SetSessionGraphOptimizationLevel(handle, OPTIMIZE_ALL));
    check(call.SetIntraOpNumThreads(handle, options.threads));
    // Helper threads that wait by spinning would take the cores of the other lanes.
    entry('session.intra_op.allow_spinning', '0');
    if (options.cuda === undefined) {
      entry('optimization.disable_specified_optimizers', SLOW_FUSIONS);
    } else {
      // A node that only the CPU can compute is to be an error and no slow-down.
      entry('session.disable_cpu_ep_fallback', '1');
      // ORT would lay out one block of the card's memory for each shape that it has seen, and batches have many shapes.
      check(call.DisableMemPattern(handle));
      appendCuda(api, handle, options.cuda);
    }
    if (options.weightsFolder !== undefined) {
      entry('session.model_external_initializers_file_folder_path', options.weightsFolder);
    }
    if (options.optimizedModelPath !== undefined) {
      check(call.SetOptimizedModelFilePath(handle, cPath(options.optimizedModelPath)));
    }
    return use(handle);
  } finally {
    call.ReleaseSessionOptions(handle);
  }
}

/** The provider's library is loaded here, the cards are counted, and every problem with either comes up here. */
function appendCuda(api: OrtApi, handle: Handle, card: CudaCard): void {
  const { call, check } = api;
  const settings = Object.entries(cudaSettings(card));
  const provider = api.create((slot) => call.CreateCUDAProviderOptions(slot));
  try {
    const keys = BigUint64Array.from(settings, ([key]) => keptText(key));
    const values = BigUint64Array.from(settings, ([, value]) => keptText(value));
    check(call.UpdateCUDAProviderOptions(provider, keys, values, settings.length));
    check(call.SessionOptionsAppendExecutionProvider_CUDA_V2(handle, provider));
  } finally {
    call.ReleaseCUDAProviderOptions(provider);
  }
}

/** The names are those of onnxruntime's cuda_execution_provider_info.cc, the same from 1.26 to 1.30. */
export function cudaSettings({ ordinal, memoryLimit }: CudaCard): Readonly<Record<string, string>> {
  return {
    device_id: String(ordinal),
    gpu_mem_limit: String(Math.floor(memoryLimit)),
    // Grow by what is asked for: doubling would take memory from the other sessions of the card.
    arena_extend_strategy: 'kSameAsRequested',
    // float32 means float32: by default ORT rounds factors of matrix products to 11 bits.
    use_tf32: '0',
    // Copies wait in the stream of their own run. Other streams for them have raced with the arena; runs of two lanes
    // have two streams anyway, so the copies of one overlap with the arithmetic of the other.
    do_copy_in_default_stream: '1',
  };
}
