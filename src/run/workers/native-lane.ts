/** Worker entry point: answers the requests of device/native/protocol.ts with a NativeEngine. */

import { compute } from '../../device/compute-request.ts';
import type { Numbered, Reply } from '../../device/lane.ts';
import { NativeEngine } from '../../device/native/engine.ts';
import { OrtError } from '../../device/native/ort-api.ts';
import type { Request, Result } from '../../device/native/protocol.ts';

declare const self: Worker;

let engine: NativeEngine | undefined;

self.onmessage = ({ data: { number, request } }: MessageEvent<Numbered<Request>>): void => {
  const began = performance.now();
  let reply: Reply<Result>;
  try {
    const result = answer(request);
    reply = { number, ok: true, result, seconds: (performance.now() - began) / 1000 };
  } catch (error) {
    reply = { number, ok: false, ...failure(error) };
  }
  self.postMessage(reply, reply.ok && reply.result instanceof Float32Array ? [reply.result.buffer] : []);
};

function answer(request: Request): Result {
  switch (request.kind) {
    case 'open':
      engine = NativeEngine.open(request);
      return engine.handles();
    case 'join':
      engine = NativeEngine.join(request);
      return undefined;
    case 'close':
      engine?.close();
      engine = undefined;
      return undefined;
    default:
      return compute(opened(), request);
  }
}

function opened(): NativeEngine {
  if (engine === undefined) throw new Error('the native engine is not open');
  return engine;
}

function failure(error: unknown): { kind: 'OutOfMemory' | 'Unsupported' | 'Bug'; message: string } {
  if (!(error instanceof Error)) return { kind: 'Bug', message: String(error) };
  if (!(error instanceof OrtError)) return { kind: 'Bug', message: error.stack ?? error.message };
  // ORT has no status code for it: its arena and the C++ allocator say it in words.
  const outOfMemory = /bad_alloc|[Ff]ailed to allocate memory|out of memory/.test(error.message);
  return { kind: outOfMemory ? 'OutOfMemory' : 'Unsupported', message: error.message };
}
