/** What holds for journals of any frames, damaged in any place, in any order of writes, syncs and ends. */

import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { encodeFrame, type Frame } from '../../src/journal/frame.ts';
import { JournalFile } from '../../src/journal/journal-file.ts';
import { readBody, readJournal, recover } from '../../src/journal/read-journal.ts';
import { type Choose, JournalDisk, JournalTime, settled } from '../helpers/journal-disk.ts';

const PATH = 'out/a.vnj';

const frames: fc.Arbitrary<Frame> = fc.record({
  kind: fc.nat(0xffffffff),
  json: fc.jsonValue({ maxDepth: 1 }),
  body: fc.array(fc.uint32Array({ maxLength: 6 }), { maxLength: 2 }),
});

/** As comparable text: kind, JSON and body. */
function textOf({ kind, json, body = [] }: Frame): string {
  const parts = body.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength));
  return `${kind} ${JSON.stringify(json)} ${Buffer.concat(parts).toString('hex')}`;
}

/** Everything in a file, with bodies, after its tail was cut. */
async function recovered(disk: JournalDisk): Promise<string[]> {
  const { frames, end } = await recover(PATH, disk);
  expect(disk.bytes(PATH).length).toBe(end);
  expect(await readJournal(PATH, disk)).toEqual({ frames, end, torn: false });
  return Promise.all(
    frames.map(async (frame) => {
      const body = Buffer.from(await readBody(PATH, frame, disk)).toString('hex');
      return `${frame.kind} ${JSON.stringify(frame.json)} ${body}`;
    }),
  );
}

async function readBack(bytes: Uint8Array): Promise<string[]> {
  const disk = new JournalDisk();
  disk.put(PATH, bytes);
  return recovered(disk);
}

/** Frames that lie wholly before byte `position`. */
function wholeBefore(all: readonly Frame[], position: number): string[] {
  let end = 0;
  return all
    .filter((frame) => {
      end += encodeFrame(frame).length;
      return end <= position;
    })
    .map(textOf);
}

test('a file cut anywhere gives the frames before the cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(frames, { maxLength: 5 }), fc.nat(), async (all, cut) => {
      const bytes = Buffer.concat(all.map(encodeFrame));
      expect(await readBack(bytes)).toEqual(all.map(textOf));
      const kept = cut % (bytes.length + 1);
      expect(await readBack(bytes.subarray(0, kept))).toEqual(wholeBefore(all, kept));
      // A file system may know the new length and not yet the bytes.
      const zeros = Buffer.concat([bytes.subarray(0, kept), Buffer.alloc(bytes.length - kept)]);
      expect((await readBack(zeros)).length).toBeGreaterThanOrEqual(wholeBefore(all, kept).length);
      expect(all.map(textOf).slice(0, (await readBack(zeros)).length)).toEqual(await readBack(zeros));
    }),
    { numRuns: 300 },
  );
});

test('a file with any bit turned gives the frames before it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(frames, { minLength: 1, maxLength: 3 }), fc.nat(), async (all, at) => {
      const bytes = Buffer.concat(all.map(encodeFrame));
      const bit = at % (8 * bytes.length);
      const position = bit >> 3;
      bytes[position]! ^= 1 << (bit & 7);
      expect(await readBack(bytes)).toEqual(wholeBefore(all, position));
    }),
    { numRuns: 500 },
  );
});

test('bytes of anything give no frames, and nobody asks for more memory than there is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
      expect(await readBack(bytes)).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

type Action =
  | { readonly do: 'append'; readonly frame: Frame }
  | { readonly do: 'sync' }
  | { readonly do: 'second' }
  | { readonly do: 'step'; readonly calls: number };

const actions: fc.Arbitrary<Action> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('append' as const), frame: frames }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('sync' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('second' as const) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('step' as const), calls: fc.integer({ min: 1, max: 9 }) }) },
);

/** A life of a process: what it does until it ends, and how. */
const lives = fc.record({
  actions: fc.array(actions, { maxLength: 25 }),
  isPowerCut: fc.boolean(),
  choices: fc.array(fc.nat(), { minLength: 8, maxLength: 8 }),
});

test('whatever was called safe is there after any ends, and nothing that was never appended', async () => {
  const told = { safe: 0, lost: 0, torn: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(lives, { minLength: 1, maxLength: 3 }), async (all) => {
      let disk = new JournalDisk();
      /** What is in the file at the beginning of a life. */
      let before: string[] = [];
      for (const life of all) {
        const clock = new JournalTime();
        const appended: string[] = [];
        let safe = 0;
        const options = { files: disk, clock };
        disk.isGated = true;
        const isNew = !disk.paths.includes(PATH);
        if (isNew) appended.push(textOf({ kind: 1, json: 'first' }));
        const file = isNew
          ? JournalFile.create(PATH, { kind: 1, json: 'first' }, options)
          : JournalFile.open(PATH, options);
        for (const action of life.actions) {
          switch (action.do) {
            case 'append': {
              appended.push(textOf(action.frame));
              const count = appended.length;
              void file.append(action.frame, () => {
                expect(count).toBeGreaterThan(safe);
                safe = count;
              });
              break;
            }
            case 'sync': {
              const count = appended.length;
              void file.sync().then(() => {
                safe = Math.max(safe, count);
              });
              break;
            }
            case 'second':
              clock.pass(1);
              break;
            case 'step':
              for (let i = 0; i < action.calls; i += 1) await disk.step();
              break;
            default:
              action satisfies never;
          }
        }
        await settled();
        let next = 0;
        const choose: Choose = (most) => life.choices[next++ % life.choices.length]! % (most + 1);
        disk = life.isPowerCut ? disk.afterPowerCut(choose) : disk.afterKill();
        if (!disk.paths.includes(PATH)) {
          expect([safe, before]).toEqual([0, []]);
          continue;
        }
        told.torn += (await readJournal(PATH, disk)).torn ? 1 : 0;
        const found = await recovered(disk);
        expect(found).toEqual([...before, ...appended].slice(0, found.length));
        expect(found.length).toBeGreaterThanOrEqual(before.length + safe);
        told.safe += safe;
        told.lost += before.length + appended.length - found.length;
        before = found;
      }
    }),
    { numRuns: 1000 },
  );
  // The ends were not all kind, and not all cruel: some 40 files are torn.
  expect(Math.min(...Object.values(told))).toBeGreaterThan(10);
});
