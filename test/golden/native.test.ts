/**
 * The native backend against the reference code and the float64 oracle.
 *
 * Tolerance 1e-5 for embeddings, the method's promise: the backend computes in float32, as the reference does, and
 * variants of the reference differ by up to 3e-6 among themselves. Random weights are compared at the same bound.
 */

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeviceError, type ModelFiles, type Probe } from '../../src/device/backend.ts';
import { NativeSession } from '../../src/device/native/session.ts';
import type { Esm2Architecture, MosaicBertArchitecture, Weights } from '../../src/model/architecture.ts';
import type { Golden } from '../../src/model/bundle/golden.ts';
import { openClassifier } from '../../src/model/checkpoint/classifier.ts';
import { openEsm2 } from '../../src/model/checkpoint/esm2.ts';
import { openMosaicBert } from '../../src/model/checkpoint/mosaicbert.ts';
import { buildEsm2Graph } from '../../src/model/graph/esm2.ts';
import { buildMosaicBertGraph } from '../../src/model/graph/mosaicbert.ts';
import { OnnxGraph } from '../../src/model/graph/onnx.ts';
import { ShardWriter } from '../../src/model/graph/shards.ts';
import { esm2Embed } from '../../src/model/oracle/esm2.ts';
import { mosaicBertEmbed } from '../../src/model/oracle/mosaicbert.ts';
import { NucleotideTokenizer } from '../../src/tokens/nucleotide.ts';
import { encodeProtein, proteinTokens } from '../../src/tokens/residues.ts';
import { fixture, jsonFixture } from '../helpers/fixtures.ts';
import { bundleFiles, distance, encodeBatch, encodeSingly, ortLibrary, withSession } from '../helpers/native.ts';
import { randomWeights } from '../helpers/random-weights.ts';

const TOLERANCE = 1e-5;

interface Expected {
  readonly ids: string[];
  readonly tokens: number[][];
  readonly mean: number[][];
}

interface PerFrame<T> {
  readonly nucleotide: T[];
  readonly protein: T[];
}

const root = mkdtempSync(join(tmpdir(), 'native-'));
let esm2: Weights<Esm2Architecture>;
let esm2Wide: Weights<Esm2Architecture>;
let dnaberts: Weights<MosaicBertArchitecture>;
let model: ModelFiles;
let wide: ModelFiles;

const head = (input: number) => [
  { length: 500, weights: randomWeights({ kind: 'classifier', input, hidden: 8, batchNormEpsilon: 1e-5 }, 'head') },
];

beforeAll(async () => {
  esm2 = await openEsm2(fixture('esm2', 'hf_safetensors'));
  esm2Wide = await openEsm2(fixture('esm2_hd64', 'hf_safetensors'));
  dnaberts = await openMosaicBert(fixture('dnaberts', 'hf_safetensors'));
  const heads = [];
  for (const length of [500, 300]) {
    heads.push({ length, weights: await openClassifier(fixture('classifier', `${length}.safetensors`)) });
  }
  model = await bundleFiles(join(root, 'fixtures'), dnaberts, esm2, heads);
  wide = await bundleFiles(join(root, 'wide'), dnaberts, esm2Wide, head(176));
  for (const { weights } of heads) await weights.close();
}, 60_000);

afterAll(async () => {
  for (const weights of [esm2, esm2Wide, dnaberts]) await weights.close();
  rmSync(root, { recursive: true, force: true });
});

