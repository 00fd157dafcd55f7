/** `virnucpro runtime remove`: deletes an installed runtime. */

import type { Emit } from '../../events/event.ts';
import { runtimeFolder } from '../../runtime/places.ts';
import { removeRuntime } from '../../runtime/remove.ts';
import { UserError } from '../../system/errors.ts';
import { bytesText } from '../../system/quantities.ts';
import type { Arguments } from '../arguments.ts';
import type { RUNTIME_REMOVE } from '../flags.ts';
import { runtimeNameGiven } from '../runtime-name.ts';

export async function runtimeRemove(given: Arguments<typeof RUNTIME_REMOVE>, emit: Emit): Promise<void> {
  const name = runtimeNameGiven(given.positionals, 'runtime remove');
  const bytes = await removeRuntime(runtimeFolder(), name);
  if (bytes === undefined) {
    throw new UserError(`The runtime ${name} is not installed`, 'See "virnucpro runtime list".');
  }
  emit({ event: 'stage', stage: 'remove', note: `removed ${name}: ${bytesText(bytes)}` });
}
