/** What was odd about the input, as one warning each at the end of a run. */

import type { Emit } from '../events/event.ts';
import type { DuplicateIds } from '../input/duplicate-ids.ts';
import { countText, counted } from '../progress/quantities.ts';
import { recordsOf } from '../run/pool/job.ts';
import type { InputTotals, RunOddities } from '../run/pool/run.ts';

export function tellOddities(oddities: RunOddities, inputs: readonly InputTotals[], emit: Emit): void {
  const { uracilRecords, strangeRecords, strangeCharacters, firstStrange } = oddities;
  const warn = (message: string): void => emit({ event: 'warning', message });
  // An input without a record is most often a pipe that broke or a wrong name.
  for (const { name, counts, cut } of inputs) {
    if (recordsOf(counts) === 0 && cut === undefined) warn(`${inputName(name)} holds no record.`);
  }
  if (uracilRecords > 0) warn(`U was read as T in ${counted(uracilRecords, 'record')}.`);
  if (firstStrange === undefined) return;
  const { id, file, line } = firstStrange;
  warn(
    `${counted(strangeRecords, 'record')} with ${counted(strangeCharacters, 'character')} that are no nucleotide code ` +
      `(first in ${inputName(file)}, record ${id} of line ${countText(line)}); codons with them are left out.`,
  );
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
