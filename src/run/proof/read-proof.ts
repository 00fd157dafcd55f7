/** Reads a proof from a file again; anything that does not look like one is none. */

import { isObject } from '../../system/json-object.ts';
import type { EncoderCheck, ScoreCheck } from '../verify.ts';
import type { ProbeCheck, Proof } from './proof.ts';

type Outcome = Omit<ScoreCheck, 'labels_differ'>;

/** @returns undefined for what is not a whole proof, or one that contradicts itself */
export function readProof(json: unknown): Proof | undefined {
  if (!isObject(json)) return undefined;
  const { verdict, problem, lasting, seconds } = json;
  const probes = all(json['probes'], probeCheck);
  const encoders = pair(json['encoders'], encoderCheck);
  const scores = scoreCheck(json['scores']);
  const speeds = pair(json['speeds'], (speed) => (isCount(speed) && speed > 0 ? speed : undefined));
  if (probes === undefined || typeof lasting !== 'boolean' || !isCount(seconds)) return undefined;
  if (verdict === 'fail' && typeof problem === 'string') {
    return { verdict, problem, lasting, probes, encoders, scores, speeds: undefined, seconds };
  }
  if (verdict !== 'pass' || problem !== undefined || probes.length === 0) return undefined;
  if (encoders === undefined || scores === undefined || speeds === undefined) return undefined;
  const checks = [...probes, encoders.nucleotide, encoders.protein, scores];
  if (checks.some((check) => check.verdict !== 'pass')) return undefined;
  return { verdict, problem, lasting, probes, encoders, scores, speeds, seconds };
}

function probeCheck(json: unknown): ProbeCheck | undefined {
  const check = encoderCheck(json);
  return isObject(json) && check !== undefined && typeof json['name'] === 'string'
    ? { name: json['name'], ...check }
    : undefined;
}

/** What probes and encoders have in common. */
function encoderCheck(json: unknown): (Outcome & Pick<EncoderCheck, 'cosine'>) | undefined {
  if (!isObject(json)) return undefined;
  const found = outcome(json);
  const { cosine } = json;
  if (found === undefined || cosine === undefined) return found;
  // JSON has null for NaN.
  if (cosine === null) return { ...found, cosine: Number.NaN };
  return typeof cosine === 'number' ? { ...found, cosine } : undefined;
}

function scoreCheck(json: unknown): ScoreCheck | undefined {
  if (!isObject(json)) return undefined;
  const found = outcome(json);
  const { labels_differ } = json;
  return found !== undefined && isCount(labels_differ) ? { ...found, labels_differ } : undefined;
}

function outcome({ max_diff, allowed_diff, verdict }: Record<string, unknown>): Outcome | undefined {
  if (!isCount(allowed_diff) || (verdict !== 'pass' && verdict !== 'fail')) return undefined;
  // JSON has null for NaN, which no check passes with.
  if (max_diff === null) return verdict === 'fail' ? { max_diff: Number.NaN, allowed_diff, verdict } : undefined;
  return isCount(max_diff) ? { max_diff, allowed_diff, verdict } : undefined;
}

function pair<T>(json: unknown, read: (value: unknown) => T | undefined) {
  if (!isObject(json)) return undefined;
  const nucleotide = read(json['nucleotide']);
  const protein = read(json['protein']);
  return nucleotide === undefined || protein === undefined ? undefined : { nucleotide, protein };
}

function all<T>(json: unknown, read: (value: unknown) => T | undefined): readonly T[] | undefined {
  if (!Array.isArray(json)) return undefined;
  const found: T[] = [];
  for (const value of json) {
    const one = read(value);
    if (one === undefined) return undefined;
    found.push(one);
  }
  return found;
}

/** Finite and not negative. */
function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
