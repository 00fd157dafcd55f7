import { afterEach, describe, expect, test } from 'bun:test';
import type { TurnAnswer, TurnTask } from '../../../test/helpers/turn-worker.ts';
import { RunGivenUp, Turn } from './turn.ts';

const workers: Worker[] = [];
afterEach(() => {
  for (const worker of workers.splice(0)) worker.terminate();
});

/** Another thread that waits for the turn of `job`. */
function waiter({ memory }: Turn, job: number): Promise<TurnAnswer> {
  const worker = new Worker(new URL('../../../test/helpers/turn-worker.ts', import.meta.url).href);
  workers.push(worker);
  const answer = new Promise<TurnAnswer>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<TurnAnswer>) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  });
  const task: TurnTask = { memory, job };
  worker.postMessage(task);
  return answer;
}

/** Until so many threads sleep on the turn; waking one does not hurt, it looks and sleeps again. */
async function sleeping({ memory }: Turn, threads: number): Promise<void> {
  while (Atomics.notify(new Int32Array(memory), 0) < threads) await new Promise((resolve) => setImmediate(resolve));
}

describe('Turn', () => {
  test('whoever is in turn does not wait, and learns how many records came before', () => {
    const turn = Turn.create();
    turn.give(0, 0);
    expect(turn.wait(0)).toBe(0);
    turn.give(1, 2 ** 40 + 1);
    expect(new Turn(turn.memory).wait(1)).toBe(2 ** 40 + 1);
  });

  test('a turn that is over is a bug', () => {
    const turn = Turn.create();
    turn.give(3, 9);
    expect(() => turn.wait(2)).toThrow('job 2 waits for its turn, which is over: 3');
  });

  test('once the run was given up nobody waits', () => {
    const turn = Turn.create();
    turn.giveUp();
    expect(() => turn.wait(0)).toThrow(RunGivenUp);
    turn.give(7, 0);
    turn.giveUp();
    expect(() => turn.wait(7)).toThrow(RunGivenUp);
  });

  test('other threads wait for their own turn, each', async () => {
    const turn = Turn.create();
    const late = waiter(turn, 7);
    await sleeping(turn, 1);
    const early = waiter(turn, 5);
    await sleeping(turn, 2);
    await sleeping(turn, 2);
    turn.give(5, 50);
    expect(await early).toEqual({ records: 50 });
    turn.give(6, 60);
    turn.give(7, 70);
    expect(await late).toEqual({ records: 70 });
  });

  test('giving up wakes all', async () => {
    const turn = Turn.create();
    const waiters = [waiter(turn, 1), waiter(turn, 2), waiter(turn, 3)];
    await sleeping(turn, 3);
    turn.giveUp();
    expect(await Promise.all(waiters)).toEqual([{ givenUp: true }, { givenUp: true }, { givenUp: true }]);
  });
});
