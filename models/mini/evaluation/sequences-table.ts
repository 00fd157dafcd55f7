/** Reads what the program wrote about the fragments: `sequences.tsv`, by the names of its columns. */

import { UserError } from '../../../src/system/errors.ts';

/** Of one fragment. */
export interface Prediction {
  readonly isCalled: boolean;
  /** `call == viral`, the method's own rule. */
  readonly isViral: boolean;
  /** weighted_delta, -1 to 1; undefined without a call. */
  readonly delta: number | undefined;
  /** Calibrated P(virus); undefined without a call, and with a bundle that is not calibrated. */
  readonly probability: number | undefined;
  /** Whether it reaches the bundle's threshold; defined where `probability` is. */
  readonly isVirus: boolean | undefined;
}

/** Columns that a program without calibrations does not write. */
const CALIBRATED = ['virus_probability', 'is_virus'];
const REMEDY = 'Is --binary the program that "npm run build" made?';

/**
 * @param ids of the fragments, in their order
 * @param file named in what is refused
 * @returns one per fragment, in the same order
 */
export function parseSequences(text: string, ids: readonly string[], file: string): Prediction[] {
  const refuse = (sentence: string) => new UserError(sentence, REMEDY, { file });
  const [header = '', ...rows] = text.split('\n').filter((line) => line !== '');
  const columns = header.split('\t');
  for (const name of ['sequence_id', 'status', 'call', 'weighted_delta']) {
    if (!columns.includes(name)) throw refuse(`there is no column ${name}`);
  }
  if (rows.length !== ids.length) throw refuse(`there are ${rows.length} rows for ${ids.length} fragments`);
  return rows.map((row, index) => {
    const cells = row.split('\t');
    const cell = (name: string): string | undefined => {
      const value = cells[columns.indexOf(name)];
      if (value === undefined && !CALIBRATED.includes(name)) throw refuse(`row ${index + 1} has no ${name}`);
      return value === 'NA' ? undefined : value;
    };
    const number = (name: string, low: number): number | undefined => {
      const value = cell(name);
      if (value === undefined) return undefined;
      const parsed = Number(value);
      if (value.trim() !== '' && parsed >= low && parsed <= 1) return parsed;
      throw refuse(`${name} is "${value}" in row ${index + 1}`);
    };
    if (cell('sequence_id') !== ids[index]) throw refuse(`row ${index + 1} is not that of ${ids[index]}`);
    const prediction = {
      isCalled: cell('status') === 'called',
      isViral: cell('call') === 'viral',
      delta: number('weighted_delta', -1),
      probability: number('virus_probability', 0),
      isVirus: boolean(cell('is_virus'), () => refuse(`is_virus is neither True nor False in row ${index + 1}`)),
    };
    if (prediction.isCalled !== (prediction.delta !== undefined)) {
      throw refuse(`row ${index + 1} is called without a weighted_delta, or has one without a call`);
    }
    if ((prediction.probability === undefined) !== (prediction.isVirus === undefined)) {
      throw refuse(`row ${index + 1} has one of virus_probability and is_virus without the other`);
    }
    return prediction;
  });
}

function boolean(value: string | undefined, refusal: () => UserError): boolean | undefined {
  if (value === undefined || value === 'True' || value === 'False')
    return value === undefined ? undefined : value === 'True';
  throw refusal();
}
