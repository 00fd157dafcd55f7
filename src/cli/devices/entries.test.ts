import { describe, expect, test } from 'bun:test';
import type { CudaDriver } from '../../device/cuda/driver.ts';
import type { Gpu, Inventory } from '../../device/inventory/gpu.ts';
import { deviceEntries, type Host, type InstalledCuda } from './entries.ts';

const HOST: Host = { target: 'linux-x64', cpu: 'Xeon', memory: 64e9 };
const NOTHING: InstalledCuda = { cuda: { state: 'absent' }, cuda12: { state: 'absent' } };
const SOUND = { state: 'sound' } as const;

function gpu(change: Partial<Gpu> = {}): Gpu {
  return {
    ...{ name: 'RTX A4000', vendor: 'NVIDIA', kind: 'discrete', memory: 16.9e9, memoryFree: 16e9 },
    ...{ pci: '0000:65:00.0', uuid: 'GPU-1', driver: 'NVIDIA 580.65.06' },
    vulkan: { id: 'webgpu:0', binding: { environment: {} }, problem: undefined },
    cuda: { id: 'cuda:0', ordinal: 0, capability: '8.6' },
    ...change,
  };
}

const radeon = gpu({ name: 'Radeon', vendor: 'AMD', cuda: undefined });
const software = gpu({ name: 'llvmpipe', vendor: 'Mesa', kind: 'software', cuda: undefined });
const card = { ordinal: 0, name: 'RTX A4000', memory: 1, capability: '8.6', pciBusId: '0000:65:00.0', uuid: undefined };

function driver(version: number, problem?: string): CudaDriver {
  return { version, problem, devices: problem === undefined ? [card] : [] };
}

function inventory(gpus: readonly Gpu[], more: Partial<Inventory> = {}): Inventory {
  return { gpus, cudaDriver: driver(13000), vulkanProblem: undefined, ...more };
}

const entries = (gpus: readonly Gpu[], installed = NOTHING, more: Partial<Inventory> = {}) =>
  deviceEntries(inventory(gpus, more), installed, HOST);
const first = (...given: Parameters<typeof entries>) => entries(...given)[0]!;

