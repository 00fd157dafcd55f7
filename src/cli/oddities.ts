/** What was odd about the input, as one warning each at the end of a run. */

import type { Emit } from '../events/event.ts';
import type { DuplicateIds } from '../input/duplicate-ids.ts';
import { recordsOf } from '../run/pool/job.ts';
import type { InputTotals, RunOddities } from '../run/pool/run.ts';
import { counted, countText } from '../system/quantities.ts';

/** Of amino acids in their one-letter codes a quarter are no nucleotide codes; of a damaged genome hardly any are. */
const PROTEIN_SHARE = 0.1;

export function tellOddities(oddities: RunOddities, inputs: readonly InputTotals[], emit: Emit): void {
  const { uracilRecords, strangeRecords, strangeCharacters, firstStrange } = oddities;
  const warn = (message: string): void => emit({ event: 'warning', message });
  // An input without a record is most often a pipe that broke or a wrong name.
  for (const { name, counts, cut } of inputs) {
    if (recordsOf(counts) === 0 && cut === undefined) warn(`${inputName(name)} holds no record.`);
  }
  tellUnmarked(inputs, emit);
  if (uracilRecords > 0) warn(`U was read as T in ${counted(uracilRecords, 'record')}.`);
  if (firstStrange === undefined) return;
  const { id, file, line } = firstStrange;
  const bases = inputs.reduce((sum, { counts }) => sum + counts.bases, 0);
  warn(
    `characters that are no nucleotide code: ${countText(strangeCharacters)} in ${counted(strangeRecords, 'record')} ` +
      `(first in ${inputName(file)}, record ${id} of line ${countText(line)}); codons with them are left out.` +
      (strangeCharacters > bases * PROTEIN_SHARE ? ' This looks like protein: nucleotides are expected.' : ''),
  );
}

/** A cut between two blocks of bgzip leaves no other trace. */
export function tellUnmarked(inputs: readonly InputTotals[], emit: Emit): void {
  for (const { name, cut, unmarked } of inputs) {
    if (!unmarked || cut !== undefined) continue;
    emit({
      event: 'warning',
      message: `${inputName(name)} lacks bgzip's mark of its end: it may have been cut off between two blocks.`,
    });
  }
}

export function tellDuplicates({ count, examples, unchecked, most }: DuplicateIds, emit: Emit): void {
  if (count > 0) {
    emit({
      event: 'warning',
      message: `${counted(count, 'record')} with an id that came before (${examples.join(', ')}); rows follow the input.`,
    });
  }
  if (unchecked > 0) {
    emit({ event: 'warning', message: `Only the first ${countText(most)} ids were checked for repeats.` });
  }
}

export function inputName(name: string): string {
  return name === '-' ? 'standard input' : name;
}
