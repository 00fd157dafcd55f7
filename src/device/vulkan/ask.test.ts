import { describe, expect, test } from 'bun:test';
import { sight, vulkanDevice } from '../../../test/helpers/vulkan-devices.ts';
import { type Ask, ask, seeVulkan } from './ask.ts';
import { sightText } from './device.ts';

/** Long enough that a child of these tests never meets it. */
const AMPLE_SECONDS = 60;
const child = (script: string) => [process.execPath, '-e', script];
const printing = (text: string) => child(`require('fs').writeSync(1, ${JSON.stringify(text)})`);

describe('a child', () => {
  test('that answers, after whatever a driver printed', async () => {
    const seen = sight(
      vulkanDevice({ pci: '0000:65:00.0' }),
      vulkanDevice({ manifest: undefined, memoryFree: undefined }),
    );
    expect(await ask(printing(`driver 1.0 \n${sightText(seen)}\n`), {}, AMPLE_SECONDS)).toEqual(seen);
  });

  test('sees the variables that were asked for', async () => {
    const script = `require('fs').writeSync(1, JSON.stringify({ devices: [], problems: [process.env.DRI_PRIME] }))`;
    expect(await ask(child(script), { DRI_PRIME: 'pci-1' }, AMPLE_SECONDS)).toEqual({
      devices: [],
      problems: ['pci-1'],
    });
  });

  test('that ends badly costs a sentence', async () => {
    const said = async (command: string[], seconds = AMPLE_SECONDS) => ask(command, {}, seconds);
    expect(await said(child('process.exit(3)'))).toContain('exit code 3');
    expect(await said(child("process.kill(process.pid, 'SIGBUS')"))).toMatch(/crashes|ends the process/);
    for (const text of ['', 'nonsense', '{}', '{"devices":[{}],"problems":[]}', '{"devices":[]']) {
      expect(await said(printing(text))).toBe('The list of Vulkan devices cannot be read');
    }
    expect(await said(child('setInterval(() => {}, 1000)'), 0.2)).toContain('does not answer within 0.2 s');
  });
});

describe('a driver that ends the child', () => {
  const good = vulkanDevice({ manifest: '/icd/good.json' });
  const byDriver: Ask = async (_, { VK_DRIVER_FILES } = {}) =>
    VK_DRIVER_FILES === '/icd/good.json' ? sight(good) : 'A Vulkan driver crashes (SIGBUS)';

  test('does not hide the others', async () => {
    expect(await seeVulkan(byDriver, () => ['/icd/rotten.json', '/icd/good.json'])).toEqual({
      devices: [good],
      problems: ['A Vulkan driver crashes (SIGBUS): /icd/rotten.json'],
    });
  });

  test('is named when it is the only one', async () => {
    expect(await seeVulkan(byDriver, () => ['/icd/rotten.json'])).toEqual({
      devices: [],
      problems: ['A Vulkan driver crashes (SIGBUS): /icd/rotten.json'],
    });
    expect((await seeVulkan(byDriver, () => [])).problems).toEqual(['A Vulkan driver crashes (SIGBUS)']);
  });

  test('costs nothing where all is well', async () => {
    let asked = 0;
    const all: Ask = async () => {
      asked += 1;
      return sight(good);
    };
    expect(await seeVulkan(all, () => ['/icd/a.json', '/icd/good.json'])).toEqual(sight(good));
    expect(asked).toBe(1);
  });
});