describe('an NVIDIA card', () => {
  test('is driven by CUDA where its files are installed', () => {
    expect(first([gpu()], { ...NOTHING, cuda: SOUND })).toMatchObject({
      ...{ id: 'cuda:0', backends: ['cuda', 'webgpu'], unusable: {}, cudaLine: 'cuda', default: true },
      ...{ ids: { cuda: 'cuda:0', webgpu: 'webgpu:0' }, pci: '0000:65:00.0', capability: '8.6' },
    });
  });

  test('else by WebGPU, and is told how to get CUDA', () => {
    const entry = first([gpu()]);
    expect(entry).toMatchObject({ id: 'webgpu:0', backends: ['webgpu'], default: true });
    expect(entry.cudaLine).toBeUndefined();
    expect(entry.unusable.cuda).toContain('"virnucpro runtime install cuda"');
    expect(entry.unusable.cuda).not.toContain('not tried');
  });

  test('the older line of CUDA where the driver or the card asks for it', () => {
    const both = { cuda: SOUND, cuda12: SOUND };
    const v100 = gpu({ cuda: { id: 'cuda:0', ordinal: 0, capability: '7.0' } });
    expect(first([gpu()], both, { cudaDriver: driver(12020) }).cudaLine).toBe('cuda12');
    expect(first([v100], both).cudaLine).toBe('cuda12');
    expect(first([gpu()], both).cudaLine).toBe('cuda');
    expect(first([gpu()], { ...NOTHING, cuda12: SOUND }).cudaLine).toBe('cuda12');
    // The files of a line that does not suit are of no use.
    const entry = first([v100], { ...NOTHING, cuda: SOUND });
    expect(entry.backends).toEqual(['webgpu']);
    expect(entry.unusable.cuda).toContain('"virnucpro runtime install cuda12"');
    expect(entry.unusable.cuda).toContain('not tried');
  });

  test.each<[string, string, number]>([
    ['driver 525 or newer', '8.6', 11080],
    // Only the newer line has code for it.
    ['driver 580 or newer', '12.0', 12020],
    ['holds no code', '10.0', 13000],
    ['too old', '3.5', 13000],
  ])('why not: %s (%s, CUDA %d)', (reason, capability, version) => {
    const one = gpu({ cuda: { id: 'cuda:0', ordinal: 0, capability } });
    expect(first([one], { cuda: SOUND, cuda12: SOUND }, { cudaDriver: driver(version) }).unusable.cuda).toContain(
      reason,
    );
  });

  test('with broken files', () => {
    const entry = first([gpu()], { ...NOTHING, cuda: { state: 'broken', problem: 'libcublas.so.13 is missing' } });
    expect(entry.backends).toEqual(['webgpu']);
    expect(entry.unusable.cuda).toContain('libcublas.so.13 is missing');
    expect(entry.unusable.cuda).toContain('"virnucpro runtime install cuda"');
  });

  test('that Vulkan does not show', () => {
    const hidden = gpu({ vulkan: undefined });
    expect(first([hidden], { ...NOTHING, cuda: SOUND }).unusable.webgpu).toContain('NVIDIA_DRIVER_CAPABILITIES');
    const [entry, cpu] = entries([hidden], NOTHING, { vulkanProblem: 'There is no Vulkan loader' });
    expect(entry).toMatchObject({ id: 'cuda:0', backends: [], default: false });
    expect(entry?.unusable.webgpu).toBe('There is no Vulkan loader');
    expect(cpu).toMatchObject({ id: 'cpu', default: true });
  });

  test('that CUDA does not show', () => {
    const hidden = gpu({ cuda: undefined });
    expect(first([hidden], NOTHING, { cudaDriver: undefined }).unusable.cuda).toContain('no driver');
    expect(first([hidden], NOTHING, { cudaDriver: driver(13000, 'no card here') }).unusable.cuda).toBe('no card here');
    expect(first([hidden]).unusable.cuda).toContain('CUDA_VISIBLE_DEVICES');
  });
});

test('a card that cannot be told apart', () => {
  const problem = 'Vulkan cannot tell it apart';
  const [one, cpu] = entries([gpu({ ...radeon, vulkan: { id: 'webgpu:1', binding: undefined, problem } })]);
  expect(one).toMatchObject({ id: 'webgpu:1', backends: [], unusable: { webgpu: problem }, default: false });
  expect(cpu?.default).toBe(true);
});

describe('the CPU', () => {
  const order = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id);
  const chosen = (list: readonly { readonly id: string; readonly default: boolean }[]) =>
    order(list.filter((entry) => entry.default));

  test('comes last behind GPUs, and is not used then', () => {
    const found = entries([radeon], NOTHING, { cudaDriver: undefined });
    expect([order(found), chosen(found)]).toEqual([['webgpu:0', 'cpu'], ['webgpu:0']]);
    expect(found[0]?.unusable).toEqual({});
    expect(found[1]).toMatchObject({ name: 'Xeon', memory: 64e9, backends: ['native-cpu'], unusable: {} });
  });

  test('comes first where there is none, and software is never used unnamed', () => {
    const found = entries([software], NOTHING, { cudaDriver: undefined });
    expect([order(found), chosen(found)]).toEqual([['cpu', 'webgpu:0'], ['cpu']]);
    expect(found[1]?.backends).toEqual(['webgpu']);
  });

  test('says why there is no GPU', () => {
    const nothing = { cudaDriver: undefined, vulkanProblem: 'There is no Vulkan loader' };
    expect(first([], NOTHING, nothing).unusable).toEqual({
      webgpu: 'There is no Vulkan loader',
      cuda: "There is no driver of NVIDIA's on this machine",
    });
  });
});
