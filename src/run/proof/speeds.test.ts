import { expect, test } from 'bun:test';
import { DeviceError, type Session } from '../../device/backend.ts';
import { measureSpeeds } from './speeds.ts';

interface Run {
  readonly rows: number;
  readonly length: number;
}

/** A device that takes `seconds` for a batch; the first batch of a shape takes a second more. */
function device(seconds: (run: Run) => number): { readonly runs: Run[]; readonly session: Session } {
  const runs: Run[] = [];
  const none = () => Promise.reject(new Error('not asked for'));
  return {
    runs,
    session: {
      device: { id: 'webgpu:0', backend: 'webgpu', name: 'a card', threads: undefined },
      parallel: 2,
      inFlight: 4,
      encode: async ({ rows, length, tokens }) => {
        expect(tokens.length).toBe(rows * length);
        expect(tokens.every((token, i) => token === i % length)).toBe(true);
        const isNew = rows > 1 && !runs.some((run) => run.rows === rows && run.length === length);
        runs.push({ rows, length });
        return { embeddings: new Float32Array(rows), seconds: seconds({ rows, length }) + Number(isNew) };
      },
      classify: none,
      probe: none,
      close: none,
    },
  };
}

const rows = {
  nucleotide: Int32Array.from({ length: 100 }, (_, i) => i),
  protein: Int32Array.from({ length: 160 }, (_, i) => i),
};

test('a fast device is measured with up to 2000 tokens, when its kernels are there, in all its lanes', async () => {
  const { runs, session } = device(({ rows, length }) => (rows * length) / 10_000);
  const speeds = await measureSpeeds(session, rows);
  // Both lanes together; float64 divisions only.
  expect(speeds.nucleotide).toBeCloseTo(20_000, 6);
  expect(speeds.protein).toBeCloseTo(20_000, 6);
  expect(runs.filter(({ length }) => length === 100).map(({ rows }) => rows)).toEqual([1, 4, 4, 16, 16, 20, 20]);
  expect(Math.max(...runs.map(({ rows, length }) => rows * length))).toBeLessThanOrEqual(2000);
});

test('a slow device is measured with one row', async () => {
  const { runs, session } = device(() => 2);
  expect(await measureSpeeds(session, rows)).toEqual({ nucleotide: 100, protein: 160 });
  expect(runs.length).toBe(2);
});

test('a row of more than 2000 tokens is one batch', async () => {
  const long = Int32Array.from({ length: 3000 }, (_, i) => i);
  const { session } = device(() => 0.1);
  expect((await measureSpeeds(session, { nucleotide: long, protein: long })).protein).toBe(60_000);
});

test('where more rows need too much memory, the last number of rows counts', async () => {
  const { session } = device(({ rows }) => {
    if (rows > 4) throw new DeviceError('OutOfMemory', 'full');
    return rows / 100;
  });
  expect((await measureSpeeds(session, rows)).nucleotide).toBeCloseTo(20_000, 6);
});

test('a run too short for the clock gives a speed all the same', async () => {
  const { session } = device(() => 0);
  const { nucleotide } = await measureSpeeds(session, rows);
  expect(nucleotide).toBeGreaterThan(1e6);
  expect(nucleotide).toBeLessThan(Number.POSITIVE_INFINITY);
});
