/**
 * Compares a downloaded encoder with published numbers of it, by the float64 oracle: no model has to be made for that, and
 * nothing of this machine's engine takes part. It takes a second for each million parameters or so.
 */

import type { Emit } from '../events/event.ts';
import { openEsm2 } from '../model/checkpoint/esm2.ts';
import { esm2Embed } from '../model/oracle/esm2.ts';
import type { Checkpoint } from '../store/catalogue.ts';
import { comparePublished } from '../store/compare-published.ts';
import { publishedVectors } from '../store/published-numbers.ts';
import { EXIT, UserError } from '../system/errors.ts';
import { encodeProteinText } from '../tokens/residues.ts';

export async function proveCheckpoint(checkpoint: Checkpoint, folder: string, emit: Emit): Promise<void> {
  const [published] = publishedVectors(checkpoint.name);
  const say = (note: string) => emit({ event: 'stage', stage: 'pull', note });
  if (published === undefined || checkpoint.kind !== 'protein') {
    say(`${checkpoint.name}: no numbers were published that it could be compared with by itself`);
    return;
  }
  say(
    `${checkpoint.name}: computing ${published.rows.length} proteins whose numbers were published (${published.arithmetic})`,
  );
  const weights = await openEsm2(folder);
  try {
    const found = await esm2Embed(
      weights,
      published.rows.map(({ text }) => encodeProteinText(text)),
    );
    const { maxDifference, allowedDifference, normDifference, allowedNorm, agrees } = comparePublished(
      published,
      found,
      'fp32',
    );
    say(
      `${checkpoint.name}: max |diff| ${maxDifference.toExponential(1)} (allowed ${allowedDifference.toExponential(1)}), ` +
        `norms ${normDifference.toExponential(1)} (allowed ${allowedNorm.toExponential(1)})`,
    );
    if (agrees) return;
    throw new UserError(
      `${checkpoint.name} does not compute what was published for it`,
      'The files are right as far as hashes are known; report this.',
      { file: folder },
      EXIT.runtime,
    );
  } finally {
    await weights.close();
  }
}
