/**
 * The list of devices, from the executable. Drivers are the tests' own: a stand-in for NVIDIA's, and a GPU in software
 * with its Vulkan loader, or a driver that crashes under that loader.
 */

import { afterAll, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { returning, stubLibrary } from '../../src/runtime/stub-library.ts';
import { Box } from '../helpers/binary.ts';
import { expectRefusal } from '../helpers/refusal.ts';
import { softwareGpu, WHY_NO_SOFTWARE_GPU } from '../helpers/software-gpu.ts';
import { A100, hostMachine, type StubDriver, V100, writeStubDriver } from '../helpers/stub-library.ts';

const isLinux = process.platform === 'linux';
const top = mkdtempSync(join(tmpdir(), 'virnucpro-devices-'));
const box = new Box();
afterAll(() => {
  box.remove();
  rmSync(top, { recursive: true });
});

let count = 0;
function folder(): string {
  const path = join(top, `${count++}`);
  mkdirSync(path);
  return path;
}

interface PlaceOptions {
  /** Whatever this machine has, the program sees only this one. */
  readonly cuda?: StubDriver;
  readonly vulkan?: Readonly<Record<string, string>>;
}

/** An environment in which nothing of this machine's GPUs is seen. */
function environment({
  cuda = { version: 13000, init: 100 },
  vulkan = {},
}: PlaceOptions): Record<string, string | undefined> {
  const lib = folder();
  writeStubDriver(join(lib, 'libcuda.so.1'), cuda);
  const loader = vulkan['LD_LIBRARY_PATH'];
  const nowhere = join(top, 'nowhere.json');
  return {
    ...{ VK_DRIVER_FILES: nowhere, VK_ICD_FILENAMES: nowhere, VIRNUCPRO_RUNTIME: join(top, 'runtime') },
    ...vulkan,
    // The stand-in for a driver shows what the test says.
    CUDA_VISIBLE_DEVICES: undefined,
    LD_LIBRARY_PATH: loader === undefined ? lib : `${lib}:${loader}`,
  };
}

const listed = async (options: PlaceOptions) => {
  const { stdout, stderr } = await box.ok(['devices', '--json'], { env: environment(options) });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
};

describe.skipIf(!isLinux)('without a GPU', () => {
  test('the CPU alone, and why', async () => {
    const [cpu, more] = await listed({});
    expect(more).toBeUndefined();
    expect(cpu).toMatchObject({
      ...{ id: 'cpu', kind: 'cpu', backends: ['native-cpu'], ids: { 'native-cpu': 'cpu' }, default: true, proof: null },
      unusable: { webgpu: expect.stringContaining('Vulkan'), cuda: "NVIDIA's driver shows no card" },
    });
    expect(cpu.memory_bytes).toBeGreaterThan(0);
  });

  test('for a person', async () => {
    const { stdout, stderr } = await box.ok(['devices'], { env: environment({}) });
    expect(stdout).toStartWith('No GPU was found, so the CPU computes.\n');
    expect(stdout).toContain('\ncpu\n');
    expect(stderr).toBe('');
  });

  test('broken driver files are named', async () => {
    const place = folder();
    const broken = join(place, 'broken.json');
    writeFileSync(broken, '{ "ICD": {');
    const cut = join(place, 'cut.json');
    writeFileSync(cut, JSON.stringify({ ICD: { library_path: './cut.so', api_version: '1.0.0' } }));
    const library = stubLibrary({ soname: 'cut.so', machine: hostMachine(), functions: {} });
    writeFileSync(join(place, 'cut.so'), library.subarray(0, library.length - 64));
    const [cpu] = await listed({ vulkan: { VK_DRIVER_FILES: `${broken}:${cut}` } });
    expect(cpu.unusable.webgpu).toContain(`${broken} cannot be read`);
    expect(cpu.unusable.webgpu).toContain('cut.so is cut off');
  });
});

describe.skipIf(!isLinux || process.arch !== 'x64')('cards that CUDA shows', () => {
  test('and Vulkan does not', async () => {
    const [a100, v100, cpu] = await listed({ cuda: { version: 13000, cards: [A100, V100] } });
    expect(a100).toMatchObject({
      ...{ id: 'cuda:0', name: A100.name, kind: 'discrete', vendor: 'NVIDIA', backends: [], default: false },
      ...{ pci: '0000:3b:00.0', uuid: 'GPU-01010101-0101-0101-0101-010101010101', capability: '8.0' },
      memory_bytes: A100.memory,
      unusable: { cuda: expect.stringContaining('"virnucpro runtime install cuda"'), webgpu: expect.any(String) },
    });
    expect(v100).toMatchObject({
      ...{ id: 'cuda:1', pci: '0000:af:00.0' },
      unusable: { cuda: expect.stringContaining('"virnucpro runtime install cuda12"') },
    });
    expect(cpu).toMatchObject({ id: 'cpu', default: true });
  });

  test('with a driver that is too old', async () => {
    const [a100] = await listed({ cuda: { version: 11080, cards: [A100] } });
    expect(a100.unusable.cuda).toContain('driver 525 or newer');
  });
});

const gpu = softwareGpu();

describe.skipIf(gpu === undefined)(`GPUs in software${gpu === undefined ? ` (${WHY_NO_SOFTWARE_GPU})` : ''}`, () => {
  const vulkan = (cards: 1 | 2) => gpu!.environment(cards);

  test('one, not used unnamed', async () => {
    const [cpu, software, more] = await listed({ vulkan: vulkan(1) });
    expect([cpu.id, cpu.default, more]).toEqual(['cpu', true, undefined]);
    expect(software).toMatchObject({
      ...{ id: 'webgpu:0', name: 'SwiftShader Device (Subzero)', kind: 'software', backends: ['webgpu'] },
      ...{ unusable: {}, vendor: 'Google', driver: 'SwiftShader driver 5.0.0', pci: null, default: false },
    });
  });

  test('two of a kind are two devices', async () => {
    const [, one, two, more] = await listed({ vulkan: vulkan(2) });
    expect([one.id, two.id, more]).toEqual(['webgpu:0', 'webgpu:1', undefined]);
    expect([one.backends, two.backends]).toEqual([['webgpu'], ['webgpu']]);
    const { stdout } = await box.ok(['devices'], { env: environment({ vulkan: vulkan(2) }) });
    expect(stdout.match(/software, used only when named/g)).toHaveLength(2);
  });

  test('a driver that crashes is named and does not hide the other one', async () => {
    const place = folder();
    const [machine, functions] = [hostMachine(), 'vk_icdGetInstanceProcAddr'];
    // Address 1 as the function that the loader asks for.
    const library = stubLibrary({ soname: 'rotten.so', machine, functions: { [functions]: returning(machine, 1) } });
    writeFileSync(join(place, 'rotten.so'), library);
    const rotten = join(place, 'rotten.json');
    writeFileSync(rotten, readFileSync(gpu!.icds[0], 'utf8').replace('libvk_swiftshader.so', 'rotten.so'));
    const files = `${rotten}:${gpu!.icds[0]}`;
    const [cpu, software] = await listed({ vulkan: { ...vulkan(1), VK_DRIVER_FILES: files, VK_ICD_FILENAMES: files } });
    expect(cpu.unusable.webgpu).toContain('crashes');
    expect(cpu.unusable.webgpu).toContain(rotten);
    expect(software).toMatchObject({ id: 'webgpu:0', backends: ['webgpu'] });
  });
});

test('how the program asks itself is nothing for people', async () => {
  expectRefusal(await box.run(['--list-vulkan']), ['drivers or whole']);
});
