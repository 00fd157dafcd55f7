import { expect, test } from 'bun:test';
import type { Event } from '../events/event.ts';
import { ndjsonRenderer } from './ndjson.ts';

const NOON = new Date('2026-11-22T12:00:00.120Z');
const warning = (message: string): Event => ({ event: 'warning', message });

function linesOf(...events: Event[]): string[] {
  const lines: string[] = [];
  const { emit } = ndjsonRenderer((text) => lines.push(text), { now: () => NOON });
  for (const event of events) emit(event);
  return lines;
}

test('a line per event, each written at once, in order', () => {
  expect(linesOf(warning('a'), { event: 'stage', stage: 'load', note: 'n' })).toEqual([
    '{"v":1,"time":"2026-11-22T12:00:00.120Z","event":"warning","message":"a"}\n',
    '{"v":1,"time":"2026-11-22T12:00:00.120Z","event":"stage","stage":"load","note":"n"}\n',
  ]);
});

test('what is undefined is left out, what is no number is null', () => {
  const [line] = linesOf({
    ...{ event: 'download', bytes: 0, bytes_total: undefined, bytes_per_second: Number.NaN },
    ...{ seconds_left: Number.POSITIVE_INFINITY, seconds: 0.5 },
  });
  expect(line).toEndWith('"event":"download","bytes":0,"bytes_per_second":null,"seconds_left":null,"seconds":0.5}\n');
});

test('whatever a text holds, a line stays one line of JSON', () => {
  const message = 'a\nb\r\u0000\u001b[2J"\\ \ud800 \u{1f9a0}';
  const [line] = linesOf(warning(message));
  expect(line!.indexOf('\n')).toBe(line!.length - 1);
  // A half of a surrogate pair is no text; JSON writes it as an escape.
  expect(JSON.parse(line!).message).toBe(message);
});

test('a stream that fails is told once, and nothing is written behind the line that was cut off', () => {
  const told: string[] = [];
  let calls = 0;
  const { emit, close } = ndjsonRenderer(
    () => {
      calls += 1;
      if (calls === 2) throw new Error('no space left on device');
    },
    { onFailure: (reason) => told.push(reason) },
  );
  for (const text of ['a', 'b', 'c', 'd']) emit(warning(text));
  close();
  expect(calls).toBe(2);
  expect(told).toEqual(['no space left on device']);
});

test('the failure may be told through the renderer itself', () => {
  const failing: { emit(event: Event): void } = ndjsonRenderer(
    () => {
      throw new Error('gone');
    },
    { onFailure: (reason) => failing.emit(warning(reason)) },
  );
  failing.emit(warning('a'));
});
