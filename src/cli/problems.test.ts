import { describe, expect, test } from 'bun:test';
import type { Event } from '../events/event.ts';
import type { RunItem } from '../run/pool/run.ts';
import { UserError } from '../system/errors.ts';
import { Problems } from './problems.ts';

const PROBLEM: RunItem = {
  item: 'problem',
  input: 1,
  record: 9,
  id: 'r9',
  line: 33,
  sentence: 'its sequence is missing',
};
const CUT: RunItem = { item: 'cut', input: 0, sentence: 'the file ends early' };
const PIECE: RunItem = { item: 'piece', input: 0, kind: 1, memory: new Uint8Array(1), start: 0, end: 1 };

describe('Problems', () => {
  test('tells records and files, counts them, and lets the run go on: exit code 3', () => {
    const events: Event[] = [];
    const problems = new Problems(['a.fa', 'b.fq'], false, (event) => events.push(event));
    problems.take(PIECE);
    expect([problems.count, problems.exitCode, events]).toEqual([0, 0, []]);
    for (const item of [PROBLEM, PIECE, CUT]) problems.take(item);
    expect(events).toEqual([
      { event: 'record_failed', file: 'b.fq', record: 'r9', line: 33, message: 'its sequence is missing' },
      { event: 'record_failed', file: 'a.fa', record: undefined, line: undefined, message: 'the file ends early' },
    ]);
    expect([problems.count, problems.exitCode]).toEqual([2, 3]);
  });

  test('strict, the first one ends the run with its place', () => {
    const events: Event[] = [];
    const strict = () => new Problems(['a.fa', 'b.fq'], true, (event) => events.push(event));
    strict().take(PIECE);
    expect(() => strict().take(PROBLEM)).toThrow(UserError);
    expect(() => strict().take(PROBLEM)).toThrow('b.fq, record r9, line 33: its sequence is missing. Repair the file');
    expect(() => strict().take(CUT)).toThrow('a.fa: the file ends early. Repair');
    expect(events).toEqual([]);
  });
});
