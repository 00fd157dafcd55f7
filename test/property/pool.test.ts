/**
 * The whole pool: whatever the number of Workers, the size of the jobs, the window and the container, the same comes out,
 * and it is what the text says line by line.
 */

import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { bgzip, gzip, zstd } from '../helpers/containers.ts';
import { expectedText, type Outcome, outcomeOf, type PoolRunOptions } from '../helpers/pool-run.ts';
import { recordsByLine } from '../helpers/record-lines.ts';
import { rubble } from '../helpers/rubble.ts';

const folder = mkdtempSync(join(tmpdir(), 'virnucpro-pool-'));
afterAll(() => rmSync(folder, { recursive: true }));

const latin1Bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
let files = 0;

/** A new file each time: a Worker may have kept the last one open. */
async function write(bytes: Uint8Array): Promise<string> {
  const path = join(folder, `input-${files++}`);
  await Bun.write(path, bytes);
  return path;
}

/** Messages name the file. */
const named = (outcome: Outcome, path: string): Outcome =>
  JSON.parse(JSON.stringify(outcome).replaceAll(JSON.stringify(path).slice(1, -1), 'FILE')) as Outcome;

const CONTAINERS: readonly ((bytes: Uint8Array) => Uint8Array)[] = [
  (bytes) => bytes,
  gzip,
  (bytes) => bgzip(bytes, 40),
  zstd,
];

const manner: fc.Arbitrary<PoolRunOptions> = fc.record({
  workers: fc.integer({ min: 1, max: 3 }),
  batchBytes: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 200 })),
  window: fc.integer({ min: 1, max: 12 }),
});

describe.each(['fasta', 'fastq'] as const)('%s of any kind', (format) => {
  test('comes out the same, however it is packed and divided', async () => {
    const texts = rubble(format === 'fasta' ? '>' : '@');
    const manners = fc.array(fc.tuple(manner, fc.nat(3)), { minLength: 3, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(texts, manners, async (text, all) => {
        const path = await write(latin1Bytes(text));
        const once = named(await outcomeOf([path], { workers: 1, window: 1 }), path);
        for (const [options, container] of all) {
          const packed = await write(CONTAINERS[container]!(latin1Bytes(text)));
          expect(named(await outcomeOf([packed], options), packed)).toEqual(once);
        }
        const expected = recordsByLine(text, format);
        const [input] = once.inputs;
        expect(once.error).toBeUndefined();
        expect(input!.lines).toBe(text.split('\n').length - (text.endsWith('\n') ? 1 : 0));
        expect(once.problems.map((item) => (item.item === 'problem' ? item.record : item))).toEqual(
          expected.flatMap(({ sequence }, i) => (sequence === undefined ? [i + 1] : [])),
        );
        const records = expected.flatMap(({ name, sequence }, i) =>
          sequence === undefined ? [] : [{ id: name === '' ? `unnamed_${i + 1}` : name, sequence }],
        );
        // Ids are UTF-8 in the files.
        const utf8 = records.map(({ id, sequence }) => ({ id: Buffer.from(id, 'utf8').toString('latin1'), sequence }));
        const want = expectedText(utf8, 30);
        for (const kind of ['nucleotide', 'protein', 'chunks'] as const) {
          expect(once.texts[`0 ${kind}`] ?? '').toBe(want[kind]);
        }
      }),
      { numRuns: 8 },
    );
  });
});
