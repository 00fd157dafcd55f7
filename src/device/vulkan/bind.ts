/**
 * How a Worker gets exactly one device. Dawn takes what the loader shows, so a device is chosen by the C environment in
 * which Dawn looks, and by its name. Ways, in this order:
 *
 * 1. its driver alone, where the driver shows one device;
 * 2. its driver and its name, where no other device of the driver has a name with that in it;
 * 3. the loader's settings file, and Mesa's variables, for cards of one kind. These depend on versions, so they count only
 *    where a child process under that environment sees this device alone;
 * 4. its driver and its name again, for the first that has it: Dawn takes the first.
 */

import type { Ask } from './ask.ts';
import type { FoundDevice } from './device.ts';
import { driverAlone } from './look.ts';
import { samePci } from './pci.ts';
import { writeSettings } from './settings-file.ts';

export interface Binding {
  /** C environment in which Dawn looks for its adapter. */
  readonly environment: Readonly<Record<string, string>>;
  /** Dawn's `adapter=`: the name that its adapter must contain. */
  readonly adapterName?: string | undefined;
}

export type Bound =
  | { readonly binding: Binding; readonly problem: undefined }
  /** A sentence without a full stop. */
  | { readonly binding: undefined; readonly problem: string };

/**
 * @param all every device that was seen, also those that are not asked for
 * @param settings writes the settings file and returns what XDG_CONFIG_HOME must be
 */
export async function bindDevice(
  device: FoundDevice,
  all: readonly FoundDevice[],
  ask: Ask,
  settings = writeSettings,
): Promise<Bound> {
  const { manifest, name } = device;
  const environment = manifest === undefined ? {} : driverAlone(manifest);
  const siblings = all.filter((other) => other.manifest === manifest);
  const alike = siblings.filter((other) => other.name.includes(name));
  if (siblings.length === 1) return bound({ environment });
  const byName = { environment, adapterName: name };
  if (alike.length === 1) return bound(byName);
  for (const candidate of candidates(device, settings)) {
    if (await showsAlone(device, candidate, ask)) return bound({ environment: candidate });
  }
  const [first] = alike;
  if (first === undefined || first.index === device.index) return bound(byName);
  const place = first.pci === undefined ? '' : ` at ${first.pci}`;
  return {
    binding: undefined,
    problem: `Vulkan cannot tell it apart from ${first.name}${place}; a Vulkan loader of version 1.4.323 or newer can`,
  };
}

function bound(binding: Binding): Bound {
  return { binding, problem: undefined };
}

/** Environments that may show the device alone; nothing is known of Windows, where no manifest is. */
function* candidates(device: FoundDevice, settings: typeof writeSettings): Generator<Record<string, string>> {
  const { manifest, pci } = device;
  if (manifest === undefined) return;
  const environment = driverAlone(manifest);
  const home = attempt(() => settings(device, manifest));
  if (home !== undefined) yield { ...environment, XDG_CONFIG_HOME: home };
  if (pci === undefined) return;
  const tag = `pci-${pci.replaceAll(/[:.]/g, '_')}`;
  // "Only this one": an exclamation mark in newer versions of Mesa, a variable of its own in older ones.
  yield { ...environment, DRI_PRIME: `${tag}!` };
  yield { ...environment, DRI_PRIME: tag, MESA_VK_DEVICE_SELECT_FORCE_DEFAULT_DEVICE: '1' };
}

/** A cache folder that cannot be written takes this way away, and no more. */
function attempt(write: () => string): string | undefined {
  try {
    return write();
  } catch {
    return undefined;
  }
}

async function showsAlone(device: FoundDevice, environment: Record<string, string>, ask: Ask): Promise<boolean> {
  const sight = await ask('whole', environment);
  if (typeof sight === 'string') return false;
  const [only, more] = sight.devices;
  if (only === undefined || more !== undefined) return false;
  return device.pci === undefined ? only.uuid === device.uuid : samePci(only.pci, device.pci);
}
