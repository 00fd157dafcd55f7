/**
 * Opening CUDA as far as it goes without a card: with ONNX Runtime's own library and stand-ins for what lies beside it. Each case
 * is a process of its own, because libraries stay loaded; in each, a session on the CPU must compute the same before and after.
 */

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { ModelFiles } from '../../src/device/backend.ts';
import { stubLibrary } from '../../src/runtime/stub-library.ts';
import { bundleFiles, ortLibrary } from '../helpers/native.ts';
import { tinyClassifier, tinyNucleotide, tinyProtein } from '../helpers/random-weights.ts';
import { hostMachine } from '../helpers/stub-library.ts';

const root = mkdtempSync(join(tmpdir(), 'cuda-'));
const SOURCE = join(import.meta.dir, '..', '..', 'src', 'device');
let model: ModelFiles;

beforeAll(async () => {
  const head = { length: 500, weights: tinyClassifier(500) };
  model = await bundleFiles(join(root, 'bundle'), tinyNucleotide(), tinyProtein(), [head]);
});
afterAll(() => rmSync(root, { recursive: true }));

let folders = 0;

/** A folder with ONNX Runtime's library and whatever else is named. */
function runtimeFolder(files: Readonly<Record<string, Uint8Array>> = {}): string {
  folders += 1;
  const folder = join(root, `runtime-${folders}`);
  mkdirSync(folder);
  // A copy, not a link: ORT looks for its providers where the file itself lies.
  copyFileSync(ortLibrary(), join(folder, basename(ortLibrary())));
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  return folder;
}

const stub = (soname: string) => stubLibrary({ soname, machine: hostMachine() });

interface Outcome {
  /** Kind and message of each session's error. */
  readonly errors: string[];
  /** Whether the CPU's numbers were the same before and after. */
  readonly isSame: boolean;
  /** Stubs in memory afterwards. */
  readonly mapped: string[];
}

/** Opens the sessions one after the other, each with a folder and libraries in it. */
function open(sessions: readonly { readonly folder: string; readonly libraries: readonly string[] }[]) {
  const home = join(root, `home-${folders}`);
  mkdirSync(home, { recursive: true });
  const options = sessions.map(({ folder, libraries }) => ({
    library: join(folder, basename(ortLibrary())),
    libraries: libraries.map((name) => join(folder, name)),
    model,
    device: { id: 'cuda:0', backend: 'cuda', name: 'a card' },
    ordinal: 0,
    arithmetic: 'fp16',
    memoryLimit: 2 ** 30,
  }));
  const script = `
    import { readFileSync } from 'node:fs';
    import { CudaSession } from ${JSON.stringify(join(SOURCE, 'cuda', 'session.ts'))};
    import { NativeSession } from ${JSON.stringify(join(SOURCE, 'native', 'session.ts'))};
    const device = { id: 'cpu', backend: 'native-cpu', name: 'CPU', threads: 1 };
    const cpu = await NativeSession.open(${JSON.stringify(ortLibrary())}, ${JSON.stringify(model)}, device);
    const embed = async () => {
      const batch = { encoder: 'protein', rows: 1, length: 5, tokens: Int32Array.of(0, 5, 6, 7, 2) };
      return (await cpu.encode(batch)).embeddings.join(' ');
    };
    const before = await embed();
    const errors = [];
    for (const options of ${JSON.stringify(options)}) {
      await CudaSession.open(options).catch((error) => errors.push(error.kind + ': ' + error.message));
    }
    const isSame = (await embed()) === before;
    await cpu.close();
    const maps = process.platform === 'linux' ? readFileSync('/proc/self/maps', 'utf8') : '';
    const mapped = [...new Set([...maps.matchAll(/\\/(lib(?:first|second|third)\\.so)/g)].map(([, name]) => name))].sort();
    process.stdout.write(JSON.stringify({ errors, isSame, mapped }));
  `;
  const environment = { ...process.env, HOME: home, XDG_CACHE_HOME: join(home, '.cache') };
  const child = Bun.spawnSync([process.execPath, '-e', script], { stdout: 'pipe', stderr: 'pipe', env: environment });
  expect(child.stderr.toString()).toBe('');
  expect(child.exitCode).toBe(0);
  // ONNX Runtime's usage reports would be kept there until they are sent.
  expect(existsSync(join(home, '.cache', 'Microsoft'))).toBe(false);
  const outcome = JSON.parse(child.stdout.toString()) as Outcome;
  expect(outcome.isSame).toBe(true);
  return outcome;
}

