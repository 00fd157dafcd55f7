/**
 * The main thread's side of one Worker that computes: calls become numbered requests, each is answered exactly once,
 * and a Worker that dies rejects everything that waits for it. What the requests mean is the backend's protocol.
 *
 * Nothing that a Worker posted is lost: messages come in the order in which they were posted, so that the answer to a last
 * request (`close`) comes after every notice; and the `close` event of a Worker that dies comes after all it had posted,
 * be it by an exception, a rejection or process.exit. Its `error` event overtakes them: it only gives the reason. Lost is
 * what waits when main ends the Worker or leaves it to itself, and everything when the process dies.
 */

import { workerUrl } from '../system/program.ts';
import { DeviceError } from './backend.ts';

export interface Numbered<Request> {
  readonly number: number;
  readonly request: Request;
}

export type Reply<Result> =
  | { readonly number: number; readonly ok: true; readonly result: Result; readonly seconds: number }
  | {
      readonly number: number;
      readonly ok: false;
      readonly kind: DeviceError['kind'];
      readonly message: string;
    };

export interface Answer<Result> {
  readonly result: Result;
  /** Seconds the Worker was busy with it. */
  readonly seconds: number;
}

interface Waiting<Result> {
  resolve(answer: Answer<Result>): void;
  reject(error: DeviceError): void;
}

export class Lane<Request, Result, Notice = never> {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting<Result>>();
  #last = 0;
  /** What the Worker's error event said; its `close` event follows. */
  #reason: string | undefined;
  #dead: DeviceError | undefined;

  /**
   * @param entry of the Worker, a path below src/
   * @param name of the thread
   * @param onNotice hears what the Worker says without being asked
   */
  constructor(
    entry: string,
    readonly name: string,
    onNotice?: (notice: Notice) => void,
  ) {
    this.#worker = new Worker(workerUrl(entry).href, { name });
    this.#worker.onmessage = ({ data }: MessageEvent<Reply<Result> | { readonly notice: Notice }>) => {
      if ('notice' in data) onNotice?.(data.notice);
      else this.#settle(data);
    };
    // Nothing fails yet: answers and notices posted before the exception may lie behind this event.
    this.#worker.onerror = (event) => {
      this.#reason ??= `its Worker failed: ${event.message}`;
    };
    this.#worker.addEventListener('close', () => this.#fail(this.#reason ?? 'its Worker ended before it had answered'));
  }

  /** Requests that are not answered yet. */
  get load(): number {
    return this.#waiting.size;
  }

  ask(request: Request, transfer: ArrayBuffer[] = []): Promise<Answer<Result>> {
    if (this.#dead !== undefined) return Promise.reject(this.#dead);
    this.#last += 1;
    const message: Numbered<Request> = { number: this.#last, request };
    return new Promise((resolve, reject) => {
      // Before it waits: what cannot be posted is never answered, and must not count as load.
      this.#worker.postMessage(message, transfer);
      this.#waiting.set(message.number, { resolve, reject });
    });
  }

  /** Says something that is not answered. */
  post(request: Request): void {
    if (this.#dead !== undefined) return;
    const message: Numbered<Request> = { number: 0, request };
    this.#worker.postMessage(message);
  }

  /**
   * Ends the Worker; what still waits is rejected, and what it has posted since its last answer is not heard. It must not
   * be inside native code that cannot be left.
   */
  end(): void {
    this.#fail('its session is closed');
    this.#worker.terminate();
  }

  /** Leaves the Worker to itself: nothing is heard of it any more, and the process does not wait for it. */
  abandon(reason: string): void {
    this.#fail(reason);
    this.#worker.onmessage = null;
    this.#worker.unref();
  }

  #settle(reply: Reply<Result>): void {
    const waiting = this.#waiting.get(reply.number);
    // After an abandoned one has failed, its late answers come as well.
    if (waiting === undefined && this.#dead !== undefined) return;
    if (waiting === undefined) throw new Error(`${this.name} answered request ${reply.number} unasked`);
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
