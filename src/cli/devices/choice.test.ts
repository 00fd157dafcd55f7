import { describe, expect, test } from 'bun:test';
import { cardEntry, cpuEntry, nvidiaEntry } from '../../../test/helpers/device-entry.ts';
import { UserError } from '../../system/errors.ts';
import { chooseDevices, cpuOf, withoutDevices } from './choice.ts';
import type { DeviceEntry } from './entries.ts';

const radeon = cardEntry();
const nvidia = nvidiaEntry();
const cpu = cpuEntry();
const software = cardEntry({
  ...{ id: 'webgpu:2', name: 'llvmpipe (LLVM 19.1.7)', kind: 'software', vendor: 'Mesa', default: false },
  ...{ ids: { webgpu: 'webgpu:2' }, pci: undefined },
});
const NOT_INSTALLED = 'Its files are not installed; "virnucpro runtime install cuda" fetches them';
/** CUDA's number is known, its files are not there. */
const bare = nvidiaEntry({ id: 'webgpu:1', backends: ['webgpu'], unusable: { cuda: NOT_INSTALLED } });
/** Nothing drives it. */
const dead = nvidiaEntry({ backends: [], unusable: { cuda: NOT_INSTALLED, webgpu: 'There is no Vulkan loader' } });
const box = [radeon, nvidia, software, cpu];

const shown = (typed: string, entries: readonly DeviceEntry[] = box) =>
  chooseDevices(typed, entries).map(({ entry, backends }) => [entry.name, ...backends].join(' '));
const RADEON = 'Radeon RX 6400 webgpu';
const NVIDIA = 'NVIDIA RTX A4000 cuda webgpu';
const CPU = 'Xeon native-cpu';

