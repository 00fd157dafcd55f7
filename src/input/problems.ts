/** What can be wrong with one record, in sentences without a full stop. */

export const ENDS_EARLY = 'the file ends in the middle of this record';

/** What a FASTQ record lacks. */
export const MISSING = {
  all: 'its sequence, its line with + and its quality are missing',
  sequence: 'its sequence is missing: the line behind the name begins with +',
  plusAndQuality: 'its line with + and its quality are missing',
  plus: 'its third line does not begin with +; a FASTQ record has four lines: @name, sequence, +, quality',
  quality: 'its quality is missing: the line behind + is the name of another record',
  header: 'this text belongs to no record: no line before it begins with @',
} as const;

export function qualityLength(letters: number, bases: number): string {
  return `the quality has ${counted(letters, 'letter')} for ${counted(bases, 'base')}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
