/**
 * The main thread's side of one native Worker: calls become numbered requests, replies settle them. A Worker that dies
 * rejects everything that waits for it.
 */

import { workerUrl } from '../../system/program.ts';
import { DeviceError } from '../backend.ts';
import type { Numbered, Reply, Request, Result } from './protocol.ts';

interface Answer {
  readonly result: Result;
  /** Seconds the Worker was busy with it. */
  readonly seconds: number;
}

interface Waiting {
  resolve(answer: Answer): void;
  reject(error: DeviceError): void;
}

export class Lane {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #dead: DeviceError | undefined;

  constructor(name: string) {
    this.#worker = new Worker(workerUrl('run/workers/native-lane.ts').href, { name });
    this.#worker.onmessage = ({ data }: MessageEvent<Reply>) => this.#settle(data);
    this.#worker.onerror = (event) => this.#fail(`a native Worker failed: ${event.message}`);
    this.#worker.addEventListener('close', () => this.#fail('a native Worker ended before it had answered'));
  }

  /** Requests that are not answered yet. */
  get load(): number {
    return this.#waiting.size;
  }

  ask(request: Request, transfer: ArrayBuffer[] = []): Promise<Answer> {
    if (this.#dead !== undefined) return Promise.reject(this.#dead);
    this.#last += 1;
    const message: Numbered = { number: this.#last, request };
    return new Promise((resolve, reject) => {
      this.#waiting.set(message.number, { resolve, reject });
      this.#worker.postMessage(message, transfer);
    });
  }

  /** Ends the Worker; what still waits is rejected. */
  end(): void {
    this.#fail('the native session is closed');
    this.#worker.terminate();
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.number);
    if (waiting === undefined) throw new Error(`a native Worker answered request ${reply.number} unasked`);
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
