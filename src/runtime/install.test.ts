import { afterAll, afterEach, beforeEach, describe, expect, test } from 'bun:test';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { content, sha256 } from '../../test/helpers/fetching.ts';
import { HandClock } from '../../test/helpers/hand-clock.ts';
import { beginning, file, HttpServer, status } from '../../test/helpers/http-server.ts';
import { type FakeCatalogueOptions, fakeRuntimes, fakeWheels } from '../../test/helpers/wheels.ts';
import { UserError } from '../system/errors.ts';
import { parseRuntimes, type Runtime } from './catalogue.ts';
import { type InstallOptions, installRuntime } from './install.ts';
import { inspectRuntime, openRuntime, outdatedFolders } from './installed.ts';
import { licenceNotice } from './licence.ts';
import { type PlanOptions, planInstall } from './plan.ts';
import { removeRuntime } from './remove.ts';
import { stubLibrary } from './stub-library.ts';
import type { SystemPlaces } from './system-cuda.ts';

const top = mkdtempSync(join(tmpdir(), 'install-'));
const wheels = fakeWheels();
const [ort, cublas] = [wheels[0]!, wheels[1]!];
const NOWHERE: SystemPlaces = { platform: 'linux', environment: {}, toolkits: [], loader: () => [] };
const INSTALLED = [
  ...[
    'NVIDIA-CUDA-LICENSE.txt',
    'ONNXRUNTIME-LICENSE.txt',
    'libcublas.so.13',
    'libcurand.so.10',
    'libonnxruntime.so.1',
  ],
  ...['libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_shared.so', 'runtime.json'],
];

let server: HttpServer;
let folder = top;
let count = 0;
beforeEach(async () => {
  server = await HttpServer.start();
  folder = join(top, `${count++}`);
  mkdirSync(folder);
  for (const { name, bytes } of wheels) server.on(`/packages/ab/cd/${name}`, file(bytes));
});
afterEach(() => server.close());
afterAll(() => rmSync(top, { recursive: true }));

const root = () => join(folder, 'runtime');
const downloads = () => join(folder, 'downloads');
const list = (path: string) => (existsSync(path) ? readdirSync(path).sort() : []);
const address = (name: string) => `/packages/ab/cd/${name}`;

function runtimeOf(options?: FakeCatalogueOptions): Runtime {
  return parseRuntimes(fakeRuntimes(wheels, 'linux-x64', options))[0]!;
}

async function install(
  runtime = runtimeOf(),
  options: Partial<InstallOptions & PlanOptions> = {},
): Promise<{ isNew: boolean; folder: string; notes: string[] }> {
  const notes: string[] = [];
  const plan = await planInstall(runtime, { useSystem: true, systemPlaces: NOWHERE, ...options });
  const result = await installRuntime(runtime, plan, {
    ...{ root: root(), downloads: downloads(), mirror: server.origin, clock: new HandClock(60_000) },
    ...{ onFetch: () => undefined, onNote: (note) => notes.push(note), freeBytes: () => 10 ** 12 },
    ...options,
  });
  return { ...result, notes };
}

async function refusal(action: Promise<unknown>): Promise<string> {
  const error = await action.then(
    () => new Error('it was not refused'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof UserError)) throw error;
  return error.message;
}