describe.skipIf(process.platform !== 'linux')(
  'a card that cannot be used is told in a sentence, and the CPU works on',
  () => {
    test('no provider beside the library', () => {
      const { errors } = open([{ folder: runtimeFolder(), libraries: [] }]);
      expect(errors).toEqual([
        'Unsupported: CUDA cannot be used: the library libonnxruntime_providers_shared.so is missing',
      ]);
    });

    test('a provider that is none', () => {
      const name = 'libonnxruntime_providers_shared.so';
      const { errors } = open([{ folder: runtimeFolder({ [name]: stub(name) }), libraries: [] }]);
      const problem = `${name} cannot be loaded: undefined symbol: Provider_SetHost`;
      expect(errors).toEqual([`Unsupported: CUDA cannot be used: ${problem}`]);
    });

    test('libraries are opened in their order, up to the one that is missing', () => {
      const folder = runtimeFolder({ 'libfirst.so': stub('libfirst.so'), 'libthird.so': stub('libthird.so') });
      const { errors, mapped } = open([{ folder, libraries: ['libfirst.so', 'libsecond.so', 'libthird.so'] }]);
      expect(errors).toEqual([
        expect.stringContaining('Unsupported: CUDA cannot be used: libsecond.so cannot be loaded'),
      ]);
      expect(mapped).toEqual(['libfirst.so']);
    });

    test('all of them are open before the provider is looked for', () => {
      const names = ['libfirst.so', 'libsecond.so', 'libthird.so'];
      const folder = runtimeFolder(Object.fromEntries(names.map((name) => [name, stub(name)])));
      const { errors, mapped } = open([{ folder, libraries: names }]);
      expect(errors[0]).toContain('libonnxruntime_providers_shared.so is missing');
      expect(mapped).toEqual(names);
    });

    test('a library that was cut off', () => {
      const folder = runtimeFolder({ 'libfirst.so': stub('libfirst.so') });
      truncateSync(join(folder, 'libfirst.so'), 200);
      const { errors } = open([{ folder, libraries: ['libfirst.so'] }]);
      expect(errors).toEqual([
        expect.stringContaining('Unsupported: CUDA cannot be used: libfirst.so cannot be loaded'),
      ]);
    });

    test('two versions of the provider are not mixed in one process', () => {
      const [one, other] = [runtimeFolder(), runtimeFolder()];
      const { errors } = open([one, other, one].map((folder) => ({ folder, libraries: [] })));
      const missing = 'Unsupported: CUDA cannot be used: the library libonnxruntime_providers_shared.so is missing';
      expect(errors).toEqual([missing, expect.stringContaining('one process holds one'), missing]);
    });
  },
);

test('a bundle with a damaged graph is told by its file, before anything is loaded', async () => {
  const damaged = join(root, 'damaged.onnx');
  writeFileSync(damaged, 'not a graph');
  const { CudaSession } = await import('../../src/device/cuda/session.ts');
  const device = { id: 'cuda:0', backend: 'cuda', name: 'a card', threads: undefined } as const;
  const error = await CudaSession.open({
    ...{ library: join(root, 'nowhere'), libraries: [], device, ordinal: 0, arithmetic: 'fp32', memoryLimit: 2 ** 30 },
    model: { ...model, protein: { ...model.protein, path: damaged } },
  }).catch((caught: unknown) => caught);
  expect(String(error)).toContain('damaged.onnx is no ONNX graph');
});
