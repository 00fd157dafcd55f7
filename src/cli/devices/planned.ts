/** The devices of one run: looked for and chosen, before anything is written or loaded. */

import type { Arithmetic } from '../../device/backend.ts';
import { takeInventory } from '../../device/inventory/take.ts';
import type { Bundle } from '../../model/bundle/open.ts';
import { UserError } from '../../system/errors.ts';
import type { DevicePlan } from '../plan.ts';
import { type ChosenDevice, chooseDevices, cpuOf, withoutDevices } from './choice.ts';
import { type DeviceEntry, deviceEntries, readInstalledCuda } from './entries.ts';

/** Devices that are there and can be used, as far as is known before they are opened. */
export interface PlannedDevices {
  readonly entries: readonly DeviceEntry[];
  readonly chosen: readonly ChosenDevice[];
  readonly arithmetic: Arithmetic;
  /** The CPU was not asked for, and is all that is left. */
  readonly isLastResort: boolean;
}

/** What is in the machine. Where only the CPU is asked for, nothing else is looked for. */
export async function readDevices(asked: string): Promise<DeviceEntry[]> {
  const nothing = { gpus: [], cudaDriver: undefined, vulkanProblem: undefined };
  const inventory = asked === 'cpu' ? nothing : await takeInventory();
  return deviceEntries(inventory, await readInstalledCuda());
}

/**
 * @param leftOut ids of devices that are not to be used although they were asked for; where nothing else is left, the CPU is
 * @throws UserError for what was asked for and is not there, or cannot be had with this bundle
 */
export function planDevices(
  entries: readonly DeviceEntry[],
  { devices, arithmetic, trusted }: DevicePlan,
  bundle: Bundle,
  leftOut: readonly string[] = [],
): PlannedDevices {
  const known = entries.flatMap(({ ids }) => Object.values(ids));
  const stranger = trusted.find((id) => !known.includes(id.toLowerCase()));
  if (stranger !== undefined) {
    throw new UserError(
      `--trust-device names ${stranger}, and there is no such device`,
      '"virnucpro devices" lists their ids.',
    );
  }
  const chosen = withoutDevices(chooseDevices(devices, entries), leftOut);
  const isLastResort = chosen.length === 0;
  return {
    ...{ entries, chosen: isLastResort ? [cpuOf(entries)] : chosen, isLastResort },
    arithmetic: arithmeticFor(arithmetic, bundle),
  };
}

/** Weights of fp32 are never rounded on the way: that is done by an import, which says what it did to them. */
function arithmeticFor(asked: Arithmetic | undefined, { manifest }: Bundle): Arithmetic {
  if (asked !== 'fp16' || manifest.precision === 'fp16') return asked ?? manifest.precision;
  throw new UserError(
    `The bundle ${manifest.name} has weights of fp32, so --precision fp16 cannot be had`,
    'Leave it out, or import the checkpoints again with --precision fp16.',
  );
}
