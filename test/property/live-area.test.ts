/** Whatever is painted, told and resized in whatever order: the screen holds what was told, in order, and the last frame. */

import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { LiveArea } from '../../src/progress/live-area.ts';
import { TinyTerminal } from '../helpers/tiny-terminal.ts';

const line = fc.string({ unit: fc.constantFrom('a', 'b', '▇', ' x', '語', '-'), minLength: 1, maxLength: 60 });
const step = fc.oneof(
  fc.record({ kind: fc.constant('paint' as const), lines: fc.array(line, { maxLength: 6 }) }),
  fc.record({ kind: fc.constant('log' as const), text: line, again: fc.boolean() }),
  fc.record({ kind: fc.constant('resize' as const), columns: fc.integer({ min: 10, max: 100 }) }),
  fc.record({ kind: fc.constant('busy' as const), isBusy: fc.boolean() }),
);

/** Columns a frame's line takes on the screen. */
const cut = (text: string, columns: number) => {
  let width = 0;
  let kept = '';
  for (const letter of text) {
    width += Bun.stringWidth(letter);
    if (width > columns) break;
    kept += letter;
  }
  return kept;
};

test('what is seen is what was told and the last frame', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), fc.boolean(), (steps, reflows) => {
      const out = new TinyTerminal({ columns: 80, rows: 200, reflows });
      const area = new LiveArea(out, reflows);
      const told: string[] = [];
      let frame: readonly string[] = [];
      for (const one of steps) {
        switch (one.kind) {
          case 'paint': {
            const lines = one.lines.map((text) => cut(text, out.columns));
            if (area.paint(lines)) frame = lines;
            break;
          }
          case 'log': {
            const text = cut(one.text, 10);
            const again = one.again ? frame.map((text) => cut(text, out.columns)) : undefined;
            area.log(`${text}\n`, again);
            told.push(text);
            frame = out.isBusy ? [] : (again ?? []);
            break;
          }
          case 'resize':
            out.resize(one.columns);
            frame = [];
            break;
          case 'busy':
            out.isBusy = one.isBusy;
            break;
          default:
            one satisfies never;
        }
        const wanted = [...told, ...frame].map((text) => text.trimEnd());
        while (wanted.at(-1) === '') wanted.pop();
        expect(out.seen).toEqual(wanted);
        expect(out.column).toBe(0);
      }
      area.close();
      expect(out.isCursorShown).toBe(true);
    }),
    { numRuns: 300 },
  );
});
