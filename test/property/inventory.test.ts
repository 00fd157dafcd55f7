/** Cards that Vulkan, CUDA or both show, in any order: each is listed once, under numbers that do not depend on the order. */

import { expect, test } from 'bun:test';
import fc from 'fast-check';
import type { CudaDevice } from '../../src/device/cuda/driver.ts';
import { distinctDevices, joinGpus } from '../../src/device/inventory/join.ts';
import { pciAddress } from '../../src/device/vulkan/pci.ts';
import { softwareDevice, vulkanDevice } from '../helpers/vulkan-devices.ts';

/** Cards by their bus, and who shows each. */
const boxes = fc.uniqueArray(
  fc.record({
    bus: fc.integer({ min: 0, max: 255 }),
    seen: fc.constantFrom('vulkan', 'twice', 'cuda', 'both'),
    isUpper: fc.boolean(),
  }),
  { selector: ({ bus }) => bus, maxLength: 12 },
);

test('each card once, whatever the order', () => {
  fc.assert(
    fc.property(boxes, fc.nat(3), fc.infiniteStream(fc.nat()), (cards, software, dice) => {
      const shuffled = <T>(list: readonly T[]): T[] =>
        list
          .map((value) => ({ value, place: dice.next().value }))
          .sort((one, other) => one.place - other.place)
          .map(({ value }) => value);
      const pci = (bus: number) => `0000:${bus.toString(16).padStart(2, '0')}:00.0`;
      const devices = cards
        .filter(({ seen }) => seen !== 'cuda')
        .flatMap(({ bus, seen }) => {
          const device = vulkanDevice({ pci: pci(bus) });
          return seen === 'twice' ? [device, { ...device, manifest: '/icd/second.json' }] : [device];
        });
      const programs = Array.from({ length: software }, () => softwareDevice());
      const cuda = cards
        .filter(({ seen }) => seen === 'cuda' || seen === 'both')
        .map(({ bus, isUpper }, ordinal): CudaDevice => {
          const text = `0000${pci(bus)}`;
          const pciBusId = isUpper ? text.toUpperCase() : text;
          return { ordinal, name: 'card', memory: 1, capability: '8.0', pciBusId, uuid: undefined };
        });
      const bound = { binding: { environment: {} }, problem: undefined };
      const seen = distinctDevices(shuffled([...devices, ...programs])).map((device) => ({ device, bound }));
      const gpus = joinGpus(seen, shuffled(cuda), 'NVIDIA 580');
      const hardware = cards.toSorted((one, other) => one.bus - other.bus);
      expect(gpus.map((gpu) => gpu.pci)).toEqual([
        ...hardware.map(({ bus }) => pciAddress(pci(bus))),
        ...programs.map(() => undefined),
      ]);
      expect(gpus.slice(0, hardware.length).map((gpu) => [gpu.vulkan !== undefined, gpu.cuda !== undefined])).toEqual(
        hardware.map(({ seen: by }) => [by !== 'cuda', by === 'cuda' || by === 'both']),
      );
      const numbers = gpus.flatMap(({ vulkan }) => (vulkan === undefined ? [] : [vulkan.id]));
      expect(numbers).toEqual(numbers.map((_, i) => `webgpu:${i}`));
    }),
  );
});
