/**
 * Throws seeded inputs at one target. A case is made from the seed and its number alone, so it can be made again.
 *
 * A finding is whatever a target throws, and memory out of proportion: the process's peak grows by a multiple of what any
 * of these inputs needs. A case that does not end is the watchdog's (watchdog.ts).
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dice } from './dice.ts';
import type { FuzzTarget } from './target.ts';

export interface FuzzPlan {
  readonly seed: number;
  /** Number of the first case. */
  readonly first?: number;
  /** Asked before each case with the number of cases so far. */
  readonly goesOn: (cases: number) => boolean;
  /** Told before each case. */
  readonly begins?: (number: number) => void;
}

export interface Finding {
  readonly target: string;
  readonly seed: number;
  readonly number: number;
  /** What was thrown, with its stack. */
  readonly what: string;
  /** How often it came, by message and place. */
  times: number;
  readonly input: Uint8Array | undefined;
}

export interface FuzzResult {
  cases: number;
  /** Sum of what the target tallied; `inputs` is the number of executions. */
  readonly tally: Record<string, number>;
  /** Longest time of one case, ms. */
  slowest: number;
  /** Different ones. */
  readonly findings: Finding[];
}

/** The inputs have some kilobytes; a run of several hundred of them takes less than half of it. */
const MOST_GROWTH_KIB = 512 * 1024;
const MOST_FINDINGS = 20;

export async function fuzz(target: FuzzTarget, plan: FuzzPlan): Promise<FuzzResult> {
  const { seed, first = 0, goesOn, begins } = plan;
  const result: FuzzResult = { cases: 0, tally: {}, slowest: 0, findings: [] };
  const folder = mkdtempSync(join(tmpdir(), 'virnucpro-fuzz-'));
  try {
    const make = target.open(folder);
    while (result.findings.length < MOST_FINDINGS && goesOn(result.cases)) {
      const number = first + result.cases;
      begins?.(number);
      const { input, run } = make(new Dice(seed, number));
      const began = performance.now();
      const peak = peakKib();
      try {
        for (const [word, count] of Object.entries(await run())) result.tally[word] = (result.tally[word] ?? 0) + count;
        const grown = peakKib() - peak;
        if (grown > MOST_GROWTH_KIB) throw new Error(`it took ${Math.round(grown / 1024)} MiB of memory`);
      } catch (error) {
        note(result.findings, { target: target.name, seed, number, what: textOf(error), times: 1, input });
      }
      result.slowest = Math.max(result.slowest, performance.now() - began);
      result.cases += 1;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return result;
}

/** Largest resident memory so far, KiB. */
function peakKib(): number {
  return process.resourceUsage().maxRSS;
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}\n${error.stack ?? ''}` : String(error);
}

/** One of each kind is enough to be told: equal but for numbers and quoted words, from the same line. */
function note(findings: Finding[], finding: Finding): void {
  const kind = kindOf(finding.what);
  const known = findings.find(({ what }) => kindOf(what) === kind);
  if (known === undefined) findings.push(finding);
  else known.times += 1;
}

function kindOf(what: string): string {
  const [message = '', ...stack] = what.split('\n');
  const place = stack.find((line) => /\/(src|test)\//.test(line)) ?? '';
  return `${message.replace(/"[^"]*"|\d+/g, '#').slice(0, 60)} ${place.replace(/^.*\/(?=src|test)/, '')}`;
}
