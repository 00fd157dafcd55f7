/**
 * The engine of one GPU Worker: both encoders and the classifier in ONNX Runtime's WebGPU provider (WebAssembly, waiting by
 * JSPI), on a device of our own. Nothing may run at the same time as anything else here: the caller asks for one thing
 * after the other.
 *
 * Weights go from their files to the GPU without passing through WebAssembly's memory. Arithmetic is float32 for bundles
 * of either precision.
 */

import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-web/jspi';
import type { EncoderName } from '../../model/bundle/manifest.ts';
import { type Batch, DeviceError, type Probe, type Tensor } from '../backend.ts';
import { alibiDistance, poolingRow } from '../encoder-inputs.ts';
import { findAdapter, openDevice } from './adapter.ts';
import { BufferCount } from './buffer-count.ts';
import { FaultInjector } from './fault.ts';
import type { OpenRequest } from './protocol.ts';
import { scopedRun } from './scoped-run.ts';

type Ort = typeof import('onnxruntime-web/jspi');
type Sessions = Readonly<Record<EncoderName | 'classifier', InferenceSession>>;

/** OrtLoggingLevel fatal: what goes wrong comes back as an error; it must not be printed as well. */
const LOG_FATAL = 4;

/**
 * Both turn float16 weights into float32 ones while the model is loaded, in WebAssembly's memory: five times the bundle's
 * size of a memory that ends at 4 GiB. Without them a GPU casts the weights each time it uses them, where it can.
 */
const WEIGHT_FOLDING = 'ConstantFolding;FuseFp16InitializerToFp32NodeTransformer';
/** Bytes of float16 weights that may be folded: 510 MB of WebAssembly's memory were taken for each 100 MB. */
const MOST_FOLDED_BYTES = 500e6;

export class WebGpuEngine {
  #lost: string | undefined;
  readonly #faults: FaultInjector;
  readonly #buffers: BufferCount;

  private constructor(
    readonly ort: Ort,
    readonly device: GPUDevice,
    readonly request: OpenRequest,
  ) {
    this.#faults = new FaultInjector(request.fault, device);
    this.#buffers = new BufferCount(device);
    device.lost.then(({ message }) => {
      this.#lost = message.replace(/\s+/g, ' ').trim();
    });
  }

  #sessions: Sessions | undefined;