describe('against the reference code', () => {
  test('ESM-2, also beyond the 1024 residues of the mean', async () => {
    const expected = await jsonFixture<Expected>('esm2', 'hf_safetensors', 'expected.json');
    const found = await withSession(model, 2, (session) => encodeSingly(session, 'protein', expected.tokens));
    expect(distance(found, expected.mean)).toBeLessThanOrEqual(TOLERANCE);
  });

  test('ESM-2 with heads of 64', async () => {
    const expected = await jsonFixture<Expected>('esm2_hd64', 'hf_safetensors', 'expected.json');
    const found = await withSession(wide, 2, (session) => encodeSingly(session, 'protein', expected.tokens));
    expect(distance(found, expected.mean)).toBeLessThanOrEqual(TOLERANCE);
  });

  test('DNABERT-S, also with more than 512 tokens', async () => {
    const expected = await jsonFixture<Expected>('dnaberts', 'expected.json');
    const found = await withSession(model, 2, (session) => encodeSingly(session, 'nucleotide', expected.tokens));
    expect(distance(found, expected.mean)).toBeLessThanOrEqual(TOLERANCE);
  });

  test.each([500, 300])(
    'both encoders on every frame of the test sequences, chunks of %d nt',
    async (length) => {
      const tokens = await jsonFixture<PerFrame<number[]>>(`expected_${length}`, 'tokens.json');
      const expected = await jsonFixture<PerFrame<number[]>>(`expected_${length}`, 'embeddings.json');
      await withSession(model, 2, async (session) => {
        for (const encoder of ['nucleotide', 'protein'] as const) {
          const found = await encodeSingly(session, encoder, tokens[encoder]);
          expect(distance(found, expected[encoder])).toBeLessThanOrEqual(TOLERANCE);
        }
      });
    },
    30_000,
  );

  test('the classifier', async () => {
    const { input, scores_500: expected } = await jsonFixture<Record<'input' | 'scores_500', number[][]>>(
      'classifier',
      'cases.json',
    );
    const part = (from: number, to: number) => Float32Array.from(input.flatMap((row) => row.slice(from, to)));
    const scores = await withSession(model, 1, (session) => session.classify(input.length, part(0, 48), part(48, 112)));
    // Scores: 2e-5 is the promise; the classifier alone must be well within.
    expect(distance([scores], [expected.flat()])).toBeLessThanOrEqual(2e-6);
  });
});

test("golden.json, the oracle's numbers in the bundle, agrees with what the backend computes", async () => {
  const golden = (await Bun.file(join(root, 'fixtures', 'golden.json')).json()) as Golden;
  const path = fixture('dnaberts', 'hf_safetensors', 'tokenizer.json');
  const tokenizer = NucleotideTokenizer.parse(await Bun.file(path).json(), path);
  expect(golden.frames.length).toBeGreaterThanOrEqual(2);
  await withSession(model, 1, async (session) => {
    for (const frame of golden.frames) {
      const bytes = new TextEncoder().encode(frame.protein);
      const residues = new Uint16Array(proteinTokens(bytes.length));
      encodeProtein(bytes, 0, bytes.length, residues, 0);
      const nucleotide = await encodeSingly(session, 'nucleotide', [[...tokenizer.encodeText(frame.nucleotide)]]);
      const protein = await encodeSingly(session, 'protein', [[...residues]]);
      expect(distance(nucleotide, [frame.nucleotide_embedding])).toBeLessThanOrEqual(TOLERANCE);
      expect(distance(protein, [frame.protein_embedding])).toBeLessThanOrEqual(TOLERANCE);
      const copies = [nucleotide[0]!.slice(), protein[0]!.slice()] as [
        Float32Array<ArrayBuffer>,
        Float32Array<ArrayBuffer>,
      ];
      const scores = await session.classify(1, ...copies);
      expect(distance([scores], [frame.scores['500']!])).toBeLessThanOrEqual(2e-5);
    }
  });
});

