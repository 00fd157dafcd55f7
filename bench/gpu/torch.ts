/** PyTorch as a contestant: bench/gpu/pytorch.py as a process that answers one JSON line for each that it reads. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Arithmetic, Batch, ModelFiles } from '../../src/device/backend.ts';
import { linesOf } from '../lines-of.ts';
import type { Contestant } from './contestant.ts';
import type { Shapes } from './model.ts';

export interface TorchOptions {
  readonly python: string;
  /** As PyTorch names it: `cuda:0`, `cpu`. */
  readonly device: string;
  readonly threads: number;
  readonly matrixSize: number;
  /** For token ids and embeddings on their way. */
  readonly folder: string;
}

export class TorchContestant implements Contestant {
  readonly #process: Bun.Subprocess<'pipe', 'pipe', 'pipe'>;
  readonly #lines: AsyncIterator<string>;
  readonly #complaints: Promise<string>;
  #on = '';

  private constructor(
    readonly arithmetic: Arithmetic,
    readonly options: TorchOptions,
    settings: object,
  ) {
    const script = join(import.meta.dir, 'pytorch.py');
    const command = [options.python, script, JSON.stringify(settings)];
    this.#process = Bun.spawn(command, { stdin: 'pipe', stdout: 'pipe', stderr: 'pipe' });
    this.#lines = linesOf(this.#process.stdout);
    this.#complaints = new Response(this.#process.stderr).text();
  }

  /** @throws Error that says what this Python lacks, or that the model does not fit */
  static async open(
    arithmetic: Arithmetic,
    model: ModelFiles,
    { protein, nucleotide }: Shapes,
    options: TorchOptions,
  ): Promise<TorchContestant> {
    const { device, threads, matrixSize } = options;
    const encoder = (path: string, architecture: object) => ({ path, ...architecture });
    const torch = new TorchContestant(arithmetic, options, {
      ...{ arithmetic, device, threads, matrixSize },
      protein: encoder(model.protein.path, protein),
      nucleotide: encoder(model.nucleotide.path, nucleotide),
    });
    torch.#on = String((await torch.#next())['on']);
    return torch;
  }

  get label(): string {
    return `PyTorch ${this.arithmetic}`;
  }

  get on(): string {
    return this.#on;
  }

  async embed(batch: Batch): Promise<Float32Array> {
    const output = join(this.options.folder, `embeddings-${this.arithmetic}.f32`);
    await this.#ask({ do: 'embed', ...this.#sent(batch), output });
    return new Float32Array(await Bun.file(output).arrayBuffer());
  }

  async run(batch: Batch, times: number): Promise<number> {
    return numberOf(await this.#ask({ do: 'run', ...this.#sent(batch), times }), 'seconds');
  }

  async matrixPeak(): Promise<number> {
    return numberOf(await this.#ask({ do: 'peak' }), 'flops');
  }

  async close(): Promise<void> {
    this.#process.stdin.end();
    await this.#process.exited;
  }

  #sent({ encoder, rows, length, tokens }: Batch): object {
    const path = join(this.options.folder, `tokens-${this.arithmetic}.i32`);
    writeFileSync(path, tokens);
    return { encoder, rows, length, tokens: path };
  }

  async #ask(question: object): Promise<Readonly<Record<string, unknown>>> {
    this.#process.stdin.write(`${JSON.stringify(question)}\n`);
    await this.#process.stdin.flush();
    return this.#next();
  }

  async #next(): Promise<Readonly<Record<string, unknown>>> {
    const { value, done } = await this.#lines.next();
    if (done === true) {
      const complaint = (await this.#complaints).trim().split('\n').at(-1) ?? '';
      throw new Error(`${this.options.python} ended: ${complaint}`);
    }
    const answer: unknown = JSON.parse(value);
    if (typeof answer !== 'object' || answer === null) throw new Error(`PyTorch's side answered ${value}`);
    if ('error' in answer) throw new Error(String(answer.error));
    return { ...answer };
  }
}

function numberOf(answer: Readonly<Record<string, unknown>>, name: string): number {
  const value = answer[name];
  if (typeof value !== 'number') throw new Error(`PyTorch's side answered without ${name}`);
  return value;
}
