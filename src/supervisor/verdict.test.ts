import { describe, expect, test } from 'bun:test';
import type { Crash } from '../system/crash.ts';
import { LastKnown } from './last-known.ts';
import { isCrashSignal, verdictOn } from './verdict.ts';

const AT = '2026-11-22T12:00:00.000Z';
const crashOf = (device: string | null): Crash => ({ signal: 'SIGSEGV', device, at: AT });

function knownAfter(text: string): LastKnown {
  const known = new LastKnown();
  known.take(text);
  return known;
}

const nextAfter = (text: string, before: readonly Crash[] = []) =>
  verdictOn('SIGSEGV', AT, knownAfter(text), before).next;

describe('who is blamed', () => {
  const suspectAfter = (text: string) => knownAfter(text).suspect;

  test('the GPU with something to do, not one that is done with it, nor the CPU', () => {
    expect(suspectAfter('')).toBeUndefined();
    expect(suspectAfter('begin webgpu:0\n')).toBe('webgpu:0');
    expect(suspectAfter('begin webgpu:0\nend webgpu:0\n')).toBeUndefined();
    expect(suspectAfter('begin webgpu:0\nbegin cpu\n')).toBe('webgpu:0');
    expect(suspectAfter('begin cpu\n')).toBeUndefined();
  });

  test('with two things to do it is at work until both are done', () => {
    expect(suspectAfter('begin cuda:0\nbegin cuda:0\nend cuda:0\n')).toBe('cuda:0');
    expect(suspectAfter('begin cuda:0\nbegin cuda:0\nend cuda:0\nend cuda:0\n')).toBeUndefined();
  });

  test('of several the one that was given something last', () => {
    expect(suspectAfter('begin cuda:0\nbegin cuda:1\n')).toBe('cuda:1');
    expect(suspectAfter('begin cuda:0\nbegin cuda:1\nbegin cuda:0\n')).toBe('cuda:0');
    expect(suspectAfter('begin cuda:0\nbegin cuda:1\nend cuda:1\n')).toBe('cuda:0');
  });

  test('wherever the lines were cut, and whatever is not whole', () => {
    const text = 'journal\nbegin cuda:0\nonce\nbegin cuda:1\nend cuda:1\nbeg';
    for (let cut = 0; cut <= text.length; cut += 1) {
      const known = knownAfter(text.slice(0, cut));
      known.take(text.slice(cut));
      expect([known.suspect, known.hasJournal, known.readsOnce]).toEqual(['cuda:0', true, true]);
    }
  });
});

test('a GPU that crashed is left out, each once', () => {
  const at = 'begin cuda:0\nbegin cuda:1\n';
  expect(verdictOn('SIGABRT', AT, knownAfter(at), [])).toEqual({
    crash: { signal: 'SIGABRT', device: 'cuda:1', at: AT },
    next: 'restart',
  });
  expect(nextAfter(at, [crashOf('cuda:0')])).toBe('restart');
  // It is not in the run any more, so it cannot have been the cause.
  expect(verdictOn('SIGSEGV', AT, knownAfter(at), [crashOf('cuda:1')])).toEqual({
    crash: crashOf(null),
    next: 'again',
  });
});

test('without a GPU to blame there is one more try, if it was the first crash', () => {
  expect(nextAfter('begin cpu\n')).toBe('restart');
  expect(nextAfter('begin cpu\n', [crashOf(null)])).toBe('again');
  expect(nextAfter('begin cpu\n', [crashOf('cuda:0')])).toBe('again');
});

test('what came through a pipe cannot be read again', () => {
  expect(nextAfter('once\nbegin cuda:0\n')).toBe('once');
  expect(nextAfter('once\nbegin cpu\n')).toBe('once');
});

test('only signals of a process against itself are crashes', () => {
  expect(['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGABRT', 'SIGTRAP'].every(isCrashSignal)).toBe(true);
  expect(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGXCPU', 'SIGPIPE'].some(isCrashSignal)).toBe(false);
});
