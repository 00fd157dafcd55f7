/**
 * Faults on purpose, for tests and for whoever wants to see what happens: VIRNUCPRO_FAULT=`webgpu:0 lost 3` destroys that
 * device with its third batch. Several are separated by commas. The CPU can only take the process with it.
 */

import { CRASH_FAULTS, type CrashFault, type Fault, isCrashFault } from '../../device/fault.ts';
import { UserError } from '../../system/errors.ts';

const KINDS: readonly Fault['what'][] = ['memory', 'lost', 'exception', 'hang', 'unrepaired', ...CRASH_FAULTS];

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

/** The same for a device that knows no other fault. */
export function crashFor(device: string): { readonly what: CrashFault; readonly at: number } | undefined {
  const fault = faultFor(device);
  if (fault === undefined) return undefined;
  const { what, at } = fault;
  if (isCrashFault(what)) return { what, at };
  throw new UserError(
    `VIRNUCPRO_FAULT has ${what} for ${device}`,
    `There it takes ${CRASH_FAULTS.join(' and ')} only.`,
  );
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