function refused(typed: string, entries: readonly DeviceEntry[] = box): UserError {
  try {
    chooseDevices(typed, entries);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error(`${typed} was taken`);
}

test('left out: that backend of that card, and the card with the last one', () => {
  const left = (...ids: string[]) =>
    withoutDevices(chooseDevices('auto', box), ids).map(({ entry, backends }) => [entry.name, ...backends].join(' '));
  expect(left()).toEqual([RADEON, NVIDIA]);
  expect(left(nvidia.ids.cuda!)).toEqual([RADEON, 'NVIDIA RTX A4000 webgpu']);
  expect(left(nvidia.ids.cuda!, nvidia.ids.webgpu!)).toEqual([RADEON]);
  expect(left(radeon.ids.webgpu!, nvidia.ids.cuda!, nvidia.ids.webgpu!)).toEqual([]);
});

describe('auto', () => {
  test('takes every card that is used by default, by the best backend and then the next', () => {
    expect(shown('auto')).toEqual([RADEON, NVIDIA]);
    expect(chooseDevices(' Auto', box).map(({ isNamed }) => isNamed)).toEqual([false, false]);
  });

  test('takes the CPU where it is the default', () => {
    expect(shown('auto', [cpuEntry({ default: true }), software])).toEqual([CPU]);
  });

  test('stands alone', () => {
    for (const typed of ['auto,cpu', 'cpu,AUTO', '', ',', 'cpu,']) {
      expect(refused(typed).message).toBe(
        `--device ${typed} is not understood. It takes auto, or a list such as cuda:0,webgpu:1 or cpu.`,
      );
    }
  });
});

describe('a device is named', () => {
  test.each<[string, string[]]>([
    ['cpu', [CPU]],
    ['webgpu:0', [RADEON]],
    ['CUDA:0', ['NVIDIA RTX A4000 cuda']],
    // A backend that is named has no other one behind it.
    ['webgpu:1', ['NVIDIA RTX A4000 webgpu']],
    ['webgpu:2', ['llvmpipe (LLVM 19.1.7) webgpu']],
    ['cpu,webgpu:0', [CPU, RADEON]],
    [' webgpu:1 , webgpu:0 ', ['NVIDIA RTX A4000 webgpu', RADEON]],
  ])('by its id: %s', (typed, expected) => {
    expect(shown(typed)).toEqual(expected);
    expect(chooseDevices(typed, box).every(({ isNamed }) => isNamed)).toBe(true);
  });

  test.each(['pci:0000:65:00.0', 'PCI:00000000:65:00.0', 'pci:0:65:0.0', 'pci:65:00.0'])('by its slot: %s', (typed) => {
    expect(shown(typed)).toEqual([NVIDIA]);
  });

  test('by its slot, whose digits may be in either case', () => {
    const other = nvidiaEntry({ pci: '0000:af:00.0' });
    expect(shown('pci:0000:AF:00.0', [other, cpu])).toEqual([NVIDIA]);
    // What is behind the first three numbers counts: two functions of a card are two devices.
    expect(refused('pci:0000:af:00.1', [other, cpu]).sentence).toBe('There is no device pci:0000:af:00.1');
  });

  test.each<[string, string[]]>([
    ['a4000', [NVIDIA]],
    ['Radeon', [RADEON]],
    ['RX 6400', [RADEON]],
    ['llvmpipe', ['llvmpipe (LLVM 19.1.7) webgpu']],
    ['llvm,xeon', []],
  ])('by a part of its name: %s', (typed, expected) => {
    // The CPU is called cpu: a word of its long name would often be one of a card's.
    if (expected.length === 0) expect(refused(typed).sentence).toBe('There is no device xeon');
    else expect(shown(typed)).toEqual(expected);
  });

  test('by a name that several cards have: all of them', () => {
    const twin = cardEntry({ id: 'webgpu:3', ids: { webgpu: 'webgpu:3' }, pci: '0000:04:00.0' });
    expect(chooseDevices('radeon', [radeon, twin, cpu]).map(({ entry }) => entry.id)).toEqual(['webgpu:0', 'webgpu:3']);
    // One of them is there already.
    expect(chooseDevices('webgpu:3,radeon', [radeon, twin, cpu]).map(({ entry }) => entry.id)).toEqual([
      'webgpu:3',
      'webgpu:0',
    ]);
  });
});

describe('a card twice', () => {
  test('in the same way is one', () => {
    expect(shown('webgpu:0,webgpu:0,pci:03:00.0,radeon')).toEqual([RADEON]);
    expect(shown('cpu,cpu')).toEqual([CPU]);
  });

  test.each([
    ['cuda:0', 'webgpu:1'],
    ['webgpu:1', 'A4000'],
    ['pci:65:00.0', 'webgpu:1'],
  ])('by two backends is refused: %s,%s', (one, other) => {
    expect(refused(`${one},${other}`).message).toBe(
      `${one} and ${other} are the same card (NVIDIA RTX A4000). Name it once.`,
    );
  });
});

describe('what cannot be had', () => {
  test('is named, with what there is', () => {
    const error = refused('cpu,cuda:9');
    expect(error.sentence).toBe('There is no device cuda:9');
    expect(error.remedy).toBe(
      '"virnucpro devices" lists them all. Here there is webgpu:0, cuda:0, webgpu:1, webgpu:2, cpu.',
    );
    expect(error.exitCode).toBe(2);
    expect(refused('pci:').sentence).toBe('There is no device pci:');
    // Its slot is not known, and so it is none of these.
    expect(refused('pci:undefined').sentence).toBe('There is no device pci:undefined');
  });

  test('a backend says why it cannot drive the card, and what can', () => {
    expect(refused('cuda:0', [bare, radeon, cpu]).message).toBe(
      `cuda:0 (NVIDIA RTX A4000) cannot be used: ${NOT_INSTALLED}. The same card can be used as webgpu:1. ` +
        '"virnucpro devices" lists them all. Here there is webgpu:1, webgpu:0, cpu.',
    );
    // Named by what it is, the other backend is taken.
    expect(shown('a4000', [bare, cpu])).toEqual(['NVIDIA RTX A4000 webgpu']);
  });

  test('a card that nothing drives says all the reasons', () => {
    for (const typed of ['A4000', 'pci:65:00.0']) {
      expect(refused(typed, [dead, cpu]).message).toBe(
        `${typed} (NVIDIA RTX A4000) cannot be used: ${NOT_INSTALLED}; There is no Vulkan loader. ` +
          '"virnucpro devices" lists them all. Here there is cpu.',
      );
    }
    expect(refused('cuda:0', [dead]).remedy).toBe('"virnucpro devices" lists them all.');
  });
});

test('the CPU is found whatever else there is', () => {
  expect(cpuOf(box)).toEqual({ entry: cpu, backends: ['native-cpu'], isNamed: false });
});
