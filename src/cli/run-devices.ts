/** The devices of one run: looked for, chosen, opened and proven. */

import type { Arithmetic } from '../device/backend.ts';
import { takeInventory } from '../device/inventory/take.ts';
import type { Emit } from '../events/event.ts';
import type { Bundle } from '../model/bundle/open.ts';
import { UserError } from '../system/errors.ts';
import { chooseDevices } from './device-choice.ts';
import { type DeviceEntry, deviceEntries, readInstalledCuda } from './device-entries.ts';
import type { Setting } from './open-backend.ts';
import { type OpenedDevice, openDevices } from './open-devices.ts';
import type { DevicePlan } from './plan.ts';

export interface RunDevices {
  readonly devices: readonly OpenedDevice[];
  readonly arithmetic: Arithmetic;
}

/** What is in the machine. Where only the CPU is asked for, nothing else is looked for. */
export async function readDevices(asked: string): Promise<DeviceEntry[]> {
  const nothing = { gpus: [], cudaDriver: undefined, vulkanProblem: undefined };
  const inventory = asked === 'cpu' ? nothing : await takeInventory();
  return deviceEntries(inventory, await readInstalledCuda());
}

/**
 * @param looking what `readDevices` found, which may still be on its way
 * @throws UserError for devices that are not there, and where none is left
 */
export async function openRunDevices(
  looking: Promise<DeviceEntry[]>,
  plan: DevicePlan,
  setting: Omit<Setting, 'arithmetic'>,
  emit: Emit,
): Promise<RunDevices> {
  const arithmetic = arithmeticFor(plan.arithmetic, setting.bundle);
  const entries = await looking;
  const chosen = chooseDevices(plan.devices, entries);
  return { devices: await openDevices(chosen, entries, { ...setting, arithmetic }, plan, emit), arithmetic };
}

/** Weights of fp32 are never rounded on the way: that is done by an import, which says what it did to them. */
function arithmeticFor(asked: Arithmetic | undefined, { manifest }: Bundle): Arithmetic {
  if (asked !== 'fp16' || manifest.precision === 'fp16') return asked ?? manifest.precision;
  throw new UserError(
    `The bundle ${manifest.name} has weights of fp32, so --precision fp16 cannot be had`,
    'Leave it out, or import the checkpoints again with --precision fp16.',
  );
}
