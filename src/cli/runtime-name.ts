/** The name of a runtime as it was typed. */

import { RUNTIME_NAMES, type RuntimeName } from '../runtime/catalogue.ts';
import { UserError } from '../system/errors.ts';
import { suggest } from './suggest.ts';

/** @param command in messages, for instance `runtime install` */
export function runtimeNameGiven(positionals: readonly string[], command: string): RuntimeName {
  const [typed, more] = positionals;
  if (typed === undefined || more !== undefined) {
    throw new UserError(`${command} takes one name`, `Give ${RUNTIME_NAMES.join(' or ')}.`);
  }
  const name = RUNTIME_NAMES.find((known) => known === typed);
  if (name !== undefined) return name;
  const meant = suggest(typed, RUNTIME_NAMES);
  throw new UserError(
    `There is no runtime ${JSON.stringify(typed)}`,
    meant === undefined ? `Give ${RUNTIME_NAMES.join(' or ')}.` : `Did you mean ${meant}?`,
  );
}
