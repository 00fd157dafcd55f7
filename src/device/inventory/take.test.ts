import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { softwareGpu, WHY_NO_SOFTWARE_GPU } from '../../../test/helpers/software-gpu.ts';
import { sight, softwareDevice, vulkanDevice } from '../../../test/helpers/vulkan-devices.ts';
import type { CudaDriver } from '../cuda/driver.ts';
import { type Ask, askChild } from '../vulkan/ask.ts';
import { nvidiaDriverText } from './nvidia-version.ts';
import { takeInventory } from './take.ts';

const folder = mkdtempSync(join(tmpdir(), 'inventory-'));
afterAll(() => rmSync(folder, { recursive: true }));
const noCuda = () => undefined;

describe.skipIf(process.platform === 'darwin')('the inventory', () => {
  test('of different cards costs one child', async () => {
    let asked = 0;
    const ask = async () => {
      asked += 1;
      return sight(vulkanDevice({ pci: '0000:65:00.0' }), softwareDevice());
    };
    const { gpus, cudaDriver, vulkanProblem } = await takeInventory(ask, noCuda);
    expect([asked, cudaDriver, vulkanProblem]).toEqual([1, undefined, undefined]);
    expect(gpus.map(({ kind, vulkan }) => [kind, vulkan?.binding?.environment['VK_DRIVER_FILES']])).toEqual([
      ['discrete', '/icd/nvidia.json'],
      ['software', '/icd/lvp.json'],
    ]);
  });

  test('of cards that CUDA alone shows, and why Vulkan does not', async () => {
    const driver: CudaDriver = {
      version: 13000,
      problem: undefined,
      devices: [
        { ordinal: 0, name: 'H200', memory: 1e11, capability: '9.0', pciBusId: '0000:18:00.0', uuid: undefined },
      ],
    };
    const absent = async () => ({ devices: [], problems: ['There is no Vulkan loader'] });
    const { gpus, cudaDriver, vulkanProblem } = await takeInventory(absent, () => driver);
    expect(gpus).toMatchObject([{ name: 'H200', vulkan: undefined, cuda: { id: 'cuda:0' } }]);
    expect([cudaDriver, vulkanProblem]).toEqual([driver, 'There is no Vulkan loader']);
  });

  test('of nothing says so', async () => {
    const { gpus, vulkanProblem } = await takeInventory(async () => sight(), noCuda);
    expect([gpus, vulkanProblem]).toEqual([[], expect.stringContaining('finds no device')]);
  });
});

const gpu = softwareGpu();

describe.skipIf(gpu === undefined)(`real drivers${gpu === undefined ? ` (${WHY_NO_SOFTWARE_GPU})` : ''}`, () => {
  test('each binding shows its device alone', async () => {
    const asked: string[] = [];
    const ask: Ask = (way, environment = {}) => {
      asked.push(way);
      return askChild(way, { ...gpu!.environment(2), ...environment });
    };
    const { gpus, vulkanProblem } = await takeInventory(ask, noCuda);
    expect([asked, vulkanProblem]).toEqual([['drivers'], undefined]);
    const drivers = [];
    for (const { vulkan } of gpus) {
      const seen = await ask('whole', vulkan?.binding?.environment);
      if (typeof seen === 'string') throw new Error(seen);
      expect(seen.devices).toHaveLength(1);
      drivers.push(vulkan?.binding?.environment['VK_DRIVER_FILES']);
    }
    expect(drivers).toEqual([...gpu!.icds]);
  });
});

test("the version of NVIDIA's driver, as the kernel tells it", () => {
  const file = join(folder, 'version');
  const driver: CudaDriver = { version: 13010, devices: [], problem: undefined };
  expect(nvidiaDriverText(driver, file)).toBe('NVIDIA (CUDA 13.1)');
  writeFileSync(file, '580.65.06\n');
  expect(nvidiaDriverText(driver, file)).toBe('NVIDIA 580.65.06');
  writeFileSync(file, 'something else\n');
  expect(nvidiaDriverText({ ...driver, version: undefined }, file)).toBe('NVIDIA');
});
