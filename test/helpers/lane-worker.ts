/** The other side of a lane's tests: does what it is told, in the order in which it is told. */

import type { Numbered, Reply } from '../../src/device/lane.ts';

export type LaneRequest =
  | { readonly kind: 'double'; readonly values: Float32Array<ArrayBuffer> }
  /** Is answered once `release` was posted, the last one first. */
  | { readonly kind: 'keep'; readonly value: number }
  | { readonly kind: 'release' }
  | { readonly kind: 'refuse'; readonly message: string }
  | { readonly kind: 'notice'; readonly text: string }
  | { readonly kind: 'throw'; readonly message: string }
  /** In a Worker this ends the Worker alone. */
  | { readonly kind: 'end' };

export type LaneResult = Float32Array<ArrayBuffer> | number | undefined;

declare const self: Worker;

let kept: Reply<LaneResult>[] = [];

self.onmessage = ({ data: { number, request } }: MessageEvent<Numbered<LaneRequest>>): void => {
  const done = (result: LaneResult): Reply<LaneResult> => ({ number, ok: true, result, seconds: 0.5 });
  switch (request.kind) {
    case 'double': {
      const result = request.values.map((value) => 2 * value);
      self.postMessage(done(result), [result.buffer]);
      return;
    }
    case 'keep':
      kept.unshift(done(request.value));
      return;
    case 'release':
      for (const reply of kept) self.postMessage(reply);
      kept = [];
      return;
    case 'refuse': {
      const reply: Reply<LaneResult> = { number, ok: false, kind: 'OutOfMemory', message: request.message };
      self.postMessage(reply);
      return;
    }
    case 'notice':
      self.postMessage({ notice: request.text });
      self.postMessage(done(undefined));
      return;
    case 'throw':
      throw new TypeError(request.message);
    case 'end':
      process.exit(0);
      return;
    default:
      request satisfies never;
  }
};
