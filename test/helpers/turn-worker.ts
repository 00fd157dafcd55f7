/** The other thread of the turn's tests: waits for its turn once and answers with what it learned. */

import { RunGivenUp, Turn } from '../../src/run/pool/turn.ts';

export interface TurnTask {
  readonly memory: SharedArrayBuffer;
  readonly job: number;
}

export type TurnAnswer = { readonly records: number } | { readonly givenUp: true };

declare const self: Worker;

self.onmessage = ({ data }: MessageEvent<TurnTask>) => {
  self.postMessage(answer(data));
};

function answer({ memory, job }: TurnTask): TurnAnswer {
  try {
    return { records: new Turn(memory).wait(job) };
  } catch (error) {
    if (error instanceof RunGivenUp) return { givenUp: true };
    throw error;
  }
}
