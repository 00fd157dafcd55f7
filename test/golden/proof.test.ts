/**
 * The proof of a device: the CPU passes it with a wide margin, and whoever computes a little wrong does not. Devices that
 * compute wrong are the CPU with its numbers, or what it is given, altered.
 */

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Arithmetic, DeviceError, type Probe, type Session } from '../../src/device/backend.ts';
import { NativeSession } from '../../src/device/native/session.ts';
import { type Bundle, openBundle } from '../../src/model/bundle/open.ts';
import { openClassifier } from '../../src/model/checkpoint/classifier.ts';
import { openEsm2 } from '../../src/model/checkpoint/esm2.ts';
import { openMosaicBert } from '../../src/model/checkpoint/mosaicbert.ts';
import { longHalfFactors, longHalfProductProbe } from '../../src/run/proof/layer-probes.ts';
import { probes } from '../../src/run/proof/probes.ts';
import type { Proof } from '../../src/run/proof/proof.ts';
import { checkProbe, prove } from '../../src/run/proof/prove.ts';
import { fixture } from '../helpers/fixtures.ts';
import { bundleFiles, ortLibrary } from '../helpers/native.ts';

const root = mkdtempSync(join(tmpdir(), 'proof-'));
let bundle: Bundle;
let cpu: Session;

beforeAll(async () => {
  const esm2 = await openEsm2(fixture('esm2', 'hf_safetensors'));
  const dnaberts = await openMosaicBert(fixture('dnaberts', 'hf_safetensors'));
  const classifier = await openClassifier(fixture('classifier', '500.safetensors'));
  const folder = join(root, 'bundle');
  const model = await bundleFiles(folder, dnaberts, esm2, [{ length: 500, weights: classifier }]);
  for (const weights of [esm2, dnaberts, classifier]) await weights.close();
  bundle = await openBundle(folder, false);
  cpu = await NativeSession.open(ortLibrary(), model, { id: 'cpu', backend: 'native-cpu', name: 'CPU', threads: 1 });
});

afterAll(async () => {
  await cpu.close();
  rmSync(root, { recursive: true, force: true });
});

type Altered = Partial<Pick<Session, 'encode' | 'classify' | 'probe' | 'device'>>;

/** The CPU with some of its methods replaced. */
const altered = (changes: Altered): Session => ({
  device: cpu.device,
  parallel: cpu.parallel,
  inFlight: cpu.inFlight,
  encode: (batch) => cpu.encode(batch),
  classify: (...all) => cpu.classify(...all),
  probe: (probe) => cpu.probe(probe),
  close: () => cpu.close(),
  ...changes,
});

/** Not the CPU's own engine: its bugs are not this program's. */
const gpu = { id: 'webgpu:0', backend: 'webgpu', name: 'a card', threads: undefined } as const;

const proofOf = (session: Session, arithmetic: Arithmetic = 'fp32', of: Pick<Bundle, 'folder' | 'manifest'> = bundle) =>
  prove(session, { bundle: of, head: of.manifest.classifiers[0]!, arithmetic });

const failed = ({ probes: checks }: Proof): string[] =>
  checks.filter(({ verdict }) => verdict === 'fail').map(({ name }) => name);

/** Tokens of an attention probe; 0 for any other. */
const attentionTokens = ({ inputs }: Probe): number => inputs.find(({ name }) => name === 'query')?.shape[1] ?? 0;

describe('the CPU', () => {
  test('passes in float32, every probe at less than a fifth of what is allowed', async () => {
    const steps: string[] = [];
    const proof = await prove(cpu, {
      ...{ bundle, head: bundle.manifest.classifiers[0]!, arithmetic: 'fp32' },
      onStep: (what) => steps.push(what),
    });
    expect(proof.problem).toBeUndefined();
    expect(proof.verdict).toBe('pass');
    expect(proof.probes.length).toBe(13);
    // Its sums are float32 as any GPU's are: 1.0e-6 of the largest value at the most where it was measured, 1e-5 allowed.
    for (const { max_diff, allowed_diff } of proof.probes) expect(max_diff).toBeLessThan(allowed_diff / 5);
    expect(proof.encoders?.nucleotide.verdict).toBe('pass');
    expect(proof.encoders?.nucleotide.allowed_diff).toBeLessThan(1e-3);
    expect(proof.encoders?.protein.verdict).toBe('pass');
    expect(proof.scores?.verdict).toBe('pass');
    expect(proof.speeds?.nucleotide).toBeGreaterThan(0);
    expect(proof.speeds?.protein).toBeGreaterThan(0);
    expect(steps).toEqual([
      ...proof.probes.map(({ name }) => name),
      'the known sequences',
      'the scores of the known sequences',
      'a batch of several sequences',
    ]);
  });

  test('passes with float16 operators, which it mostly widens', async () => {
    const proof = await proofOf(cpu, 'fp16');
    expect(proof.problem).toBeUndefined();
    expect(proof.probes.length).toBe(12);
    for (const { cosine } of proof.probes) expect(cosine).toBeGreaterThan(0.999999);
    expect(proof.encoders?.protein.allowed_diff).toBeGreaterThan(1e-2);
  });
});

