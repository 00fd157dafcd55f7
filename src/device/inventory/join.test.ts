import { describe, expect, test } from 'bun:test';
import { softwareDevice, vulkanDevice } from '../../../test/helpers/vulkan-devices.ts';
import type { CudaDevice } from '../cuda/driver.ts';
import type { FoundDevice } from '../vulkan/device.ts';
import { distinctDevices, joinGpus } from './join.ts';

const DRIVER = 'NVIDIA 580.65.06';
const bound = { binding: { environment: {} }, problem: undefined };

function cudaDevice(ordinal: number, pciBusId: string, uuid?: string): CudaDevice {
  return { ordinal, name: 'NVIDIA RTX A4000', memory: 16.9e9, capability: '8.6', pciBusId, uuid };
}

const join = (devices: readonly FoundDevice[], ...cuda: readonly CudaDevice[]) =>
  joinGpus(
    distinctDevices(devices).map((device) => ({ device, bound })),
    cuda,
    DRIVER,
  );

/** Pairs of ids, as the list shows them. */
const ids = (devices: readonly FoundDevice[], ...cuda: readonly CudaDevice[]) =>
  join(devices, ...cuda).map((gpu) => [gpu.vulkan?.id, gpu.cuda?.id]);

describe('one card', () => {
  test('by its address, however it is written, even where CUDA gives it another UUID', () => {
    const [gpu, more] = join(
      [vulkanDevice({ pci: '0000:3b:00.0' })],
      cudaDevice(0, '00000000:3B:00.0', 'MIG-01010101-0101-0101-0101-010101010101'),
    );
    expect(more).toBeUndefined();
    expect(gpu).toEqual({
      ...{ name: 'NVIDIA RTX A4000', vendor: 'NVIDIA', kind: 'discrete', memory: 16.9e9, memoryFree: 16e9 },
      ...{ pci: '0000:3b:00.0', uuid: 'MIG-01010101-0101-0101-0101-010101010101', driver: DRIVER },
      vulkan: { id: 'webgpu:0', ...bound },
      cuda: { id: 'cuda:0', ordinal: 0, capability: '8.6' },
    });
  });

  test('by its UUID, where Vulkan tells no address', () => {
    const uuid = '0123456789abcdef0123456789abcdef';
    const text = 'GPU-01234567-89AB-CDEF-0123-456789ABCDEF';
    const [gpu, more] = join([vulkanDevice({ uuid })], cudaDevice(3, '0000:af:00.0', text));
    expect([gpu?.vulkan?.id, gpu?.cuda?.id, gpu?.pci, more]).toEqual(['webgpu:0', 'cuda:3', '0000:af:00.0', undefined]);
  });

  test('another address or UUID is another card', () => {
    const twin = cudaDevice(0, '0000:3b:00.0', 'GPU-00000000-0000-0000-0000-000000000000');
    expect(ids([vulkanDevice({ pci: '0000:3b:00.1' })], twin)).toEqual([
      [undefined, 'cuda:0'],
      ['webgpu:0', undefined],
    ]);
    expect(ids([vulkanDevice()], { ...twin, uuid: undefined })).toEqual([
      [undefined, 'cuda:0'],
      ['webgpu:0', undefined],
    ]);
    // A program that plays a card has no twin, whatever it says of itself.
    expect(ids([softwareDevice({ uuid: '0'.repeat(32) })], twin)).toEqual([
      [undefined, 'cuda:0'],
      ['webgpu:0', undefined],
    ]);
  });

  test('that two drivers show is that of the first', () => {
    const radv = vulkanDevice({ vendor: 0x1002, pci: '0000:03:00.0', driverName: 'radv', manifest: '/icd/a.json' });
    const amdvlk = { ...radv, driverName: 'AMD open-source driver', manifest: '/icd/b.json' };
    expect(join([radv, amdvlk]).map(({ driver }) => driver)).toEqual(['radv 580.65.06']);
  });

  test('that only CUDA shows', () => {
    expect(join([], cudaDevice(0, '0000:3B:00.0', 'GPU-1'))).toEqual([
      {
        ...{ name: 'NVIDIA RTX A4000', vendor: 'NVIDIA', kind: 'discrete', memory: 16.9e9, memoryFree: undefined },
        ...{ pci: '0000:3b:00.0', uuid: 'GPU-1', driver: DRIVER, vulkan: undefined },
        cuda: { id: 'cuda:0', ordinal: 0, capability: '8.6' },
      },
    ]);
  });
});

test('equal cards are joined each with its own, and numbered by the bus; software comes last', () => {
  const [software, far, near] = [
    softwareDevice(),
    vulkanDevice({ pci: '0000:b3:00.0' }),
    vulkanDevice({ pci: '0000:65:00.0', index: 1 }),
  ];
  const gpus = join([software, far, near], cudaDevice(0, '0000:65:00.0'), cudaDevice(1, '0000:b3:00.0'));
  expect(gpus.map(({ pci, vulkan, cuda }) => [pci, vulkan?.id, cuda?.id])).toEqual([
    ['0000:65:00.0', 'webgpu:0', 'cuda:0'],
    ['0000:b3:00.0', 'webgpu:1', 'cuda:1'],
    [undefined, 'webgpu:2', undefined],
  ]);
});

test('hardware without an address comes before software too', () => {
  expect(join([softwareDevice(), vulkanDevice()]).map(({ kind, vulkan }) => [kind, vulkan?.id])).toEqual([
    ['discrete', 'webgpu:0'],
    ['software', 'webgpu:1'],
  ]);
});

test('two copies of a software device are two, though all they tell is equal', () => {
  const one = softwareDevice();
  expect(ids([one, { ...one, manifest: '/icd/copy.json' }])).toEqual([
    ['webgpu:0', undefined],
    ['webgpu:1', undefined],
  ]);
});

test('a kind that Vulkan does not know', () => {
  expect(join([vulkanDevice({ type: 'other' })])[0]?.kind).toBe('virtual');
});
