/** What went wrong on a device, as the fleet reacts to it, and the sentences about it. */

import { DeviceError } from '../../device/backend.ts';
import { EXIT, UserError } from '../../system/errors.ts';
import type { Member, Skill } from './member.ts';

export interface Fault {
  readonly kind: DeviceError['kind'];
  /** For people; ends without a full stop. */
  readonly reason: string;
}

/** Whatever a session throws that is no DeviceError was not foreseen there: a bug. */
export function faultOf(error: unknown): Fault {
  const kind = error instanceof DeviceError ? error.kind : 'Bug';
  const message = error instanceof Error ? error.message : String(error);
  // A bug may come with its stack, which is kept where the run ends by it.
  const [line = ''] = message.split('\n');
  return { kind, reason: line.replace(/\.\s*$/, '') };
}

/** Nobody is left who can do what is still to be done. */
export function noDeviceLeft(members: readonly Member[], skill: Skill): UserError {
  const reasons = members.map((member) => `${member.id}: ${member.why(skill)}`).join('; ');
  return new UserError(
    `no device is left for the ${skillText(skill)} (${reasons})`,
    'Start the run again with other devices; `--device cpu` needs none but the processor.',
    {},
    EXIT.runtime,
  );
}

/** The same work was met by a bug on two devices: it is not the devices. */
export function sameBug(what: string, devices: readonly [string, string], first: unknown): Error {
  return new Error(`${what} failed on ${devices.join(' and on ')}: ${faultOf(first).reason}`, { cause: first });
}

export function skillText(skill: Skill): string {
  return skill === 'classifier' ? 'classifier' : `${skill} model`;
}
