/** `virnucpro models remove`: deletes an installed model. */

import type { Emit } from '../../events/event.ts';
import { modelsFolder } from '../../store/places.ts';
import { removeInstalled } from '../../store/remove.ts';
import { UserError } from '../../system/errors.ts';
import { bytesText } from '../../system/quantities.ts';
import type { Arguments } from '../arguments.ts';
import type { MODELS_REMOVE } from '../flags.ts';

export async function modelsRemove(given: Arguments<typeof MODELS_REMOVE>, emit: Emit): Promise<void> {
  const [name, more] = given.positionals;
  if (name === undefined || more !== undefined) {
    throw new UserError('models remove takes one name', 'See "virnucpro models list".');
  }
  const bytes = await removeInstalled(modelsFolder(), name);
  emit({ event: 'stage', stage: 'remove', note: `removed ${name}: ${bytesText(bytes)}` });
}
