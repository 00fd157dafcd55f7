/** `virnucpro models path`: where a model lies, for scripts. */

import { writeStandardOutput } from '../../output/standard-output.ts';
import { findInstalled } from '../../store/installed.ts';
import { modelsFolder } from '../../store/places.ts';
import { UserError } from '../../system/errors.ts';
import type { Arguments } from '../arguments.ts';
import type { MODELS_PATH } from '../flags.ts';

export async function modelsPath(given: Arguments<typeof MODELS_PATH>): Promise<void> {
  const [name, more] = given.positionals;
  if (more !== undefined) throw new UserError('models path takes one name', 'Give one, or none for the folder of all.');
  const store = modelsFolder();
  const found = name === undefined ? store : (await findInstalled(store, name))?.folder;
  if (found === undefined) {
    throw new UserError(`The model ${name} is not installed`, 'See "virnucpro models list".');
  }
  writeStandardOutput(new TextEncoder().encode(`${found}\n`));
}
