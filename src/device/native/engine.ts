/**
 * The native engine of one lane: both encoders and the classifier in ONNX Runtime on the CPU. It blocks its thread while
 * it computes, so it lives in a Worker (run/workers/native-lane.ts), behind the messages of protocol.ts.
 *
 * Lanes share one set of sessions: ORT allows several threads to run a session at once, and weights are held once.
 */

import type { EncoderName } from '../../model/bundle/manifest.ts';
import type { Batch, ModelFiles } from '../backend.ts';
import { alibiDistance, poolingRow } from '../encoder-inputs.ts';
import { type Handle, loadOrt } from './ort-api.ts';
import { OrtEnvironment, OrtSession } from './ort-session.ts';
import type { JoinRequest, OpenRequest, SharedHandles } from './protocol.ts';

/**
 * Tokens computed at once. Activations of so few tokens stay in one core's cache from operator to operator: matrix
 * products ran at 125 GFLOP/s with 336 tokens and at 112 with 2016 (docs/performance.md).
 */
const SLICE_TOKENS = 512;

type Sessions = Readonly<Record<EncoderName | 'classifier', OrtSession>>;

export class NativeEngine {
  private constructor(
    readonly model: ModelFiles,
    readonly sessions: Sessions,
    /** Of the lane that opened the sessions; the others own nothing. */
    readonly environment: OrtEnvironment | undefined,
  ) {}

  /** @throws OrtError when a model cannot be loaded; nothing stays open then */
  static open({ library, model, operatorThreads }: OpenRequest): NativeEngine {
    const environment = new OrtEnvironment(loadOrt(library));
    const opened: OrtSession[] = [];
    const open = (path: string): OrtSession => {
      const session = environment.open(path, { threads: operatorThreads });
      opened.push(session);
      return session;
    };
    try {
      const sessions = {
        nucleotide: open(model.nucleotide.path),
        protein: open(model.protein.path),
        classifier: open(model.classifier.path),
      };
      return new NativeEngine(model, sessions, environment);
    } catch (error) {
      for (const session of opened) session.close();
      environment.close();
      throw error;
    }
  }

  /** Uses what another lane of this process opened, and keeps open as long as this one works. */
  static join({ library, model, handles }: JoinRequest): NativeEngine {
    const api = loadOrt(library);
    const session = (handle: bigint): OrtSession => new OrtSession(api, handle, handles.cpuMemory);
    const sessions = {
      nucleotide: session(handles.nucleotide),
      protein: session(handles.protein),
      classifier: session(handles.classifier),
    };
    return new NativeEngine(model, sessions, undefined);
  }

  /** What another lane needs to join; only the opener has it. */
  handles(): SharedHandles {
    if (this.environment === undefined) throw new Error('only the lane that opened the sessions can share them');
    const address = (handle: Handle): bigint => BigInt(handle);
    return {
      cpuMemory: address(this.environment.cpuMemory),
      nucleotide: address(this.sessions.nucleotide.handle),
      protein: address(this.sessions.protein.handle),
      classifier: address(this.sessions.classifier.handle),
    };
  }

  /** Mean embeddings `[rows, width]`. */
  encode({ encoder, rows, length, tokens }: Batch): Float32Array<ArrayBuffer> {
    const { width } = this.model[encoder];
    const embeddings = new Float32Array(rows * width);
    const sliceRows = Math.max(1, Math.floor(SLICE_TOKENS / length));
    const shared = [{ name: 'pooling', shape: [1, 1, length], data: poolingRow(encoder, length) }];
    if (encoder === 'nucleotide') {
      shared.push({ name: 'distance', shape: [1, 1, length, length], data: alibiDistance(length) });
    }
    for (let row = 0; row < rows; row += sliceRows) {
      const end = Math.min(rows, row + sliceRows);
      const ids = tokens.subarray(row * length, end * length);
      this.sessions[encoder].run([{ name: 'token_ids', shape: [end - row, length], data: ids }, ...shared], {
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
    const scores = new Float32Array(rows * 2);
    this.sessions.classifier.run(
      [
        { name: 'nucleotide', shape: [rows, this.model.nucleotide.width], data: nucleotide },
        { name: 'protein', shape: [rows, this.model.protein.width], data: protein },
      ],
      { name: 'scores', shape: [rows, 2], data: scores },
    );
    return scores;
  }

  /** Releases what this lane opened; a lane that joined has nothing to release. */
  close(): void {
    if (this.environment === undefined) return;
    for (const session of Object.values(this.sessions)) session.close();
    this.environment.close();
  }
}
