/**
 * The native engine: both encoders and the classifier in ONNX Runtime on the CPU. It blocks its thread while it
 * computes, so it lives in the native Worker (run/workers/native-cpu.ts), behind the messages of protocol.ts.
 */

import type { EncoderName } from '../../model/bundle/manifest.ts';
import type { Batch, ModelFiles } from '../backend.ts';
import { alibiDistance, poolingRow } from '../encoder-inputs.ts';
import { loadOrt } from './ort-api.ts';
import { OrtEnvironment, type OrtSession } from './ort-session.ts';

export class NativeEngine {
  readonly #environment: OrtEnvironment;
  readonly #sessions: Readonly<Record<EncoderName | 'classifier', OrtSession>>;

  /** @throws OrtError */
  constructor(
    library: string,
    readonly model: ModelFiles,
    threads: number,
  ) {
    this.#environment = new OrtEnvironment(loadOrt(library));
    const opened: OrtSession[] = [];
    const open = (path: string): OrtSession => {
      const session = this.#environment.open(path, { threads });
      opened.push(session);
      return session;
    };
    try {
      this.#sessions = {
        nucleotide: open(model.nucleotide.path),
        protein: open(model.protein.path),
        classifier: open(model.classifier.path),
      };
    } catch (error) {
      for (const session of opened) session.close();
      this.#environment.close();
      throw error;
    }
  }

  /** Mean embeddings `[rows, width]`. */
  encode({ encoder, rows, length, tokens }: Batch): Float32Array<ArrayBuffer> {
    const { width } = this.model[encoder];
    const inputs = [
      { name: 'token_ids', shape: [rows, length], data: tokens },
      { name: 'pooling', shape: [1, 1, length], data: poolingRow(encoder, length) },
    ];
    if (encoder === 'nucleotide') {
      inputs.push({ name: 'distance', shape: [1, 1, length, length], data: alibiDistance(length) });
    }
    const embeddings = new Float32Array(rows * width);
    this.#sessions[encoder].run(inputs, { name: 'embedding_mean', shape: [rows, 1, width], data: embeddings });
    return embeddings;
  }

  /** Scores `[rows, 2]`. */
  classify(
    rows: number,
    nucleotide: Float32Array<ArrayBuffer>,
    protein: Float32Array<ArrayBuffer>,
  ): Float32Array<ArrayBuffer> {
    const scores = new Float32Array(rows * 2);
    this.#sessions.classifier.run(
      [
        { name: 'nucleotide', shape: [rows, this.model.nucleotide.width], data: nucleotide },
        { name: 'protein', shape: [rows, this.model.protein.width], data: protein },
      ],
      { name: 'scores', shape: [rows, 2], data: scores },
    );
    return scores;
  }

  close(): void {
    for (const session of Object.values(this.#sessions)) session.close();
    this.#environment.close();
  }
}
