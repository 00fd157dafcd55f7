/** This process as one that is watched: what it was assigned, and what it reports. */

import { writeSync } from 'node:fs';
import { expectTwice } from '../system/signals.ts';
import { ASSIGNMENT_VARIABLE, type Assignment, parseAssignment, type Report, reportLine } from './contract.ts';
import { dieWithParent } from './die-with-parent.ts';

export class Supervised {
  constructor(readonly assignment: Assignment) {}

  /** Returns when the supervisor can see it, whatever happens to this process afterwards. */
  report(report: Report): void {
    try {
      writeSync(this.assignment.report, reportLine(report));
    } catch {
      // The supervisor is gone, and so is this process soon.
    }
  }
}

let own: Supervised | undefined;
let isKnown = false;

/** @returns undefined where nobody watches */
export function supervised(): Supervised | undefined {
  if (isKnown) return own;
  isKnown = true;
  const text = process.env[ASSIGNMENT_VARIABLE];
  if (text === undefined) return undefined;
  // Children of this process are watched by nobody.
  delete process.env[ASSIGNMENT_VARIABLE];
  const assignment = parseAssignment(text);
  if (assignment === undefined) throw new Error(`${ASSIGNMENT_VARIABLE} is not understood: ${text}`);
  dieWithParent(assignment.parent);
  expectTwice();
  own = new Supervised(assignment);
  return own;
}