describe('install', () => {
  test('gives a folder that is whole, and keeps no download', async () => {
    const done = await install();
    expect([done.isNew, list(root()), list(done.folder), list(downloads())]).toEqual([
      true,
      ['cuda-1.0.0'],
      INSTALLED,
      [],
    ]);
    const found = await inspectRuntime(root(), runtimeOf());
    expect(found).toMatchObject({ state: 'sound', folder: done.folder });
    for (const one of wheels) {
      for (const [name, bytes] of Object.entries(one.files)) {
        expect(readFileSync(join(done.folder, name)).equals(Buffer.from(bytes))).toBe(true);
      }
    }
    expect(await openRuntime(root(), runtimeOf())).toEqual({
      ...{ name: 'cuda', version: '1.0.0', folder: done.folder, core: join(done.folder, 'libonnxruntime.so.1') },
      libraries: ['libcublas.so.13', 'libcurand.so.10'].map((name) => join(done.folder, name)),
    });
  });

  test('does nothing a second time', async () => {
    await install();
    const asked = server.requests.length;
    expect((await install()).isNew).toBe(false);
    expect(server.requests.length).toBe(asked);
  });

  test('goes on where an interrupted download stopped', async () => {
    server.on(address(cublas.name), beginning(cublas.bytes, 50_000), status(404));
    const cut: InstallOptions['onFetch'] = (progress) => {
      const hasBegun = progress.kind === 'bytes' && progress.phase === 'downloading' && progress.done > 0;
      if (hasBegun && progress.name === cublas.name) server.cut();
    };
    expect(await refusal(install(runtimeOf(), { onFetch: cut }))).toContain('404');
    expect(list(root())).toEqual([]);
    server.on(address(cublas.name), file(cublas.bytes));
    await install();
    const ranges = server.seen(address(cublas.name)).map((headers) => headers.get('range'));
    expect(ranges.at(-1)).toMatch(/^bytes=\d+-$/);
    expect(list(root())).toEqual(['cuda-1.0.0']);
  });

  test('takes nothing with another hash: of the wheel, or of a file in it', async () => {
    const wrong = 'a'.repeat(64);
    const ofWheel = runtimeOf({
      wheel: (facts, { name }) => (name === ort.name ? { ...facts, sha256: wrong } : facts),
    });
    expect(await refusal(install(ofWheel))).toContain(wrong);
    const ofFile = runtimeOf({
      file: (facts, name) => (name === 'libcublas.so.13' ? { ...facts, sha256: wrong } : facts),
    });
    expect(await refusal(install(ofFile))).toContain('libcublas.so.13');
    expect(list(root())).toEqual([]);
  });

  test('asks for room first: where files and downloads share a disk, for both', async () => {
    const said = await refusal(install(runtimeOf(), { freeBytes: () => 200_800_000 }));
    expect(said).toContain('only 201 MB are free');
    expect(server.requests.length).toBe(0);
    await install(runtimeOf(), { freeBytes: () => 202_000_000 });
  });

  test('replaces what is broken, and clears what a killed install left', async () => {
    const { folder: at } = await install();
    truncateSync(join(at, 'libcublas.so.13'), 1000);
    expect(await inspectRuntime(root(), runtimeOf())).toMatchObject({
      ...{ state: 'broken', problem: 'libcublas.so.13 has 1000 bytes instead of 200000' },
    });
    expect(await refusal(openRuntime(root(), runtimeOf()))).toContain('virnucpro runtime install cuda');
    mkdirSync(join(root(), '.cuda-1.0.0.partial'));
    writeFileSync(join(root(), '.cuda-1.0.0.partial', 'libold.so.partial'), 'x');
    expect((await install()).isNew).toBe(true);
    expect([list(root()), list(at)]).toEqual([['cuda-1.0.0'], INSTALLED]);
  });

  test('only one at a time', async () => {
    const together = await Promise.allSettled([install(), install()]);
    const failed = together.filter((one) => one.status === 'rejected');
    expect(failed.length).toBe(1);
    expect(String(failed[0]!.reason)).toContain('another run is writing to this folder');
    expect([list(root()), list(join(root(), 'cuda-1.0.0'))]).toEqual([['cuda-1.0.0'], INSTALLED]);
  });

  test("with the executable's own library, which is put back when it was changed", async () => {
    const core = { name: 'libonnxruntime.so.1', bytes: 700, sha256: sha256(content(700, 7)) };
    const path = join(folder, 'core');
    writeFileSync(path, content(700, 7));
    const given = async () => ({ ...core, extract: async () => path });
    const runtime = runtimeOf({ embeddedCore: true });
    const { folder: at } = await install(runtime, { core: given });
    const target = join(at, core.name);
    expect(readFileSync(target).equals(Buffer.from(content(700, 7)))).toBe(true);
    writeFileSync(target, 'another program version');
    expect((await openRuntime(root(), runtime, given))?.core).toBe(target);
    expect(sha256(readFileSync(target))).toBe(core.sha256);
  });
});

