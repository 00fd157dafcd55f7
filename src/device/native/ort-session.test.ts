/** Every handle that ORT gives is given back, also when something fails in between. */

import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ortLibrary } from '../../../test/helpers/native.ts';
import { randomWeights } from '../../../test/helpers/random-weights.ts';
import { buildClassifierGraph } from '../../model/graph/classifier.ts';
import { ShardWriter } from '../../model/graph/shards.ts';
import type { Tensor } from '../backend.ts';
import { loadOrt, type OrtApi, OrtError } from './ort-api.ts';
import { OrtEnvironment } from './ort-environment.ts';

const folder = mkdtempSync(join(tmpdir(), 'ort-session-'));
const MODEL = join(folder, 'head.onnx');

beforeAll(async () => {
  const weights = randomWeights({ kind: 'classifier', input: 5, hidden: 4, batchNormEpsilon: 1e-5 }, 'handles');
  const shards = new ShardWriter(folder, 'head');
  const graph = await buildClassifierGraph(weights, 2, shards);
  shards.close();
  writeFileSync(MODEL, graph.finish('test', '0'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The API, counting by kind what was created and released. */
function counting(): { api: OrtApi; open: Map<string, number> } {
  const real = loadOrt(ortLibrary());
  const open = new Map<string, number>();
  const count = (kind: string, by: number) => open.set(kind, (open.get(kind) ?? 0) + by);
  const call = new Proxy(real.call, {
    get(target, name, receiver) {
      const work = Reflect.get(target, name, receiver) as (...args: unknown[]) => unknown;
      const text = String(name).replace('CreateCpuMemoryInfo', 'CreateMemoryInfo');
      const made = /^Create(?:TensorWithDataAsOrt)?(\w+)$/.exec(text)?.[1];
      const released = /^Release(\w+)$/.exec(text)?.[1];
      return (...args: unknown[]) => {
        const result = work(...args);
        if (released !== undefined) count(released, -1);
        if (made !== undefined && result === null) count(made, 1);
        // What comes back besides handles is a status, when it is not null.
        if (released === undefined && name !== 'GetErrorMessage' && result !== null) count('Status', 1);
        return result;
      };
    },
  });
  const check: OrtApi['check'] = (status) => {
    if (status === null) return;
    const message = String(call.GetErrorMessage(status));
    call.ReleaseStatus(status);
    throw new Error(message);
  };
  const create: OrtApi['create'] = (make) => {
    const slot = new BigUint64Array(1);
    check(make(slot));
    return slot[0]!;
  };
  return { api: { ...real, call, check, create }, open };
}

const inputs = (rows: number): Tensor[] => [
  { name: 'nucleotide', shape: [rows, 2], data: new Float32Array(2 * rows) },
  { name: 'protein', shape: [rows, 3], data: new Float32Array(3 * rows) },
];
const scores = (rows: number): Tensor => ({ name: 'scores', shape: [rows, 2], data: new Float32Array(2 * rows) });

test('nothing stays open after runs, failed runs and failed loads', () => {
  const { api, open } = counting();
  const environment = new OrtEnvironment(api);
  const session = environment.open(MODEL, { threads: 1 });
  session.run(inputs(3), scores(3));
  expect(() => session.run(inputs(3), { ...scores(3), name: 'nothing' })).toThrow('nothing');
  expect(() => session.run(inputs(2), scores(3))).toThrow();
  expect(() => session.run([...inputs(1).slice(0, 1), { ...inputs(1)[1]!, shape: [1, 4] }], scores(1))).toThrow(
    'shape',
  );
  expect(() => environment.open(join(folder, 'absent.onnx'), { threads: 1 })).toThrow('absent.onnx');
  session.close();
  environment.close();
  expect(Object.fromEntries(open)).toEqual({
    ...{ Env: 0, MemoryInfo: 0, SessionOptions: 0, Session: 0 },
    ...{ Value: 0, Status: 0 },
  });
});

test('the output is written in place, row by row', () => {
  const environment = new OrtEnvironment(loadOrt(ortLibrary()));
  const session = environment.open(MODEL, { threads: 1 });
  const output = scores(4);
  session.run(inputs(4), output);
  const [first, second] = output.data;
  expect(first! + second!).toBeCloseTo(1, 6);
  expect([...output.data]).toEqual([first!, second!, first!, second!, first!, second!, first!, second!]);
  session.close();
  environment.close();
});

test('a library that the system cannot load is told with its path', () => {
  const path = join(folder, 'libonnxruntime.so.1');
  writeFileSync(path, 'this is no library');
  expect(() => loadOrt(path)).toThrow(OrtError);
  expect(() => loadOrt(path)).toThrow(`${path} cannot be loaded`);
});

test('what ORT reads by address outlives a collection in the middle of a run', () => {
  const real = loadOrt(ortLibrary());
  const junk: Uint8Array[] = [];
  let collecting = false;
  // Right before ORT looks at names and tensors: everything unreachable is freed, and its memory written over.
  const collect = (): void => {
    junk.length = 0;
    Bun.gc(true);
    for (let i = 0; i < 2000; i += 1) junk.push(new Uint8Array(8 + (i % 64)).fill(0xff), Buffer.alloc(16, 0xff));
  };
  const call = new Proxy(real.call, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (name !== 'Run' || typeof value !== 'function') return value;
      return (...given: unknown[]): unknown => {
        if (collecting) collect();
        return Reflect.apply(value, target, given);
      };
    },
  });
  const environment = new OrtEnvironment({ ...real, call });
  const session = environment.open(MODEL, { threads: 1 });
  const run = (): number[] => {
    const scores = new Float32Array(2);
    session.run(
      [
        { name: 'nucleotide', shape: [1, 2], data: Float32Array.of(0.5, -1) },
        { name: 'protein', shape: [1, 3], data: Float32Array.of(1, 2, -0.25) },
      ],
      { name: 'scores', shape: [1, 2], data: scores },
    );
    return [...scores];
  };
  const first = run();
  expect(first[0]! + first[1]!).toBeCloseTo(1, 5);
  // Interpreted code keeps every variable to the end of its function; only compiled code lets go early.
  for (let round = 0; round < 20_000; round += 1) run();
  collecting = true;
  for (let round = 0; round < 40; round += 1) expect(run()).toEqual(first);
  session.close();
  environment.close();
});