describe('the same bits', () => {
  /** Rows of a few token counts, as many as occur often enough to make batches. */
  async function groups(encoder: 'nucleotide' | 'protein'): Promise<number[][][]> {
    const tokens = await jsonFixture<PerFrame<number[]>>('expected_500', 'tokens.json');
    const byLength = Map.groupBy(tokens[encoder], (row) => row.length);
    return [...byLength.values()].filter((rows) => rows.length >= 4).slice(0, 4);
  }

  test('with 1, 2 and 4 threads, in batches', async () => {
    for (const encoder of ['nucleotide', 'protein'] as const) {
      const batches = await groups(encoder);
      expect(batches.length).toBeGreaterThan(0);
      const run = (threads: number) =>
        withSession(model, threads, (session) =>
          Promise.all(batches.map((rows) => encodeBatch(session, encoder, rows))),
        );
      const one = await run(1);
      expect(await run(2)).toEqual(one);
      expect(await run(4)).toEqual(one);
    }
  });

  test('in any order of the batches', async () => {
    const batches = await groups('protein');
    await withSession(model, 2, async (session) => {
      const forward = await Promise.all(batches.map((rows) => encodeBatch(session, 'protein', rows)));
      const backward = await Promise.all([...batches].reverse().map((rows) => encodeBatch(session, 'protein', rows)));
      expect(backward.reverse()).toEqual(forward);
    });
  });

  test('a row alone and among others agree within the tolerance, not always to the bit', async () => {
    await withSession(model, 1, async (session) => {
      for (const encoder of ['nucleotide', 'protein'] as const) {
        for (const rows of await groups(encoder)) {
          const together = await encodeBatch(session, encoder, rows);
          const alone = await encodeSingly(session, encoder, rows);
          // Matrix products of another height may sum in another order.
          expect(distance(together, alone)).toBeLessThanOrEqual(1e-6);
        }
      }
    });
  });
});

describe('random weights against the oracle', () => {
  /** Token rows of several lengths, the shortest that can occur among them. */
  const rows = (vocabulary: number, lengths: readonly number[]) =>
    lengths.map((length, r) => Array.from({ length }, (_, i) => (7 + 31 * i + i * i + 13 * r) % vocabulary));

  const esm2Shapes: readonly (readonly [layers: number, width: number, heads: number, feedForward: number])[] = [
    [1, 20, 1, 12],
    [2, 36, 3, 50],
    [5, 40, 10, 160],
    [3, 66, 11, 30],
  ];
  const bertShapes: typeof esm2Shapes = [
    [2, 48, 12, 96],
    [2, 40, 5, 64],
    [3, 48, 6, 50],
    [1, 8, 1, 8],
    [2, 28, 7, 36],
  ];

  test.each(esm2Shapes)(
    'ESM-2 with %d layers, width %d, %d heads, %d inner',
    async (...[layers, width, heads, inner]) => {
      const shape = { layers, width, heads, feedForward: inner, vocabulary: 33, layerNormEpsilon: 1e-5 };
      const protein = randomWeights<Esm2Architecture>({ kind: 'esm2', ...shape }, 'shapes');
      const files = await bundleFiles(join(root, `esm2-${layers}-${width}`), dnaberts, protein, head(48 + width));
      const tokens = rows(33, [3, 4, 17, 102, 168]);
      const found = await withSession(files, 1, (session) => encodeSingly(session, 'protein', tokens));
      expect(distance(found, await esm2Embed(protein, tokens))).toBeLessThanOrEqual(TOLERANCE);
    },
    30_000,
  );

  test.each(bertShapes)(
    'MosaicBERT with %d layers, width %d, %d heads, %d inner',
    async (...[layers, width, heads, inner]) => {
      const shape = { layers, width, heads, feedForward: inner, vocabulary: 4096, layerNormEpsilon: 1e-12 };
      const nucleotide = randomWeights<MosaicBertArchitecture>({ kind: 'mosaicbert', ...shape }, 'shapes');
      const files = await bundleFiles(join(root, `bert-${layers}-${width}`), nucleotide, esm2, head(64 + width));
      const tokens = rows(4096, [2, 3, 17, 102, 120]);
      const found = await withSession(files, 1, (session) => encodeSingly(session, 'nucleotide', tokens));
      expect(distance(found, await mosaicBertEmbed(nucleotide, tokens))).toBeLessThanOrEqual(TOLERANCE);
    },
    30_000,
  );
});

