import { describe, expect, test } from 'bun:test';
import { fakeRuntimes, fakeWheels } from '../../test/helpers/wheels.ts';
import { CUDA_LINES, hasCudaLine } from '../device/cuda/suitable.ts';
import { TARGETS } from '../system/program.ts';
import { builtInRuntimes, filesOf, parseRuntimes, RUNTIME_NAMES } from './catalogue.ts';
import { stubFiles } from './stubs.ts';

const all = builtInRuntimes();
const find = (name: string, target: string) => all.find((one) => one.name === name && one.target === target)!;

describe('the built-in catalogue', () => {
  test('has files for exactly the platforms that the rules know', () => {
    expect([...RUNTIME_NAMES]).toEqual([...CUDA_LINES]);
    const known = TARGETS.flatMap((target) =>
      CUDA_LINES.filter((line) => hasCudaLine(line, target)).map((line) => [line, target]),
    );
    expect(all.map(({ name, target }) => [name, target]).sort()).toEqual(known.sort());
  });

  test('takes as much room as was measured', () => {
    const sizes = all.map(({ name, target, wheels }) => [
      `${name} ${target}`,
      wheels.reduce((sum, { bytes }) => sum + bytes, 0),
      filesOf({ wheels })
        .filter(({ isLicence }) => !isLicence)
        .reduce((sum, { bytes }) => sum + bytes, 0),
    ]);
    expect(sizes).toEqual([
      ['cuda linux-x64', 672_062_583, 868_542_400],
      ['cuda linux-arm64', 750_843_918, 921_436_008],
      ['cuda windows-x64', 564_834_554, 716_749_176],
      ['cuda12 linux-x64', 1_579_031_949, 1_425_334_224],
      ['cuda12 windows-x64', 1_680_246_316, 1_551_278_144],
    ]);
  });

  test('the version of the provider is that of the library in the executable', async () => {
    const { dependencies } = await Bun.file(new URL('../../package.json', import.meta.url)).json();
    for (const { version, core } of all.filter(({ name }) => name === 'cuda')) {
      expect([version, core]).toEqual([dependencies['onnxruntime-node'], undefined]);
    }
    // Another version needs its own library.
    expect(all.filter(({ name }) => name === 'cuda12').every(({ core }) => core !== undefined)).toBe(true);
  });

  test('names the libraries that the provider needs, dependencies first', () => {
    expect(find('cuda', 'linux-x64').open).toEqual([
      ...['libcudart.so.13', 'libcublasLt.so.13', 'libcublas.so.13', 'libcurand.so.10'],
    ]);
    expect(find('cuda', 'windows-x64').open).toEqual(['cublasLt64_13.dll', 'cublas64_13.dll']);
    expect(stubFiles(find('cuda12', 'linux-x64')).map(({ name }) => name)).toEqual([
      'libcurand.so.10',
      'libcufft.so.11',
    ]);
    for (const runtime of all) {
      const names = filesOf(runtime).map(({ name }) => name);
      expect(names.filter((name) => /onnxruntime_providers_(cuda|shared)\.(so|dll)$/.test(name)).length).toBe(2);
      expect(names.filter((name) => /NVIDIA.*LICENSE/.test(name)).length).toBeGreaterThan(0);
    }
  });
});

describe('a catalogue that is wrong is refused with the place:', () => {
  const wheels = fakeWheels();
  const cases: Readonly<Record<string, [object, string]>> = {
    'another format': [{ format: 2, runtimes: [] }, 'runtimes.format'],
    'a name with a path': [
      fakeRuntimes(wheels, 'linux-x64', { file: (facts) => ({ ...facts, name: '../libcublas.so.13' }) }),
      'name',
    ],
    'an entry that climbs out': [
      fakeRuntimes(wheels, 'linux-x64', { file: (facts) => ({ ...facts, entry: '/etc/passwd' }) }),
      'entry',
    ],
    'a short hash': [fakeRuntimes(wheels, 'linux-x64', { wheel: (facts) => ({ ...facts, sha256: 'abc' }) }), 'sha256'],
    'one name for two files': [
      fakeRuntimes(wheels, 'linux-x64', { file: (facts) => ({ ...facts, name: 'libcublas.so.13' }) }),
      'twice',
    ],
    'a platform that is none': [fakeRuntimes(wheels, 'plan9-x64'), 'target'],
  };
  for (const [what, [json, said]] of Object.entries(cases)) {
    test(what, () => expect(() => parseRuntimes(json)).toThrow(said));
  }
});
