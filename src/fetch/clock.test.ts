import { expect, test } from 'bun:test';
import { type Clock, StallWatch, waitFor } from './clock.ts';

/** Time that moves when it is told to. */
class Hands implements Clock {
  ms = 0;
  timers: { at: number; action: () => void }[] = [];
  now = () => this.ms;
  after = (milliseconds: number, action: () => void) => {
    const timer = { at: this.ms + milliseconds, action };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  };
  to(ms: number): void {
    this.ms = ms;
    const due = this.timers.filter(({ at }) => at <= ms);
    this.timers = this.timers.filter(({ at }) => at > ms);
    for (const { action } of due) action();
  }
}

const never = new AbortController().signal;

test('a watch counts only the time of the present wait', async () => {
  const hands = new Hands();
  const watch = new StallWatch(hands, 100, never);
  hands.to(500); // a slow disk
  expect(watch.signal.aborted).toBe(false);
  const first = Promise.withResolvers<void>();
  const waiting = watch.during(() => first.promise);
  hands.to(599);
  first.resolve();
  await waiting;
  hands.to(900); // the disk again
  void watch.during(() => new Promise(() => undefined));
  hands.to(999);
  expect(watch.isStalled).toBe(false);
  hands.to(1000);
  expect([watch.isStalled, watch.signal.aborted]).toEqual([true, true]);
});

test('a watch that has ended leaves nothing behind, and ends its request', () => {
  const hands = new Hands();
  const outer = new AbortController();
  const watch = new StallWatch(hands, 100, outer.signal);
  watch.end();
  expect([hands.timers.length, watch.isStalled, watch.signal.aborted]).toEqual([0, false, true]);
});

test('the outer signal ends the request with its reason', () => {
  const outer = new AbortController();
  const early = new StallWatch(new Hands(), 100, outer.signal);
  outer.abort('enough');
  const late = new StallWatch(new Hands(), 100, outer.signal);
  expect([early.signal.reason, late.signal.reason, early.isStalled]).toEqual(['enough', 'enough', false]);
});

test('a wait is over in time, or with the signal', async () => {
  const hands = new Hands();
  const waiting = waitFor(hands, 50, never);
  hands.to(50);
  await waiting;
  const outer = new AbortController();
  const stopped = waitFor(hands, 50, outer.signal);
  outer.abort('enough');
  expect(await stopped.catch((reason: unknown) => reason)).toBe('enough');
  expect(await waitFor(hands, 50, outer.signal).catch((reason: unknown) => reason)).toBe('enough');
  expect(hands.timers.length).toBe(0);
});