describe('from a folder', () => {
  const given = () => join(folder, 'given', 'deep');
  beforeEach(() => mkdirSync(given(), { recursive: true }));
  const from = () => join(folder, 'given');

  test('with the wheels: nothing is downloaded, and they stay', async () => {
    for (const { name, bytes } of wheels) writeFileSync(join(given(), name), bytes);
    await install(runtimeOf(), { from: from() });
    expect([list(join(root(), 'cuda-1.0.0')), server.requests.length]).toEqual([INSTALLED, 0]);
    expect(list(given()).length).toBe(2);
  });

  test('only one at a time', async () => {
    for (const { name, bytes } of wheels) writeFileSync(join(given(), name), bytes);
    const both = [1, 2].map(() => install(runtimeOf(), { from: from() }));
    const failed = (await Promise.allSettled(both)).filter((one) => one.status === 'rejected');
    expect(failed.map(({ reason }) => String(reason).includes('another run'))).toEqual([true]);
    expect(list(join(root(), 'cuda-1.0.0'))).toEqual(INSTALLED);
  });

  test('with libraries, without their licence texts', async () => {
    for (const [name, data] of wheels.flatMap(({ files }) => Object.entries(files))) {
      if (!name.endsWith('.txt')) writeFileSync(join(given(), name), data);
    }
    await install(runtimeOf(), { from: from() });
    expect(list(join(root(), 'cuda-1.0.0'))).toEqual(INSTALLED.filter((name) => !name.endsWith('.txt')));
    expect((await openRuntime(root(), runtimeOf()))?.libraries.length).toBe(2);
  });

  test('that lacks something: it is named', async () => {
    writeFileSync(join(given(), ort.name), ort.bytes);
    const said = await refusal(install(runtimeOf(), { from: from() }));
    expect(said).toContain(`${cublas.name} (or from it: libcublas.so.13)`);
    expect(said).not.toContain(ort.name);
    expect(await refusal(install(runtimeOf(), { from: join(folder, 'absent') }))).toContain('cannot be read');
  });

  test('with a cut or another wheel, or another library of the same size', async () => {
    for (const { name, bytes } of wheels) writeFileSync(join(given(), name), bytes);
    truncateSync(join(given(), cublas.name), 1000);
    expect(await refusal(install(runtimeOf(), { from: from() }))).toContain('has 1000 bytes');
    writeFileSync(join(given(), cublas.name), Buffer.alloc(cublas.bytes.length));
    expect(await refusal(install(runtimeOf(), { from: from() }))).toContain('was altered');
    rmSync(join(given(), cublas.name));
    writeFileSync(join(given(), 'libcublas.so.13'), Buffer.alloc(200_000));
    expect(await refusal(install(runtimeOf(), { from: from() }))).toContain('libcublas.so.13');
    expect([list(root()), server.requests.length]).toEqual([[], 0]);
  });
});

describe.skipIf(process.platform !== 'linux')("with the machine's own libraries", () => {
  const library = stubLibrary({ soname: 'libcublas.so.13', machine: process.arch === 'arm64' ? 'arm64' : 'x64' });
  const own = () => join(folder, 'cuda-13.0', 'lib64', 'libcublas.so.13');
  const places = (): SystemPlaces => ({ ...NOWHERE, toolkits: [folder] });
  beforeEach(() => {
    mkdirSync(join(folder, 'cuda-13.0', 'lib64'), { recursive: true });
    writeFileSync(own(), library);
  });

  test('they are used where they lie, and only the rest is downloaded', async () => {
    const { folder: at } = await install(runtimeOf(), { systemPlaces: places() });
    expect(list(at)).toEqual(INSTALLED.filter((name) => !/cublas|NVIDIA/.test(name)));
    expect(server.seen(address(cublas.name))).toEqual([]);
    expect((await openRuntime(root(), runtimeOf()))?.libraries).toEqual([own(), join(at, 'libcurand.so.10')]);
  });

  test('unless that is not wanted', async () => {
    await install(runtimeOf(), { systemPlaces: places(), useSystem: false });
    expect(list(join(root(), 'cuda-1.0.0'))).toEqual(INSTALLED);
  });

  test('one that is gone or was changed is told', async () => {
    await install(runtimeOf(), { systemPlaces: places() });
    copyFileSync(own(), `${own()}.old`);
    writeFileSync(own(), 'x');
    expect(await refusal(openRuntime(root(), runtimeOf()))).toContain(`${own()} has 1 bytes instead of`);
    rmSync(own());
    expect(await refusal(openRuntime(root(), runtimeOf()))).toContain(`${own()} is missing`);
  });
});

