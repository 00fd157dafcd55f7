/**
 * Faults on purpose, for tests and for whoever wants to see what happens: VIRNUCPRO_FAULT=`webgpu:0 lost 3` destroys that
 * device with its third batch. Several are separated by commas. See device/webgpu/protocol.ts for what there is.
 */

import type { Fault } from '../../device/webgpu/protocol.ts';
import { UserError } from '../../system/errors.ts';

const KINDS = ['memory', 'lost', 'exception', 'hang', 'unrepaired'] as const satisfies readonly Fault['what'][];

/**
 * @param device its id
 * @returns the first one that is meant for this device
 * @throws UserError for anything in the text that is not understood, whichever device it is for
 */
export function faultFor(device: string, text = process.env['VIRNUCPRO_FAULT'] ?? ''): Fault | undefined {
  const faults = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(parse);
  return faults.find(({ id }) => id === device)?.fault;
}

function parse(part: string): { readonly id: string; readonly fault: Fault } {
  const [id, kind, at = '1', ...more] = part.split(/\s+/);
  const what = KINDS.find((known) => known === kind);
  if (id === undefined || what === undefined || !/^[1-9][0-9]*$/.test(at) || more.length > 0) {
    throw new UserError(
      `VIRNUCPRO_FAULT is not understood at "${part}"`,
      `It is for tests: a device, one of ${KINDS.join(', ')}, and the number of a batch. Take it out of the environment.`,
    );
  }
  return { id, fault: { what, at: Number(at) } };
}
