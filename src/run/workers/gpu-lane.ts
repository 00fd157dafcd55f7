/** Worker entry point: answers the requests of device/webgpu/protocol.ts with a WebGpuEngine. */

import { DeviceError } from '../../device/backend.ts';
import { compute } from '../../device/compute-request.ts';
import type { Numbered, Reply } from '../../device/lane.ts';
import { WebGpuEngine } from '../../device/webgpu/engine.ts';
import type { Notice, Request, Result } from '../../device/webgpu/protocol.ts';

declare const self: Worker;

let engine: WebGpuEngine | undefined;
/** Why nothing is computed any more. */
let broken: DeviceError | undefined;
let toldBytes = 0;
let queue: Promise<void> = Promise.resolve();

// A Worker that ends while Dawn has a promise to settle takes the whole process with it: nothing may end it but `close`.
const survive = (error: unknown): void => {
  broken ??= new DeviceError('Bug', error instanceof Error ? (error.stack ?? error.message) : String(error));
};
process.on('uncaughtException', survive);
process.on('unhandledRejection', survive);

// Set before anything is awaited: messages that come earlier would be lost.
self.onmessage = ({ data: { number, request } }: MessageEvent<Numbered<Request>>): void => {
  if (request.kind === 'abort') {
    broken ??= new DeviceError('DeviceLost', 'it was given up');
    engine?.abort();
    return;
  }
  queue = queue.then(() => answer(number, request));
};

async function answer(number: number, request: Request): Promise<void> {
  const began = performance.now();
  let reply: Reply<Result>;
  try {
    const result = await carryOut(request);
    reply = { number, ok: true, result, seconds: (performance.now() - began) / 1000 };
  } catch (error) {
    reply = { number, ok: false, ...failure(error) };
    // What ONNX Runtime holds after a run that failed is not to be trusted. A graph that it refuses does no harm.
    if (reply.kind !== 'Unsupported') broken ??= new DeviceError(reply.kind, reply.message);
  }
  tellMemory();
  self.postMessage(reply, reply.ok && reply.result !== undefined ? [reply.result.buffer] : []);
}

/** Before the answer, so that it is known when the answer is heard. */
function tellMemory(): void {
  const bytes = engine?.bytes ?? 0;
  if (bytes !== toldBytes) tell({ kind: 'memory', bytes });
  toldBytes = bytes;
}

function tell(notice: Notice): void {
  self.postMessage({ notice });
}

async function carryOut(request: Request): Promise<Result> {
  if (request.kind === 'close') {
    await engine?.close();
    engine = undefined;
    return undefined;
  }
  if (broken !== undefined) throw broken;
  switch (request.kind) {
    case 'open': {
      engine = await WebGpuEngine.open(request, () => tell({ kind: 'bound' }));
      return undefined;
    }
    case 'abort':
      throw new Error('abort is no request');
    default:
      return compute(opened(), request);
  }
}

function opened(): WebGpuEngine {
  if (engine === undefined) throw new Error('the GPU engine is not open');
  return engine;
}

function failure(error: unknown): { kind: DeviceError['kind']; message: string } {
  if (error instanceof DeviceError) return { kind: error.kind, message: error.message };
  return { kind: 'Bug', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
