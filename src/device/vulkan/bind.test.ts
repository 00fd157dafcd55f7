import { describe, expect, test } from 'bun:test';
import { sight, softwareDevice, vulkanDevice } from '../../../test/helpers/vulkan-devices.ts';
import type { Ask } from './ask.ts';
import { bindDevice } from './bind.ts';
import type { FoundDevice, Sight } from './device.ts';

const ALONE = { VK_DRIVER_FILES: '/icd/nvidia.json', VK_ICD_FILENAMES: '/icd/nvidia.json' };
const nobody: Ask = () => Promise.reject(new Error('nobody is asked'));
const noFolder = () => {
  throw new Error('the cache cannot be written');
};
const homeOf = ({ uuid }: FoundDevice) => `/cache/${uuid}`;

/** Answers by environment and remembers what was asked. */
function oracle(answer: (environment: Readonly<Record<string, string>>) => Sight | string) {
  const asked: Readonly<Record<string, string>>[] = [];
  const ask: Ask = async (way, environment = {}) => {
    expect(way).toBe('whole');
    asked.push(environment);
    return answer(environment);
  };
  return { ask, asked };
}

describe('without asking', () => {
  test("its driver's only device", async () => {
    const card = vulkanDevice();
    expect(await bindDevice(card, [card, softwareDevice()], nobody)).toEqual({
      binding: { environment: ALONE },
      problem: undefined,
    });
  });

  test('by a name that is in no other one', async () => {
    const [card, other] = [vulkanDevice({ name: 'RTX 3080 Ti' }), vulkanDevice({ name: 'RTX 3080', index: 1 })];
    expect((await bindDevice(card, [card, other], nobody)).binding).toEqual({
      environment: ALONE,
      adapterName: 'RTX 3080 Ti',
    });
  });

  test("the loader's own list, where there are no manifests", async () => {
    const card = vulkanDevice({ manifest: undefined });
    const other = vulkanDevice({ manifest: undefined, name: 'Radeon', index: 1 });
    expect((await bindDevice(card, [card], nobody)).binding).toEqual({ environment: {} });
    expect((await bindDevice(other, [card, other], nobody)).binding).toEqual({
      environment: {},
      adapterName: 'Radeon',
    });
  });
});

test('a name that is in the one before it is not enough', async () => {
  const [card, other] = [vulkanDevice({ name: 'RTX 3080', index: 1 }), vulkanDevice({ name: 'RTX 3080 Ti' })];
  const { ask, asked } = oracle(() => sight(card, other));
  const { binding, problem } = await bindDevice(card, [other, card], ask, homeOf);
  expect([binding, asked.length]).toEqual([undefined, 1]);
  expect(problem).toContain('apart from RTX 3080 Ti; a Vulkan loader');
});

describe('equal cards', () => {
  const first = vulkanDevice({ pci: '0000:65:00.0' });
  const second = vulkanDevice({ pci: '0000:b3:00.0', index: 1 });
  const all = [first, second];

  test("by the loader's settings file", async () => {
    const { ask, asked } = oracle(({ XDG_CONFIG_HOME }) =>
      sight(...all.filter((one) => homeOf(one) === XDG_CONFIG_HOME)),
    );
    for (const card of all) {
      expect(await bindDevice(card, all, ask, homeOf)).toEqual({
        binding: { environment: { ...ALONE, XDG_CONFIG_HOME: homeOf(card) } },
        problem: undefined,
      });
    }
    expect(asked).toHaveLength(2);
  });

  test("by Mesa's variables, the newer form first", async () => {
    const { ask, asked } = oracle(({ DRI_PRIME, MESA_VK_DEVICE_SELECT_FORCE_DEFAULT_DEVICE: only }) =>
      DRI_PRIME === 'pci-0000_b3_00_0' && only === '1' ? sight(second) : sight(...all),
    );
    expect((await bindDevice(second, all, ask, homeOf)).binding?.environment).toEqual({
      ...ALONE,
      DRI_PRIME: 'pci-0000_b3_00_0',
      MESA_VK_DEVICE_SELECT_FORCE_DEFAULT_DEVICE: '1',
    });
    expect(asked.map(({ DRI_PRIME }) => DRI_PRIME ?? 'none')).toEqual([
      'none',
      'pci-0000_b3_00_0!',
      'pci-0000_b3_00_0',
    ]);
  });

  test('a way that shows another card, both, none or no answer is not taken', async () => {
    for (const answer of [sight(first), sight(...all), sight(), 'A Vulkan driver crashes (SIGBUS)']) {
      const { ask } = oracle(() => answer);
      const { binding, problem } = await bindDevice(second, all, ask, homeOf);
      expect(binding).toBeUndefined();
      expect(problem).toContain('NVIDIA RTX A4000 at 0000:65:00.0');
    }
  });

  test('the first that has the name is what Dawn takes by it', async () => {
    const { ask } = oracle(() => sight(...all));
    expect(await bindDevice(first, all, ask, noFolder)).toEqual({
      binding: { environment: ALONE, adapterName: 'NVIDIA RTX A4000' },
      problem: undefined,
    });
    expect((await bindDevice(second, all, ask, noFolder)).binding).toBeUndefined();
  });

  test('without an address the UUID decides, with one it does not', async () => {
    const [one, two] = all.map((device) => ({ ...device, pci: undefined }));
    const { ask } = oracle(() => sight(two!));
    expect((await bindDevice(two!, [one!, two!], ask, homeOf)).binding?.environment).toHaveProperty('XDG_CONFIG_HOME');
    const { ask: elsewhere } = oracle(() => sight({ ...second, pci: '0000:65:00.0' }));
    expect((await bindDevice(second, all, elsewhere, homeOf)).binding).toBeUndefined();
  });
});