describe('a device is refused that', () => {
  test('is wrong in attention from 32 tokens on, and the sentence says by how much', async () => {
    const session = altered({
      device: gpu,
      probe: async (probe) => {
        const found = await cpu.probe(probe);
        if (attentionTokens(probe) >= 32) found[17]! += 0.012;
        return found;
      },
    });
    const proof = await proofOf(session);
    expect(proof.verdict).toBe('fail');
    expect(failed(proof)).toEqual(
      [64, 130, 300].flatMap((tokens) => ['', 'with ALiBi '].map((alibi) => `attention ${alibi}over ${tokens} tokens`)),
    );
    expect(proof.problem).toBe(
      'attention over 64 tokens is off by 1.2e-2, 2.5e-5 is allowed; 5 more of the checks failed',
    );
    expect(proof.probes.length).toBe(13);
    expect([proof.encoders, proof.scores, proof.speeds]).toEqual([undefined, undefined, undefined]);
    expect(proof.lasting).toBe(true);
  });

  test('rounds factors to 11 bits, as TF32 does', async () => {
    const session = altered({
      probe: (probe) => {
        const inputs = probe.inputs.map((input) =>
          input.data instanceof Float32Array ? { ...input, data: toElevenBits(input.data) } : input,
        );
        return cpu.probe({ ...probe, inputs });
      },
    });
    const proof = await proofOf(session);
    // All that have a matrix product; the lookup has no float input, and the mean is a product too.
    expect(failed(proof)).toEqual(proof.probes.slice(1).map(({ name }) => name));
  });

  test('gives NaN', async () => {
    const session = altered({ probe: async (probe) => (await cpu.probe(probe)).fill(Number.NaN, 5, 6) });
    const proof = await proofOf(session);
    expect(proof.problem).toBe(
      'the lookup with LayerNorm and GELU gives values that are not numbers; 12 more of the checks failed',
    );
  });

  test('gives NaN only for the model', async () => {
    const session = altered({
      encode: async (batch) => {
        const found = await cpu.encode(batch);
        if (batch.encoder === 'protein') found.embeddings[3] = Number.NaN;
        return found;
      },
    });
    const proof = await proofOf(session);
    expect(proof.problem).toStartWith('the protein encoder gives values that are not numbers; ');
    expect(proof.encoders?.nucleotide.verdict).toBe('pass');
    expect(proof.speeds).toBeUndefined();
  });

  test('has an encoder that is off', async () => {
    const session = altered({
      encode: async (batch) => {
        const found = await cpu.encode(batch);
        if (batch.encoder === 'nucleotide') found.embeddings[0]! += 1e-3;
        return found;
      },
    });
    expect((await proofOf(session)).problem).toMatch(/^the nucleotide encoder is off by 1e-3, [1-9.]+e-5 is allowed/);
  });

  test('has wrong scores', async () => {
    const session = altered({ classify: async (...all) => (await cpu.classify(...all)).map((score) => score + 3e-4) });
    const proof = await proofOf(session);
    expect(proof.problem).toMatch(/^a score is off by 3e-4, 2e-5 is allowed$/);
    expect(proof.encoders?.protein.verdict).toBe('pass');
  });

  test('gives another result than the golden numbers, which were altered here', async () => {
    const folder = join(root, 'altered');
    await Bun.$`cp -r ${bundle.folder} ${folder}`.quiet();
    const golden = await Bun.file(join(folder, bundle.manifest.golden)).json();
    golden.frames[0].scores['500'].reverse();
    writeFileSync(join(folder, bundle.manifest.golden), JSON.stringify(golden));
    const proof = await proofOf(cpu, 'fp32', { folder, manifest: bundle.manifest });
    expect(proof.scores?.labels_differ).toBe(1);
    expect(proof.problem).toMatch(/^a score is off by /);
  });

  test.each([1, 4])('adds up in float16, in %d sums side by side', (sums) => {
    const known = longHalfProductProbe();
    // Every true value is one that a float16 can hold.
    expect(known.expected.every((value) => Math.abs(value) < 65_504)).toBe(true);
    const found = Float32Array.from(known.expected);
    expect(checkProbe(known, found).verdict).toBe('pass');
    const { x, weight } = longHalfFactors();
    // The first row of the result.
    for (let output = 0; output < 32; output += 1) {
      const partial = new Float16Array(sums);
      for (let i = 0; i < 10_240; i += 1) partial[i % sums]! += x[i]! * weight[output * 10_240 + i]!;
      found[output] = partial.reduce((sum, value) => Math.f16round(sum + value));
    }
    expect(checkProbe(known, found).verdict).toBe('fail');
  });

  test('gives too few values', () => {
    const [known] = probes('fp32');
    const found = Float32Array.from(known!.expected);
    expect(checkProbe(known!, found).verdict).toBe('pass');
    expect(checkProbe(known!, found.slice(1)).verdict).toBe('fail');
    expect(checkProbe(known!, new Float32Array(0)).verdict).toBe('fail');
  });
});

