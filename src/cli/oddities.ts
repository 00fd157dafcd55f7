/** What the reader noticed about the input, as one warning each at the end of a run. */

import type { Emit } from '../events/event.ts';
import type { InputOddities } from '../run/windows.ts';

export function tellOddities(oddities: InputOddities, emit: Emit): void {
  const { uracilRecords, strangeRecords, strangeCharacters, firstStrange } = oddities;
  if (uracilRecords > 0) emit({ event: 'warning', message: `U was read as T in ${records(uracilRecords)}.` });
  if (firstStrange === undefined) return;
  const place = `first in ${firstStrange.id}, the record of line ${firstStrange.line}`;
  emit({
    event: 'warning',
    message:
      `${records(strangeRecords)} with ${strangeCharacters} characters that are no nucleotide code (${place}); ` +
      'codons with them are left out.',
  });
}

function records(count: number): string {
  return count === 1 ? '1 record' : `${count} records`;
}
