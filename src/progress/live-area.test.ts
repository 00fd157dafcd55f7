import { describe, expect, test } from 'bun:test';
import { TinyTerminal } from '../../test/helpers/tiny-terminal.ts';
import { LiveArea } from './live-area.ts';

describe('LiveArea', () => {
  test('lines are painted below what is written, and only those that changed', () => {
    const out = new TinyTerminal();
    const area = new LiveArea(out, true);
    area.log('one\n');
    area.paint(['bar 1', 'rates', 'devices']);
    area.paint(['bar 2', 'rates', 'devices!']);
    expect(out.seen).toEqual(['one', 'bar 2', 'rates', 'devices!']);
    expect(out.writes.at(-1)).not.toContain('rates');
    const before = out.writes.length;
    area.paint(['bar 2', 'rates', 'devices!']);
    expect(out.writes.slice(before).join('')).toBe('');
  });

  test('a log line goes above them, and they can wait or come at once', () => {
    const out = new TinyTerminal();
    const area = new LiveArea(out, true);
    area.paint(['bar', 'rates']);
    area.log('[warn] mind\n', ['bar', 'rates']);
    expect(out.seen).toEqual(['[warn] mind', 'bar', 'rates']);
    area.log('[info] a\n[info] b\n');
    expect(out.seen).toEqual(['[warn] mind', '[info] a', '[info] b']);
    area.paint(['bar', 'rates']);
    expect(out.seen.slice(-3)).toEqual(['[info] b', 'bar', 'rates']);
  });

  test('fewer lines, more lines, none', () => {
    const out = new TinyTerminal();
    const area = new LiveArea(out, true);
    for (const lines of [['a', 'b', 'c'], ['a'], ['x', 'b', 'c', 'd'], [], ['e']]) {
      area.paint(lines);
      expect(out.seen).toEqual(lines);
      expect(out.column).toBe(0);
    }
  });

  test('closed, nothing of it is left and the cursor is seen', () => {
    const out = new TinyTerminal();
    const area = new LiveArea(out, true);
    area.log('kept\n');
    area.paint(['a', 'b']);
    expect(out.isCursorShown).toBe(false);
    area.close();
    expect([out.seen, out.isCursorShown, out.listeners]).toEqual([['kept'], true, 0]);
  });

  test('what a person types is erased with the lines', () => {
    const out = new TinyTerminal();
    const area = new LiveArea(out, true);
    area.paint(['a', 'b']);
    out.write('^C');
    area.close();
    expect([out.seen, out.column]).toEqual([[], 0]);
  });

  test('never painted, a terminal gets nothing but the text', () => {
    const out = new TinyTerminal();
    const area = new LiveArea(out, true);
    area.log('kept\n');
    area.close();
    expect(out.writes.join('')).toBe('kept\n');
  });

  test('while the terminal takes nothing, frames are left out and text is not', () => {
    const out = new TinyTerminal();
    const area = new LiveArea(out, true);
    area.paint(['a 1']);
    out.isBusy = true;
    const before = out.writes.length;
    expect(area.paint(['a 2'])).toBe(false);
    expect(out.writes.length).toBe(before);
    area.log('text\n', ['a 3']);
    expect(out.seen).toEqual(['text']);
    out.isBusy = false;
    expect(area.paint(['a 4'])).toBe(true);
    expect(out.seen).toEqual(['text', 'a 4']);
  });

  test('a screen that is too low shows the first lines', () => {
    const out = new TinyTerminal({ rows: 4 });
    const area = new LiveArea(out, true);
    area.log('kept\n');
    area.paint(['a', 'b', 'c', 'd', 'e']);
    area.paint(['a', 'B', 'c', 'd', 'e']);
    expect(out.seen).toEqual(['kept', 'a', 'B', 'c']);
    area.close();
    expect(out.seen).toEqual(['kept']);
  });

  test.each([
    [true, 'broken anew'],
    [false, 'cut off'],
  ])('after a resize nothing of the old frame is left: lines are %p', (reflows) => {
    const out = new TinyTerminal({ columns: 80, reflows });
    const area = new LiveArea(out, reflows);
    area.log('kept\n');
    area.paint(['x'.repeat(80), 'short', 'y'.repeat(61)]);
    out.resize(30);
    expect(out.seen).toEqual(['kept']);
    area.paint(['x'.repeat(30), 'short']);
    out.resize(120);
    area.paint(['wide', 'again']);
    expect(out.seen).toEqual(['kept', 'wide', 'again']);
  });

  test('a line that is wider than the screen is cut off by the terminal, a log line is broken', () => {
    const out = new TinyTerminal({ columns: 10 });
    const area = new LiveArea(out, true);
    area.log(`${'k'.repeat(14)}\n`);
    area.paint(['x'.repeat(13), 'b']);
    expect(out.seen).toEqual(['k'.repeat(10), 'kkkk', 'x'.repeat(10), 'b']);
    area.close();
    expect(out.seen).toEqual(['k'.repeat(10), 'kkkk']);
  });

  test('forgotten, the next frame begins where the cursor is', () => {
    const out = new TinyTerminal();
    const area = new LiveArea(out, true);
    area.paint(['a', 'b']);
    area.erase();
    expect([out.seen, out.isCursorShown]).toEqual([[], true]);
    out.write('[1]+ Stopped\n$ fg\n');
    area.forget();
    area.paint(['a', 'b']);
    expect(out.seen).toEqual(['[1]+ Stopped', '$ fg', 'a', 'b']);
    expect(out.isCursorShown).toBe(false);
  });

  test('what is no text goes with the frame', () => {
    const out = new TinyTerminal();
    new LiveArea(out, true).paint(['a'], '\u001b]9;4;1;50\u001b\\');
    expect([out.taskbar, out.writes.length]).toEqual(['1;50', 1]);
  });
});