  /**
   * @param onBound called once the adapter is found: the C environment may change again
   * @throws DeviceError
   */
  static async open(request: OpenRequest, onBound: () => void): Promise<WebGpuEngine> {
    const wanted = { ...request, isUnrepaired: request.fault?.what === 'unrepaired' };
    const adapter = await findAdapter(wanted);
    onBound();
    const device = await openDevice(adapter, wanted);
    // Heavy, and of no use before there is a device.
    const ort = await import('onnxruntime-web/jspi');
    ort.env.logLevel = 'fatal';
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmBinary = await Bun.file(request.wasm).arrayBuffer();
    const engine = new WebGpuEngine(ort, device, request);
    try {
      const { nucleotide, protein, classifier } = request.model;
      engine.#sessions = {
        nucleotide: await engine.#load(nucleotide.path),
        protein: await engine.#load(protein.path),
        classifier: await engine.#load(classifier.path),
      };
      return engine;
    } catch (error) {
      device.destroy();
      throw error;
    }
  }

  /** Mean embeddings `[rows, width]`. */
  async encode({ encoder, rows, length, tokens }: Batch): Promise<Float32Array<ArrayBuffer>> {
    await this.#faults.beforeBatch();
    const inputs: Tensor[] = [
      { name: 'token_ids', shape: [rows, length], data: tokens },
      { name: 'pooling', shape: [1, 1, length], data: poolingRow(encoder, length) },
    ];
    if (encoder === 'nucleotide') {
      inputs.push({ name: 'distance', shape: [1, 1, length, length], data: alibiDistance(length) });
    }
    return this.#run(this.#opened()[encoder], inputs, 'embedding_mean');
  }

  /** Scores `[rows, 2]`. */
  classify(
    rows: number,
    nucleotide: Float32Array<ArrayBuffer>,
    protein: Float32Array<ArrayBuffer>,
  ): Promise<Float32Array<ArrayBuffer>> {
    const { model } = this.request;
    const inputs: Tensor[] = [
      { name: 'nucleotide', shape: [rows, model.nucleotide.width], data: nucleotide },
      { name: 'protein', shape: [rows, model.protein.width], data: protein },
    ];
    return this.#run(this.#opened().classifier, inputs, 'scores');
  }

  async probe({ model, inputs, output }: Probe): Promise<Float32Array<ArrayBuffer>> {
    const session = await this.#create(model, []);
    try {
      return await this.#run(session, inputs, output.name);
    } finally {
      await session.release();
    }
  }

  /** That live on the GPU. */
  get bytes(): number {
    return this.#buffers.bytes;
  }

  /** Ends whatever is under way: it is rejected as lost. */
  abort(): void {
    this.device.destroy();
  }

  /** Frees the GPU's memory. */
  async close(): Promise<void> {
    if (this.#lost === undefined) for (const session of Object.values(this.#opened())) await session.release();
    this.device.destroy();
  }

  #opened(): Sessions {
    if (this.#sessions === undefined) throw new Error('the GPU engine has no sessions');
    return this.#sessions;
  }

  async #load(path: string): Promise<InferenceSession> {
    const folder = dirname(path);
    const prefix = `${basename(path, '.onnx')}-`;
    const shards = (await readdir(folder)).filter((name) => name.startsWith(prefix) && name.endsWith('.bin')).sort();
    const bytes = shards.reduce((sum, name) => sum + Bun.file(join(folder, name)).size, 0);
    if (this.#folds && bytes > MOST_FOLDED_BYTES) {
      throw new DeviceError(
        'Unsupported',
        'it has no 16-bit shaders, and this bundle of float16 weights is too large to be widened; a bundle imported with --precision fp32 would fit',
      );
    }
    return this.#create(new Uint8Array(await Bun.file(path).arrayBuffer()), shards, folder);
  }

  /** Float16 weights are widened while they are loaded, because this GPU cannot read them. */
  get #folds(): boolean {
    return this.request.precision === 'fp16' && !this.device.features.has('shader-f16');
  }

  async #create(model: Uint8Array, shards: readonly string[], folder = ''): Promise<InferenceSession> {
    const { ort, device } = this;
    const keepsFloat16 = device.features.has('shader-f16');
    const options: InferenceSession.SessionOptions = {
      executionProviders: [{ name: 'webgpu', device }],
      externalData: shards.map((path) => ({ path, data: Bun.file(join(folder, path)) })),
      graphOptimizationLevel: 'all',
      logSeverityLevel: LOG_FATAL,
      extra: {
        // A node on the CPU would be a slow-down that nobody notices.
        session: { disable_cpu_ep_fallback: '1' },
        ...(keepsFloat16 ? { optimization: { disable_specified_optimizers: WEIGHT_FOLDING } } : {}),
      },
    };
    try {
      return await scopedRun(device, () => ort.InferenceSession.create(model, options));
    } catch (error) {
      const lost = await this.#lossOf(error);
      if (lost !== undefined) throw lost;
      if (error instanceof DeviceError && error.kind === 'Bug') throw new DeviceError('Unsupported', error.message);
      throw error;
    }
  }

  async #run(session: InferenceSession, inputs: readonly Tensor[], output: string): Promise<Float32Array<ArrayBuffer>> {
    const { ort, device } = this;
    const feeds: Record<string, OrtTensor> = {};
    for (const { name, shape, data } of inputs) {
      feeds[name] =
        data instanceof Float32Array ? new ort.Tensor('float32', data, shape) : new ort.Tensor('int32', data, shape);
    }
    try {
      return await scopedRun(device, async () => {
        const results = await session.run(feeds, [output], { logSeverityLevel: LOG_FATAL });
        const result = results[output];
        if (result === undefined) throw new Error(`the graph gave no ${output}`);
        try {
          const data = await result.getData();
          if (!(data instanceof Float32Array)) throw new Error(`${output} is no float32 tensor`);
          // The tensor's own memory is a view that ends with it.
          return new Float32Array(data);
        } finally {
          result.dispose();
        }
      });
    } catch (error) {
      throw (await this.#lossOf(error)) ?? error;
    } finally {
      for (const tensor of Object.values(feeds)) tensor.dispose();
    }
  }

  /** That the device was lost is told by a promise of its own, maybe just after the call has failed. */
  async #lossOf(error: unknown): Promise<DeviceError | undefined> {
    await Bun.sleep(0);
    if (this.#lost === undefined) return undefined;
    const reason = this.#lost === '' ? (error instanceof Error ? error.message : String(error)) : this.#lost;
    return new DeviceError('DeviceLost', `the GPU was lost: ${reason}`);
  }
}
