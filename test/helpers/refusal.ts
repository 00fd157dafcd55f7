/** What a person's mistake must look like: exit code 2 (or another that is named), one sentence with its remedy. */

import { expect } from 'bun:test';
import type { Outcome } from './binary.ts';

/**
 * @param says what the message must name
 * @param code exit code
 */
export function expectRefusal(outcome: Outcome, says: readonly string[], code = 2): void {
  // The talk before it is no part of the message.
  const lines = outcome.stderr.split('\n').filter((line) => line !== '' && !/^\[(info|warn)\]/.test(line));
  expect({ code: outcome.code, lines: lines.length, stdout: outcome.stdout }).toEqual({ code, lines: 1, stdout: '' });
  const message = lines[0]!;
  expect(message).toStartWith('virnucpro: ');
  // A sentence, then what to do.
  expect(message).toMatch(/[^.]\. \S/);
  expect(message).not.toMatch(/\bat .*[:(]\d+:\d+|\$bunfs|undefined|\[object|Error:/);
  for (const word of says) expect(message).toContain(word);
}