describe('a device that fails on the way', () => {
  const failing = (kind: DeviceError['kind'], at: number, device: Session['device']): Session =>
    altered({
      device,
      probe: async (probe) => {
        if (attentionTokens(probe) === at) throw new DeviceError(kind, 'The driver says no.\n    at a stack');
        return cpu.probe(probe);
      },
    });

  test.each(['OutOfMemory', 'DeviceLost'] as const)('%s: the proof ends, and is not remembered', async (kind) => {
    const proof = await proofOf(failing(kind, 64, gpu));
    expect(proof.problem).toBe('attention over 64 tokens cannot be computed: The driver says no');
    expect(proof.probes.length).toBe(5);
    expect(proof.lasting).toBe(false);
    expect(proof.verdict).toBe('fail');
  });

  test('wrong numbers before it are remembered all the same', async () => {
    const { probe } = failing('DeviceLost', 64, gpu);
    const wrong = async (given: Probe) => (await probe(given)).map((value) => value + 1);
    const proof = await proofOf(altered({ device: gpu, probe: wrong }));
    expect(proof.lasting).toBe(true);
    expect(proof.problem).toEndWith('; 5 more of the checks failed');
  });

  test.each(['Unsupported', 'Bug'] as const)('%s: the other probes go on', async (kind) => {
    const proof = await proofOf(failing(kind, 64, gpu));
    expect(failed(proof)).toEqual(['attention over 64 tokens', 'attention with ALiBi over 64 tokens']);
    expect(proof.problem).toBe(
      'attention over 64 tokens cannot be computed: The driver says no; 1 more of the checks failed',
    );
    expect(proof.probes.length).toBe(13);
    expect(proof.lasting).toBe(true);
  });

  test("a bug in the CPU's own engine is a bug", async () => {
    await expect(proofOf(failing('Bug', 16, cpu.device))).rejects.toThrow(DeviceError);
  });

  test('during the golden sequences', async () => {
    const encode = () => Promise.reject(new DeviceError('DeviceLost', 'gone'));
    const proof = await proofOf(altered({ device: gpu, encode }));
    expect(proof.problem).toBe('the known sequences cannot be computed: gone');
    expect(failed(proof)).toEqual([]);
    expect([proof.verdict, proof.lasting]).toEqual(['fail', false]);
  });

  test('damaged golden numbers are a mistake in a file, not of the device', async () => {
    const manifest = { ...bundle.manifest, golden: 'tokenizer.json' };
    await expect(proofOf(cpu, 'fp32', { folder: bundle.folder, manifest })).rejects.toThrow(
      'golden numbers are damaged',
    );
  });
});

/** Truncated to 10 stored bits of the mantissa. */
function toElevenBits(values: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const bits = new Uint32Array(values.slice().buffer);
  return new Float32Array(bits.map((word) => word & 0xff_ff_e0_00).buffer);
}