describe('opening', () => {
  test('what is not there', async () => expect(await openRuntime(root(), runtimeOf())).toBeUndefined());

  test('hashes: a library of the right size with another byte is refused', async () => {
    const { folder: at } = await install();
    const path = join(at, 'libonnxruntime_providers_cuda.so');
    const bytes = readFileSync(path);
    bytes[1234] = bytes[1234]! ^ 1;
    writeFileSync(path, bytes);
    expect(await inspectRuntime(root(), runtimeOf())).toMatchObject({ state: 'sound' });
    expect(await refusal(openRuntime(root(), runtimeOf()))).toContain('libonnxruntime_providers_cuda.so was altered');
  });

  test('without its record, or of another platform', async () => {
    const { folder: at } = await install();
    const record = JSON.parse(readFileSync(join(at, 'runtime.json'), 'utf8'));
    for (const [text, said] of [
      ['', 'incomplete'],
      ['{}', 'incomplete'],
      [JSON.stringify({ ...record, target: 'windows-x64' }), 'windows-x64'],
    ] as const) {
      writeFileSync(join(at, 'runtime.json'), text);
      expect(await refusal(openRuntime(root(), runtimeOf()))).toContain(said);
    }
  });
});

describe('remove', () => {
  test('every version of a runtime and what was left half done, nothing else', async () => {
    const { folder: at } = await install();
    const old = join(root(), 'cuda-0.9.0');
    mkdirSync(old);
    writeFileSync(join(old, 'libcublas.so.13'), 'x');
    for (const name of ['cuda12-1.26.0', 'notes', '.cuda-1.0.0.partial']) mkdirSync(join(root(), name));
    expect(await outdatedFolders(root(), [runtimeOf()])).toEqual([old, join(root(), 'cuda12-1.26.0')]);
    const bytes = readdirSync(at).reduce((sum, name) => sum + readFileSync(join(at, name)).length, 1);
    expect(await removeRuntime(root(), 'cuda')).toBe(bytes);
    expect(list(root())).toEqual(['cuda12-1.26.0', 'notes']);
    expect(await removeRuntime(root(), 'cuda')).toBeUndefined();
    expect(await removeRuntime(join(folder, 'absent'), 'cuda')).toBeUndefined();
  });

  test('not a folder that holds anything else', async () => {
    const { folder: at } = await install();
    writeFileSync(join(at, 'thesis.doc'), 'x');
    expect(await refusal(removeRuntime(root(), 'cuda'))).toContain('thesis.doc');
    expect(existsSync(join(at, 'libcublas.so.13'))).toBe(true);
  });
});

test('the licence notice names whose files come, and leaves out what does not come', async () => {
  const runtime = runtimeOf();
  const notice = async (options: PlanOptions) => licenceNotice(runtime, await planInstall(runtime, options));
  const all = await notice({ useSystem: false });
  expect(all[0]).toContain('From Microsoft');
  expect(all[1]).toBe('From NVIDIA: libcublas.so.13 (200 kB)');
  expect(all[2]).toContain('https://docs.nvidia.com/cuda/eula/');
  expect(all.join(' ')).not.toContain('undefined');
});
