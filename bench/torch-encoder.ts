/** The peer: bench/torch_encoder.py as a process that runs all batches once for every line it reads. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EncoderArchitecture } from '../src/model/architecture.ts';
import { linesOf } from './lines-of.ts';

export class TorchEncoder {
  readonly #process: Bun.Subprocess<'pipe', 'pipe', 'inherit'>;
  readonly #lines: AsyncIterator<string>;

  private constructor(
    command: string[],
    readonly outputPath: string,
  ) {
    this.#process = Bun.spawn(command, { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' });
    this.#lines = linesOf(this.#process.stdout);
  }

  static async start(
    python: string,
    threads: number,
    folder: string,
    architecture: EncoderArchitecture,
    batches: readonly Int32Array[],
    rows: number,
    length: number,
  ): Promise<TorchEncoder> {
    const tokens = join(folder, 'tokens.i32');
    const output = join(folder, 'torch.f32');
    writeFileSync(tokens, Buffer.concat(batches.map((batch) => new Uint8Array(batch.buffer))));
    const script = join(import.meta.dir, 'torch_encoder.py');
    const options = JSON.stringify({
      ...architecture,
      ...{
        threads,
        weights: join(folder, 'weights.safetensors'),
        tokens,
        output,
        batches: batches.length,
        rows,
        length,
      },
    });
    const encoder = new TorchEncoder([python, script, options], output);
    await encoder.#next();
    return encoder;
  }

  /** Runs every batch once. */
  async run(): Promise<{ seconds: number; embeddings: Float32Array }> {
    this.#process.stdin.write('run\n');
    await this.#process.stdin.flush();
    const seconds = Number(await this.#next());
    return { seconds, embeddings: new Float32Array(await Bun.file(this.outputPath).arrayBuffer()) };
  }

  async stop(): Promise<void> {
    this.#process.stdin.end();
    await this.#process.exited;
  }

  async #next(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done === true || value === undefined)
      throw new Error('the PyTorch process ended; does this Python have torch?');
    return value;
  }
}