describe('weight shards', () => {
  async function cut(name: 'nucleotide' | 'protein', shardBytes: number): Promise<string> {
    const folder = mkdtempSync(join(root, 'shards-'));
    const shards = new ShardWriter(folder, name, shardBytes);
    const graph: OnnxGraph =
      name === 'protein'
        ? await buildEsm2Graph(esm2, shards, undefined)
        : await buildMosaicBertGraph(dnaberts, shards, undefined);
    shards.close();
    writeFileSync(join(folder, `${name}.onnx`), graph.finish('test', '0'));
    return folder;
  }

  test('cut small, they give the same bits', async () => {
    const tokens = await jsonFixture<PerFrame<number[]>>('expected_500', 'tokens.json');
    for (const encoder of ['nucleotide', 'protein'] as const) {
      const folder = await cut(encoder, 20_000);
      expect(readdirSync(folder).length).toBeGreaterThan(10);
      const files = { ...model, [encoder]: { ...model[encoder], path: join(folder, `${encoder}.onnx`) } };
      const some = tokens[encoder].slice(0, 12);
      const whole = await withSession(model, 1, (session) => encodeSingly(session, encoder, some));
      expect(await withSession(files, 1, (session) => encodeSingly(session, encoder, some))).toEqual(whole);
    }
  });

  test('one that is missing or too short is an error, not a crash', async () => {
    const folder = await cut('protein', 20_000);
    const files = { ...model, protein: { ...model.protein, path: join(folder, 'protein.onnx') } };
    truncateSync(join(folder, 'protein-00003.bin'), 100);
    await expectFailure(files, 'file_length: 100 are out of bounds');
    rmSync(join(folder, 'protein-00002.bin'));
    await expectFailure(files, 'protein-00002.bin');
  });
});

/** Opening must fail with ORT's own text, as a kind that the caller can act on. */
async function expectFailure(files: ModelFiles, says: string): Promise<void> {
  const error = await withSession(files, 2, async () => undefined).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(DeviceError);
  expect((error as DeviceError).kind).toBe('Unsupported');
  expect((error as DeviceError).message).toContain(says);
}

describe('a probe', () => {
  const product = (): Probe => {
    const graph = new OnnxGraph('probe');
    const x = graph.input('x', 'float32', ['rows', 3]);
    const weight = graph.constant('weight', [3, 2], Float32Array.of(1, 2, 3, 4, 5, 6));
    graph.output(graph.node('MatMul', 'product', [x, weight]), 'float32', ['rows', 2]);
    return {
      model: new Uint8Array(graph.finish('test', '0')),
      inputs: [{ name: 'x', shape: [2, 3], data: Float32Array.of(1, 1, 1, -1, 0, 0.5) }],
      output: { name: 'product', shape: [2, 2] },
    };
  };

  test('runs on every lane, beside batches', async () => {
    await withSession(model, 3, async (session) => {
      const probes = Array.from({ length: 6 }, () => session.probe(product()));
      const batch = encodeSingly(session, 'protein', [[0, 5, 6, 7, 2]]);
      for (const found of await Promise.all(probes)) expect([...found]).toEqual([9, 12, 1.5, 1]);
      expect((await batch).length).toBe(1);
    });
  });

  test('that is no model, or has another output, is an error that names it, and the session works on', async () => {
    await withSession(model, 1, async (session) => {
      const cut = { ...product(), model: product().model.slice(0, 40) };
      const other = { ...product(), output: { name: 'absent', shape: [2, 2] } };
      for (const [probe, says] of [
        [cut, 'protobuf parsing failed'],
        [other, 'absent'],
      ] as const) {
        const error = await session.probe(probe).catch((caught: unknown) => caught);
        expect(error).toBeInstanceOf(DeviceError);
        expect((error as DeviceError).message).toContain(says);
      }
      expect([...(await session.probe(product()))]).toEqual([9, 12, 1.5, 1]);
    });
  });
});

