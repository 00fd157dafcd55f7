/** The devices of every Vulkan driver of this machine, driver by driver. Ends the process where a driver is damaged. */

import { setCEnvironment } from '../../system/c-environment.ts';
import type { FoundDevice, Sight, VulkanDevice } from './device.ts';
import { vulkanDevices } from './enumerate.ts';
import { VulkanError } from './loader.ts';
import { driverManifests } from './manifests.ts';

/** `drivers`: each manifest by itself; `whole`: what the loader shows under the environment as it is. */
export const WAYS = ['drivers', 'whole'] as const;
export type Way = (typeof WAYS)[number];

/** Loaders before 1.3.207 know only the second one. */
export const DRIVER_VARIABLES = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES'] as const;

/** The loader that shows a driver and nothing else. */
export function driverAlone(manifest: string): Record<string, string> {
  return Object.fromEntries(DRIVER_VARIABLES.map((name) => [name, manifest]));
}

export function look(way: Way): Sight {
  // Elsewhere the loader finds drivers in ways of its own: on Windows in the registry.
  const { paths, problems } =
    way === 'drivers' && process.platform === 'linux' ? driverManifests() : { paths: [], problems: [] };
  const manifests = paths.length > 0 || problems.length > 0 ? paths : [undefined];
  const found = manifests.map((manifest) => lookAt(manifest));
  return {
    devices: found.flatMap(({ devices }) => devices),
    // Without a loader every driver fails for the same reason.
    problems: [...new Set([...problems, ...found.flatMap((sight) => sight.problems)])],
  };
}

function lookAt(manifest: string | undefined): Sight {
  if (manifest !== undefined) {
    for (const [name, value] of Object.entries(driverAlone(manifest))) setCEnvironment(name, value);
  }
  try {
    const found = (device: VulkanDevice, index: number): FoundDevice => ({ ...device, manifest, index });
    return { devices: vulkanDevices().map(found), problems: [] };
  } catch (error) {
    if (error instanceof VulkanError) return { devices: [], problems: [error.message] };
    throw error;
  }
}
