/** Worker entry point: answers the requests of device/native/protocol.ts with a NativeEngine. */

import { NativeEngine } from '../../device/native/engine.ts';
import { OrtError } from '../../device/native/ort-api.ts';
import type { Numbered, Reply, Request } from '../../device/native/protocol.ts';

declare const self: Worker;

let engine: NativeEngine | undefined;

self.onmessage = ({ data: { number, request } }: MessageEvent<Numbered>): void => {
  const began = performance.now();
  let reply: Reply;
  try {
    const data = answer(request);
    reply = { number, ok: true, data, seconds: (performance.now() - began) / 1000 };
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    reply =
      error instanceof OrtError
        ? {
            number,
            ok: false,
            kind: outOfMemory(error.message) ? 'OutOfMemory' : 'Unsupported',
            message: error.message,
          }
        : { number, ok: false, kind: 'Bug', message };
  }
  self.postMessage(reply, reply.ok ? [reply.data.buffer] : []);
};

function answer(request: Request): Float32Array<ArrayBuffer> {
  switch (request.kind) {
    case 'open':
      engine = new NativeEngine(request.library, request.model, request.threads);
      return new Float32Array(0);
    case 'encode':
      return opened().encode(request.batch);
    case 'classify':
      return opened().classify(request.rows, request.nucleotide, request.protein);
    case 'close':
      engine?.close();
      engine = undefined;
      return new Float32Array(0);
    default:
      request satisfies never;
      throw new Error('unknown request');
  }
}

function opened(): NativeEngine {
  if (engine === undefined) throw new Error('the native engine is not open');
  return engine;
}

/** ORT has no status code for it: its arena and the C++ allocator say it in words. */
function outOfMemory(message: string): boolean {
  return /bad_alloc|[Ff]ailed to allocate memory|out of memory/.test(message);
}
