import { describe, expect, test } from 'bun:test';
import { Gate } from './gate.ts';

/** Some turns of the microtask queue: enough for whatever may go on to go on. */
async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}

function enter(gate: Gate): { inside: boolean } {
  const state = { inside: false };
  void gate.enter().then(() => {
    state.inside = true;
  });
  return state;
}

describe('Gate', () => {
  test('lets the limit in; one more for each that leaves', async () => {
    const gate = new Gate(2);
    await gate.enter();
    await gate.enter();
    for (let round = 0; round < 3; round++) {
      const next = enter(gate);
      await settle();
      expect(next.inside).toBe(false);
      gate.leave();
      await settle();
      expect(next.inside).toBe(true);
    }
  });

  test('room that was left before somebody came is not forgotten', async () => {
    const gate = new Gate(1);
    await gate.enter();
    gate.leave();
    const next = enter(gate);
    await settle();
    expect(next.inside).toBe(true);
  });

  test('opened, it holds nobody, neither who waits nor who comes', async () => {
    const gate = new Gate(1);
    await gate.enter();
    const waiting = enter(gate);
    gate.open();
    await settle();
    expect(waiting.inside).toBe(true);
    expect(await Promise.all([gate.enter(), gate.enter()])).toHaveLength(2);
  });
});
