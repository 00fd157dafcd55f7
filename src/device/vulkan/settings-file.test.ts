import { afterAll, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { softwareGpu, WHY_NO_SOFTWARE_GPU } from '../../../test/helpers/software-gpu.ts';
import { vulkanDevice } from '../../../test/helpers/vulkan-devices.ts';
import { askChild } from './ask.ts';
import type { FoundDevice } from './device.ts';
import { settingsText } from './settings-file.ts';

const top = mkdtempSync(join(tmpdir(), 'settings-'));
afterAll(() => rmSync(top, { recursive: true }));

test('one device of one driver, its version as the loader reads it', () => {
  const device = vulkanDevice({ uuid: `0001ff${'00'.repeat(13)}`, driverVersion: 580 * 2 ** 22 });
  const { settings } = JSON.parse(settingsText(device, '/icd/nvidia.json'));
  expect(settings.additional_drivers).toEqual([{ path: '/icd/nvidia.json' }]);
  expect(settings.additional_drivers_use_exclusively).toBe(true);
  expect(settings.device_configurations).toMatchObject([
    {
      deviceUUID: [0, 1, 255, ...new Array(13).fill(0)],
      driverUUID: new Array(16).fill(0xdd),
      // 580 in the upper ten bits is above the largest signed number.
      driverVersion: 580 * 2 ** 22 - 2 ** 32,
    },
  ]);
});

const gpu = softwareGpu();

describe.skipIf(gpu === undefined)(`a real loader${gpu === undefined ? ` (${WHY_NO_SOFTWARE_GPU})` : ''}`, () => {
  test('shows the device of the file, and none where UUID or version differ', async () => {
    const environment = gpu!.environment(2);
    const seen = await askChild('drivers', environment);
    if (typeof seen === 'string') throw new Error(seen);
    const [device, twin, more] = seen.devices;
    expect([device?.manifest, twin?.manifest, more]).toEqual([...gpu!.icds, undefined]);
    const shown = async (change: Partial<FoundDevice>) => {
      const home = mkdtempSync(join(top, 'home-'));
      const file = join(home, 'vulkan', 'loader_settings.d', 'vk_loader_settings.json');
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, settingsText({ ...device!, ...change }, gpu!.icds[0]));
      const sight = await askChild('whole', { ...environment, XDG_CONFIG_HOME: home });
      return typeof sight === 'string' ? sight : sight.devices.map(({ name }) => name);
    };
    expect(await shown({})).toEqual(['SwiftShader Device (Subzero)']);
    expect(await shown({ uuid: '0'.repeat(32) })).toEqual([]);
    expect(await shown({ driverVersion: device!.driverVersion + 1 })).toEqual([]);
  });
});
