/** How far contestants' embeddings are apart: a benchmark of wrong numbers would be worth nothing. */

import { type Contestant, reasonOf } from './contestant.ts';
import type { Case } from './rounds.ts';

export interface Agreement {
  readonly label: string;
  readonly encoder: string;
  /** Smallest cosine of two rows; or why there is none. */
  readonly cosine: number | string;
  /** Largest difference over the largest value. */
  readonly difference: number;
}

/** Against the first contestant that computes in float32, on the first batch of each encoder. */
export async function agreementOf(contestants: readonly Contestant[], cases: readonly Case[]): Promise<Agreement[]> {
  const reference = contestants.find(({ arithmetic }) => arithmetic === 'fp32');
  if (reference === undefined) return [];
  const found: Agreement[] = [];
  const encoders = new Set(cases.map(({ batch }) => batch.encoder));
  for (const encoder of encoders) {
    const { batch } = cases.find((one) => one.batch.encoder === encoder)!;
    const expected = await reference.embed(batch);
    for (const contestant of contestants) {
      if (contestant === reference) continue;
      const { label } = contestant;
      try {
        found.push({ label, encoder, ...compared(await contestant.embed(batch), expected, batch.rows) });
      } catch (error) {
        found.push({ label, encoder, cosine: reasonOf(error), difference: Number.NaN });
      }
    }
  }
  return found;
}

function compared(
  found: Float32Array,
  expected: Float32Array,
  rows: number,
): { readonly cosine: number; readonly difference: number } {
  if (found.length !== expected.length) throw new Error(`${found.length} numbers, expected ${expected.length}`);
  const width = expected.length / rows;
  let cosine = 1;
  let difference = 0;
  let largest = 0;
  for (let row = 0; row < rows; row += 1) {
    let [both, own, other] = [0, 0, 0];
    for (let i = row * width; i < (row + 1) * width; i += 1) {
      const [a, b] = [found[i]!, expected[i]!];
      both += a * b;
      own += a * a;
      other += b * b;
      difference = Math.max(difference, Math.abs(a - b));
      largest = Math.max(largest, Math.abs(b));
    }
    cosine = Math.min(cosine, both / Math.sqrt(own * other));
  }
  return { cosine, difference: difference / largest };
}