test('a session that is closed while it computes gives up what is under way', async () => {
  const device = { id: 'cpu', backend: 'native-cpu', name: 'CPU', threads: 2 } as const;
  const session = await NativeSession.open(ortLibrary(), model, device);
  const rows = Array.from({ length: 16 }, () => Array.from({ length: 300 }, (_, i) => 4 + (i % 20)));
  const under = Array.from({ length: session.inFlight }, () =>
    encodeBatch(session, 'protein', rows).catch((caught: unknown) => caught),
  );
  await session.close();
  for (const error of await Promise.all(under)) {
    expect(error).toBeInstanceOf(DeviceError);
    expect((error as DeviceError).kind).toBe('DeviceLost');
    expect((error as DeviceError).message).toContain('closed');
  }
  const later = await encodeBatch(session, 'protein', rows).catch((caught: unknown) => caught);
  expect(later).toBeInstanceOf(DeviceError);
});

describe("every failure carries ORT's text", () => {
  test('a model that is not there, or is none', async () => {
    const absent = join(root, 'absent.onnx');
    await expectFailure({ ...model, protein: { ...model.protein, path: absent } }, 'absent.onnx');
    const graph = await Bun.file(model.protein.path).bytes();
    const half = join(root, 'fixtures', 'half.onnx');
    writeFileSync(half, graph.subarray(0, graph.length >> 1));
    await expectFailure({ ...model, protein: { ...model.protein, path: half } }, 'half.onnx');
  });

  test('a batch that the graph cannot take, and the session works on after it', async () => {
    const tokens = [0, 5, 6, 7, 2];
    await withSession(model, 1, async (session) => {
      const before = await encodeSingly(session, 'protein', [tokens]);
      const error = await encodeSingly(session, 'protein', [[0, 33, 2]]).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(DeviceError);
      expect((error as DeviceError).message).toContain('indices element out of data bounds');
      expect(await encodeSingly(session, 'protein', [tokens])).toEqual(before);
    });
  });

  test('a library that is none', async () => {
    const device = { id: 'cpu', backend: 'native-cpu', name: 'CPU', threads: 1 } as const;
    const failing = NativeSession.open(model.protein.path, model, device);
    await expect(failing).rejects.toThrow('protein.onnx');
  });

  test('nothing is printed besides', () => {
    const script = `
      import { loadOrt } from ${JSON.stringify(join(import.meta.dir, '../../src/device/native/ort-api.ts'))};
      import { OrtEnvironment } from ${JSON.stringify(join(import.meta.dir, '../../src/device/native/ort-environment.ts'))};
      const environment = new OrtEnvironment(loadOrt(${JSON.stringify(ortLibrary())}));
      const messages = [];
      for (const path of ${JSON.stringify([join(root, 'absent.onnx'), join(root, 'fixtures', 'half.onnx')])}) {
        try { environment.open(path, { threads: 1 }); } catch (error) { messages.push(error.name); }
      }
      const session = environment.open(${JSON.stringify(model.protein.path)}, { threads: 1 });
      const ids = { name: 'token_ids', shape: [1, 3], data: Int32Array.of(0, 99, 2) };
      const pooling = { name: 'pooling', shape: [1, 1, 3], data: Float32Array.of(0, 1, 0) };
      const out = { name: 'embedding_mean', shape: [1, 1, 64], data: new Float32Array(64) };
      try { session.run([ids, pooling], out); } catch (error) { messages.push(error.name); }
      try { session.run([ids], out); } catch (error) { messages.push(error.name); }
      session.close();
      environment.close();
      process.stdout.write(messages.join(' '));
    `;
    const child = Bun.spawnSync([process.execPath, '-e', script], { stdout: 'pipe', stderr: 'pipe' });
    expect(child.stderr.toString()).toBe('');
    expect(child.stdout.toString()).toBe('OrtError OrtError OrtError OrtError');
    expect(child.exitCode).toBe(0);
  });
});
