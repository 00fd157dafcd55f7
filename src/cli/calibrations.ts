/** The file of `--calibration`: `{"300": {"slope": 1.1, "intercept": -0.2, "threshold": 0.5, "fitted_on": "…"}, …}`. */

import { readFile, stat } from 'node:fs/promises';
import { type Calibration, parseCalibration } from '../model/bundle/calibration.ts';
import { parseJsonObject, quoted } from '../model/checkpoint/json.ts';
import { UserError } from '../system/errors.ts';
import { systemCode } from '../system/machine-error.ts';

const LARGEST_BYTES = 1_000_000;
/** The object, and in it one for each head. */
const LEVELS = 2;
const REMEDY = 'Give a JSON object by chunk length, each with "slope", "intercept", "threshold" and "fitted_on".';

type Refusal = (sentence: string) => UserError;

/**
 * @param lengths chunk lengths of the heads, nt
 * @returns calibrations by chunk length; not every head needs one
 */
export async function readCalibrations(
  file: string,
  lengths: readonly number[],
): Promise<ReadonlyMap<number, Calibration>> {
  const refuse: Refusal = (sentence) => new UserError(sentence, REMEDY, { file });
  const entries = parsed(await readSmall(file, refuse), file, refuse);
  const calibrations = new Map<number, Calibration>();
  for (const [key, value] of entries) {
    const length = lengths.find((one) => String(one) === key);
    if (length === undefined) {
      throw refuse(`${quoted(key)} is not the chunk length of a head that was given (${lengths.join(', ')})`);
    }
    calibrations.set(
      length,
      parseCalibration(value, (problem) => refuse(`the calibration for ${length} ${problem}`)),
    );
  }
  if (calibrations.size === 0) throw refuse('the calibration is empty');
  return calibrations;
}

function parsed(bytes: Uint8Array, file: string, refuse: Refusal): ReadonlyMap<string, unknown> {
  try {
    return parseJsonObject(bytes, file, 'the calibration', LEVELS);
  } catch (error) {
    // A person wrote this file: to get it again is no help.
    throw error instanceof UserError ? refuse(error.sentence) : error;
  }
}

async function readSmall(file: string, refuse: Refusal): Promise<Uint8Array> {
  try {
    const found = await stat(file);
    if (!found.isFile()) throw refuse('is no file');
    if (found.size > LARGEST_BYTES) throw refuse('is too large for a calibration');
    return await readFile(file);
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    throw code === 'ENOENT' ? refuse('there is no such file') : refuse(`cannot be read (${code})`);
  }
}
