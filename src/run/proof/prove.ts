/**
 * Proves a device before its first batch: short probes of the risky operators, then the golden sequences of the bundle through
 * both encoders and the head, each against values of an independent computation in float64. Wrong numbers without any error are
 * what this is about; a device whose driver fails on the way has failed too.
 */

import { type Arithmetic, DeviceError, type Session } from '../../device/backend.ts';
import type { ClassifierEntry, EncoderName } from '../../model/bundle/manifest.ts';
import { checkEncoder, checkScores, embedFrames, TOLERANCES } from '../verify.ts';
import { type BundleFolder, bundleTokenizer, goldenFrames, longestRows } from './golden-frames.ts';
import type { KnownProbe } from './probe-graph.ts';
import { eachProbe } from './probes.ts';
import type { ProbeCheck, Proof } from './proof.ts';
import { offText, scoresOffText } from './sentences.ts';
import { measureSpeeds } from './speeds.ts';

export interface ProofOptions {
  readonly bundle: BundleFolder;
  /** The one that the session has. */
  readonly head: ClassifierEntry;
  /** How this device computes: fp32 also for one that only stores weights in float16. */
  readonly arithmetic: Arithmetic;
  /** Called before each step with what comes next, for a person who waits. */
  readonly onStep?: ((what: string) => void) | undefined;
}

/**
 * All probes, so that a report shows all that is wrong; the golden sequences only if they passed.
 *
 * @throws UserError where the bundle's files are damaged; what goes wrong in the CPU's own engine is a bug and stays one
 */
export async function prove(session: Session, options: ProofOptions): Promise<Proof> {
  const began = performance.now();
  const proof = new ProofInTheMaking();
  try {
    await runProbes(session, options, proof);
    if (proof.problems.length === 0) await runGolden(session, options, proof);
  } catch (error) {
    if (!isFailure(session, error)) throw error;
    // Wrong numbers before it stay wrong.
    proof.lasting = proof.problems.length > 0 || isLasting(error);
    proof.add(`${proof.step} cannot be computed: ${lineOf(error)}`);
  }
  return proof.finish((performance.now() - began) / 1000);
}

class ProofInTheMaking {
  step = '';
  lasting = true;
  readonly problems: string[] = [];
  readonly probes: ProbeCheck[] = [];
  encoders: Proof['encoders'];
  scores: Proof['scores'];
  speeds: Proof['speeds'];

  add(problem: string): void {
    this.problems.push(problem);
  }

  finish(seconds: number): Proof {
    const { probes, encoders, scores } = this;
    const [first, ...others] = this.problems;
    const failed = first !== undefined;
    return {
      verdict: failed ? 'fail' : 'pass',
      problem: others.length === 0 ? first : `${first}; ${others.length} more of the checks failed`,
      lasting: this.lasting,
      probes,
      encoders,
      scores,
      speeds: failed ? undefined : this.speeds,
      seconds,
    };
  }
}

async function runProbes(session: Session, { arithmetic, onStep }: ProofOptions, proof: ProofInTheMaking) {
  for (const known of eachProbe(arithmetic)) {
    proof.step = known.name;
    onStep?.(known.name);
    let found: Float32Array;
    try {
      found = await session.probe(known.probe);
    } catch (error) {
      if (!isFailure(session, error) || !isLasting(error)) throw error;
      // An operator that this device cannot compute says nothing about the others.
      proof.probes.push({ name: known.name, max_diff: Number.NaN, allowed_diff: known.allowed, verdict: 'fail' });
      proof.add(`${known.name} cannot be computed: ${lineOf(error)}`);
      continue;
    }
    const check = checkProbe(known, found);
    proof.probes.push(check);
    if (check.verdict === 'fail') proof.add(offText(known.name, check, known.cosine));
  }
}

async function runGolden(
  session: Session,
  { bundle, head, arithmetic, onStep }: ProofOptions,
  proof: ProofInTheMaking,
): Promise<void> {
  const begin = (step: string): void => {
    proof.step = step;
    onStep?.(step);
  };
  // The known values were computed from weights that were not rounded.
  const tolerance = TOLERANCES[arithmetic === 'fp16' ? 'fp16' : bundle.manifest.precision];
  const frames = await goldenFrames(bundle);
  const tokenizer = await bundleTokenizer(bundle);
  begin('the known sequences');
  const found = await embedFrames(frames, session, tokenizer);
  const check = (encoder: EncoderName) => {
    const result = checkEncoder(encoder, frames, found[encoder], tolerance);
    if (result.verdict === 'fail') proof.add(offText(`the ${encoder} encoder`, result, tolerance.cosine));
    return result;
  };
  proof.encoders = { nucleotide: check('nucleotide'), protein: check('protein') };
  begin('the scores of the known sequences');
  proof.scores = await checkScores(head.length, frames, found, session, tolerance);
  if (proof.scores.verdict === 'fail') proof.add(scoresOffText(proof.scores));
  if (proof.problems.length > 0) return;
  begin('a batch of several sequences');
  proof.speeds = await measureSpeeds(session, longestRows(frames, tokenizer));
}

/** @param found as many values as `known.expected` has, or it fails */
export function checkProbe(known: KnownProbe, found: Float32Array): ProbeCheck {
  const { name, expected, allowed } = known;
  let maxDiff = found.length === expected.length ? 0 : Number.NaN;
  let product = 0;
  let squareFound = 0;
  let squareExpected = 0;
  for (const [i, value] of found.entries()) {
    // Math.max keeps NaN, and no comparison with NaN is true: a broken result cannot pass.
    maxDiff = Math.max(maxDiff, Math.abs(value - expected[i]!));
    product += value * expected[i]!;
    squareFound += value ** 2;
    squareExpected += expected[i]! ** 2;
  }
  const result = { name, max_diff: maxDiff, allowed_diff: allowed };
  if (known.cosine === undefined) return { ...result, verdict: maxDiff <= allowed ? 'pass' : 'fail' };
  const cosine = product / Math.sqrt(squareFound * squareExpected);
  return { ...result, cosine, verdict: maxDiff <= allowed && cosine >= known.cosine ? 'pass' : 'fail' };
}

/** Whether the device failed, and not this program: a GPU's stack is not ours, the CPU's engine is. */
function isFailure(session: Session, error: unknown): error is DeviceError {
  if (!(error instanceof DeviceError)) return false;
  return error.kind !== 'Bug' || session.device.backend !== 'native-cpu';
}

function isLasting({ kind }: DeviceError): boolean {
  switch (kind) {
    case 'OutOfMemory':
    case 'DeviceLost':
      return false;
    case 'Unsupported':
    case 'Bug':
      return true;
    default:
      return kind satisfies never;
  }
}

/** The first line of what a library says, which may go on with its call stack. */
function lineOf({ message }: DeviceError): string {
  return (message.split('\n', 1)[0] ?? '').replace(/\.$/, '');
}
