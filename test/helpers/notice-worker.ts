/** A Worker that says much without being asked, and then answers, or dies in one of several ways. */

import type { Numbered, Reply } from '../../src/device/lane.ts';

export interface NoticeRequest {
  /** Notices to post: the numbers from 0. */
  readonly notices: number;
  readonly then: 'answer' | 'answer and throw' | 'throw' | 'reject' | 'exit';
  /** An Int32Array's memory: set to 1 and woken when everything is posted. */
  readonly posted: SharedArrayBuffer;
}

declare const self: Worker;

self.onmessage = ({ data: { number, request } }: MessageEvent<Numbered<NoticeRequest>>): void => {
  for (let notice = 0; notice < request.notices; notice += 1) self.postMessage({ notice });
  const done: Reply<undefined> = { number, ok: true, result: undefined, seconds: 0 };
  if (request.then.startsWith('answer')) self.postMessage(done);
  const flag = new Int32Array(request.posted);
  Atomics.store(flag, 0, 1);
  Atomics.notify(flag, 0);
  switch (request.then) {
    case 'answer':
      return;
    case 'answer and throw':
    case 'throw':
      throw new TypeError('a bug');
    case 'reject':
      void Promise.reject(new TypeError('a bug'));
      return;
    case 'exit':
      process.exit(3);
      return;
    default:
      request.then satisfies never;
  }
};
