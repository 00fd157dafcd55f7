/** A run's journal: files that are damaged, and frames under right checksums that tell something else. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { SYSTEM_FILES } from '../../../src/journal/file-calls.ts';
import { encodeFrame, type Frame } from '../../../src/journal/frame.ts';
import { runPath, windowPath } from '../../../src/journal/journal-folder.ts';
import { ownerFrame, rowsFrames, runFrame, scoresFrame, windowFrame } from '../../../src/journal/run-frames.ts';
import { StoredRun } from '../../../src/journal/stored-run.ts';
import { joined } from '../../helpers/containers.ts';
import { attempt } from '../attempt.ts';
import { batteredBytes } from '../bytes.ts';
import type { Dice } from '../dice.ts';
import { batteredJson, type Json } from '../json.ts';
import type { FuzzTarget } from '../target.ts';

const RUN = '00000000-0000-4000-8000-000000000001';

export const JOURNALS: readonly FuzzTarget[] = [
  journal('journal', 'files of a journal, damaged', (dice, frames) => {
    const whole = joined(...frames.map(encodeFrame));
    return batteredBytes(dice, whole, whole);
  }),
  journal('frames', 'frames of a journal that are whole and tell something else', (dice, frames) =>
    joined(...frames.map((frame) => encodeFrame(otherFrame(dice, frame)))),
  ),
];

function journal(name: string, what: string, batter: (dice: Dice, frames: readonly Frame[]) => Uint8Array): FuzzTarget {
  return {
    name,
    what,
    open: (folder) => {
      const paths = [runPath(folder), windowPath(folder, 2)] as const;
      return (dice) => {
        const { run, rows } = soundJournal();
        // One of the two is battered; a torn file is cut off where it is read, so both are written anew.
        const isRun = dice.chance(0.5);
        const input = batter(dice, isRun ? run : rows);
        const other = joined(...(isRun ? rows : run).map(encodeFrame));
        const write = (): void => {
          rmSync(dirname(paths[0]), { recursive: true, force: true });
          mkdirSync(dirname(paths[0]), { recursive: true });
          for (const [i, path] of paths.entries()) writeFileSync(path, (i === 0) === isRun ? input : other);
        };
        return {
          input,
          run: () => {
            write();
            return attempt(() => readEverything(folder));
          },
        };
      };
    },
  };
}

/** Numbers of the wrong count would end in the wrong rows. */
async function readEverything(folder: string): Promise<void> {
  const run = await StoredRun.read(folder, true, SYSTEM_FILES);
  for (const [window, { pairs }] of run?.windows ?? []) {
    const scores = await run?.scores(window);
    if (scores !== undefined && scores.length !== 2 * pairs)
      throw new Error(`${scores.length} scores of ${pairs} pairs`);
    for await (const { rowNumbers, embeddings } of run?.rows(window) ?? []) {
      if (embeddings.length % Math.max(1, rowNumbers.length) !== 0) throw new Error('rows without numbers');
    }
  }
}

/** Window 1 has its scores, window 2 some of its rows. */
function soundJournal(): { readonly run: readonly Frame[]; readonly rows: readonly Frame[] } {
  const note = (window: number) => ({ window, bytes: 100, sha256: 'ab'.repeat(32), chunks: 2, frames: 3, pairs: 3 });
  const rows = {
    encoder: 'protein',
    rowNumbers: Uint32Array.of(0, 2),
    embeddings: new Float32Array(8).fill(0.5),
  } as const;
  return {
    run: [
      runFrame({ run: RUN, fingerprint: { program: '1.0', bundle: { sha256: 'x' } } }),
      windowFrame(note(1)),
      scoresFrame(1, Float32Array.of(0.25, 0.75, 0.5, 0.5, 1, 0)),
      windowFrame(note(2)),
    ],
    rows: [ownerFrame(RUN, 2), ...Array.from(rowsFrames(rows), ({ frame }) => frame)],
  };
}

function otherFrame(dice: Dice, frame: Frame): Frame {
  if (dice.chance(0.6)) return frame;
  const kind = dice.chance(0.2) ? dice.below(8) : frame.kind;
  const body = dice.chance(0.3) ? [new Uint32Array(dice.below(12)).fill(dice.bits())] : (frame.body ?? []);
  return { kind, body, json: otherJson(dice, frame.json) };
}

function otherJson(dice: Dice, json: unknown): unknown {
  const plain: Json = JSON.parse(JSON.stringify(json));
  try {
    return JSON.parse(new TextDecoder().decode(batteredJson(dice, [plain])));
  } catch {
    return plain;
  }
}
