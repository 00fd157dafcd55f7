/**
 * The main thread's side of the native Worker: a Session whose calls become numbered requests. A Worker that dies
 * rejects everything that waits for it.
 */

import { workerUrl } from '../../system/program.ts';
import { type Batch, DeviceError, type DeviceInfo, type ModelFiles, type Session } from '../backend.ts';
import type { Numbered, Reply, Request } from './protocol.ts';

interface Waiting {
  resolve(reply: { readonly data: Float32Array<ArrayBuffer>; readonly seconds: number }): void;
  reject(error: DeviceError): void;
}

export class NativeSession implements Session {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #dead: DeviceError | undefined;

  private constructor(readonly device: DeviceInfo) {
    this.#worker = new Worker(workerUrl('run/workers/native-cpu.ts').href, { name: 'native-cpu' });
    this.#worker.onmessage = ({ data }: MessageEvent<Reply>) => this.#settle(data);
    this.#worker.onerror = (event) => this.#fail(`the native Worker failed: ${event.message}`);
    this.#worker.addEventListener('close', () => this.#fail('the native Worker ended before it had answered'));
  }

  /**
   * @param library path of the extracted ONNX Runtime
   * @throws DeviceError when the library or a model cannot be loaded
   */
  static async open(library: string, model: ModelFiles, device: DeviceInfo): Promise<NativeSession> {
    const session = new NativeSession(device);
    try {
      await session.#ask({ kind: 'open', library, model, threads: device.threads }, []);
      return session;
    } catch (error) {
      session.#worker.terminate();
      throw error;
    }
  }

  async encode(batch: Batch): Promise<{ readonly embeddings: Float32Array<ArrayBuffer>; readonly seconds: number }> {
    const { data, seconds } = await this.#ask({ kind: 'encode', batch }, [batch.tokens.buffer]);
    return { embeddings: data, seconds };
  }

  async classify(
    rows: number,
    nucleotide: Float32Array<ArrayBuffer>,
    protein: Float32Array<ArrayBuffer>,
  ): Promise<Float32Array<ArrayBuffer>> {
    const request = { kind: 'classify', rows, nucleotide, protein } as const;
    return (await this.#ask(request, [nucleotide.buffer, protein.buffer])).data;
  }

  async close(): Promise<void> {
    await this.#ask({ kind: 'close' }, []);
    this.#dead = new DeviceError('DeviceLost', 'the native session is closed');
    this.#worker.terminate();
  }

  #ask(
    request: Request,
    transfer: ArrayBuffer[],
  ): Promise<{ readonly data: Float32Array<ArrayBuffer>; readonly seconds: number }> {
    if (this.#dead !== undefined) return Promise.reject(this.#dead);
    this.#last += 1;
    const message: Numbered = { number: this.#last, request };
    return new Promise((resolve, reject) => {
      this.#waiting.set(message.number, { resolve, reject });
      this.#worker.postMessage(message, transfer);
    });
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.number);
    if (waiting === undefined) throw new Error(`the native Worker answered request ${reply.number} twice`);
    this.#waiting.delete(reply.number);
    if (reply.ok) waiting.resolve(reply);
    else waiting.reject(new DeviceError(reply.kind, reply.message));
  }

  #fail(message: string): void {
    if (this.#dead !== undefined) return;
    this.#dead = new DeviceError('DeviceLost', message);
    for (const waiting of this.#waiting.values()) waiting.reject(this.#dead);
    this.#waiting.clear();
  }
}
