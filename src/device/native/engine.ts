/**
 * The native engine of one lane: both encoders and the classifier in ONNX Runtime, on the CPU or on one card. It blocks its
 * thread while it computes, so it lives in a Worker (run/workers/native-lane.ts), behind the messages of protocol.ts.
 *
 * Lanes share one set of sessions: ORT allows several threads to run a session at once, and weights are held once. On a card
 * each run has a stream of its own, so what one lane copies goes along with what the other computes.
 */

import type { Batch, Probe, Tensor } from '../backend.ts';
import { alibiDistance, poolingRow } from '../encoder-inputs.ts';
import { crashOnPurpose } from '../fault.ts';
import { type Handle, loadOrt } from './ort-api.ts';
import { OrtEnvironment } from './ort-environment.ts';
import { OrtSession } from './ort-session.ts';
import { PinnedBlocks, type PinnedHandles, pinnedAllocator, releaseAllocator } from './pinned.ts';
import type { JoinRequest, OpenRequest, Setup, SharedHandles } from './protocol.ts';
import { openSessions, type Sessions, sessionOptions } from './sessions.ts';

/**
 * Tokens computed at once on the CPU. Activations of so few tokens stay in one core's cache from operator to operator: matrix
 * products ran at 125 GFLOP/s with 336 tokens and at 112 with 2016 (docs/performance.md). A card takes a batch whole.
 */
const SLICE_TOKENS = 512;

export class NativeEngine {
  readonly #blocks: PinnedBlocks | undefined;
  #batches = 0;

  private constructor(
    readonly setup: Setup,
    readonly environment: OrtEnvironment,
    readonly sessions: Sessions,
    readonly pinned: PinnedHandles | undefined,
    /** The lane that opened the sessions; the others own nothing but their blocks. */
    readonly isOwner: boolean,
  ) {
    this.#blocks = pinned === undefined ? undefined : new PinnedBlocks(environment.api, pinned);
  }

  /** @throws OrtError when a library or a model cannot be loaded; nothing stays open then */
  static open({ setup }: OpenRequest): NativeEngine {
    const api = loadOrt(setup.library);
    const environment = new OrtEnvironment(api);
    try {
      const sessions = openSessions(environment, setup);
      const { cuda } = setup;
      const pinned = cuda === undefined ? undefined : pinnedAllocator(api, sessions.protein, cuda.ordinal);
      return new NativeEngine(setup, environment, sessions, pinned, true);
    } catch (error) {
      environment.close();
      throw error;
    }
  }

  /** Uses what another lane of this process opened, and keeps open as long as this one works. */
  static join({ setup, handles }: JoinRequest): NativeEngine {
    const api = loadOrt(setup.library);
    const session = (handle: bigint): OrtSession => new OrtSession(api, handle, handles.cpuMemory);
    const sessions = {
      nucleotide: session(handles.nucleotide),
      protein: session(handles.protein),
      classifier: session(handles.classifier),
    };
    return new NativeEngine(setup, new OrtEnvironment(api, handles), sessions, handles.pinned, false);
  }

  /** What another lane needs to join; only the opener has it. */
  handles(): SharedHandles {
    if (!this.isOwner) throw new Error('only the lane that opened the sessions can share them');
    const address = (handle: Handle): bigint => BigInt(handle);
    const { environment, sessions, pinned } = this;
    return {
      environment: address(environment.environment),
      cpuMemory: address(environment.cpuMemory),
      nucleotide: address(sessions.nucleotide.handle),
      protein: address(sessions.protein.handle),
      classifier: address(sessions.classifier.handle),
      pinned: pinned && { allocator: address(pinned.allocator), memory: address(pinned.memory) },
    };
  }

  /** Mean embeddings `[rows, width]`. */
  encode({ encoder, rows, length, tokens }: Batch): Float32Array<ArrayBuffer> {
    const { crash } = this.setup;
    this.#batches += 1;
    if (crash?.at === this.#batches) crashOnPurpose(crash.what);
    const { width } = this.setup.model[encoder];
    const embeddings = new Float32Array(rows * width);
    const sliceRows = this.setup.cuda === undefined ? Math.max(1, Math.floor(SLICE_TOKENS / length)) : rows;
    const shared: Tensor[] = [{ name: 'pooling', shape: [1, 1, length], data: poolingRow(encoder, length) }];
    if (encoder === 'nucleotide') {
      shared.push({ name: 'distance', shape: [1, 1, length, length], data: alibiDistance(length) });
    }
    for (let row = 0; row < rows; row += sliceRows) {
      const end = Math.min(rows, row + sliceRows);
      const ids = tokens.subarray(row * length, end * length);
      this.#run(this.sessions[encoder], [{ name: 'token_ids', shape: [end - row, length], data: ids }, ...shared], {
        name: 'embedding_mean',
        shape: [end - row, 1, width],
        data: embeddings.subarray(row * width, end * width),
      });
    }
    return embeddings;
  }

  /** Scores `[rows, 2]`. */
  classify(
    rows: number,
    nucleotide: Float32Array<ArrayBuffer>,
    protein: Float32Array<ArrayBuffer>,
  ): Float32Array<ArrayBuffer> {
    const { model } = this.setup;
    const scores = new Float32Array(rows * 2);
    this.#run(
      this.sessions.classifier,
      [
        { name: 'nucleotide', shape: [rows, model.nucleotide.width], data: nucleotide },
        { name: 'protein', shape: [rows, model.protein.width], data: protein },
      ],
      { name: 'scores', shape: [rows, 2], data: scores },
    );
    return scores;
  }

  /** The probe's output, of the shape it names. */
  probe({ model, inputs, output }: Probe): Float32Array<ArrayBuffer> {
    const session = this.environment.openBytes(model, sessionOptions(this.setup, 'probe'));
    try {
      const data = new Float32Array(output.shape.reduce((product, dimension) => product * dimension, 1));
      session.run(inputs, { ...output, data });
      return data;
    } finally {
      session.close();
    }
  }

  /** Releases what this lane opened; of a lane that joined these are its blocks. */
  close(): void {
    this.#blocks?.close();
    if (!this.isOwner) return;
    if (this.pinned !== undefined) releaseAllocator(this.environment.api, this.pinned);
    for (const session of Object.values(this.sessions)) session.close();
    this.environment.close();
  }

  #run(session: OrtSession, inputs: readonly Tensor[], output: Tensor): void {
    if (this.#blocks === undefined) session.run(inputs, output);
    else this.#blocks.run(session, inputs, output);
  }
}
