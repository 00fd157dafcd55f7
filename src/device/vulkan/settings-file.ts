/**
 * The settings file of Vulkan's loader, which can show a program exactly one device
 * (https://github.com/KhronosGroup/Vulkan-Loader; `device_configurations` from 1.4.323 on). It is
 * found through XDG_CONFIG_HOME, so each device gets a folder of its own below the cache folder.
 */

import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../../system/cache.ts';
import { sha256OfBytes } from '../../system/sha256.ts';
import type { FoundDevice } from './device.ts';

const PLACE = join('vulkan', 'loader_settings.d', 'vk_loader_settings.json');

/** The loader ignores the driver variables where there is such a file, so the driver stands in it as well. */
export function settingsText(device: FoundDevice, manifest: string): string {
  const bytes = (hex: string) => [...Uint8Array.fromHex(hex)];
  const settings = {
    additional_drivers: [{ path: manifest }],
    additional_drivers_use_exclusively: true,
    device_configurations: [
      {
        deviceName: device.name,
        deviceUUID: bytes(device.uuid),
        driverName: device.driverName,
        driverUUID: bytes(device.driverUuid),
        // The loader reads a signed number and cuts off what is above it, as NVIDIA's versions from 512 on are.
        driverVersion: device.driverVersion | 0,
      },
    ],
  };
  return `${JSON.stringify({ file_format_version: '1.0.0', settings })}\n`;
}

/**
 * Writes the file, in a folder that is named by its content: runs side by side do not disturb each other.
 * @returns what XDG_CONFIG_HOME must be
 * @throws an error where it cannot be written
 */
export function writeSettings(device: FoundDevice, manifest: string): string {
  const text = settingsText(device, manifest);
  const home = join(cacheFolder(), 'vulkan', sha256OfBytes(text).slice(0, 16));
  const file = join(home, PLACE);
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.${crypto.randomUUID()}`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
  return home;
}
