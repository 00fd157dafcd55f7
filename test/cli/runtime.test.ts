/** The runtime commands of the executable, with small wheels, a server and a driver of the tests' own. */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostTarget } from '../../src/system/program.ts';
import { Box } from '../helpers/binary.ts';
import { beginning, file, HttpServer, type Reply } from '../helpers/http-server.ts';
import { expectRefusal } from '../helpers/refusal.ts';
import { A100, type StubDriver, V100, writeStubDriver } from '../helpers/stub-library.ts';
import { type FakeCatalogueOptions, fakeRuntimes, fakeWheels, wheelBytes } from '../helpers/wheels.ts';

const isLinux = process.platform === 'linux';
const top = mkdtempSync(join(tmpdir(), 'virnucpro-runtime-'));
const wheels = fakeWheels();
const cublas = wheels[1]!;
const address = (name: string) => `/packages/ab/cd/${name}`;
const GOOD_DRIVER: StubDriver = { version: 13000, cards: [A100, V100] };

let box: Box;
let server: HttpServer;
let count = 0;
beforeAll(() => {
  box = new Box();
});
beforeEach(async () => {
  server = await HttpServer.start();
  for (const { name, bytes } of wheels) server.on(address(name), file(bytes));
});
afterEach(() => server.close());
afterAll(() => {
  box.remove();
  rmSync(top, { recursive: true });
});

interface PlaceOptions extends FakeCatalogueOptions {
  /** Undefined: no driver. */
  readonly driver?: StubDriver | undefined;
}

/** Folders, a catalogue and a driver of its own for every test. */
function place(options: PlaceOptions = { driver: GOOD_DRIVER }) {
  const folder = join(top, `${count++}`);
  mkdirSync(join(folder, 'lib'), { recursive: true });
  const runtime = join(folder, 'runtime');
  const catalogue = join(folder, 'runtimes.json');
  writeFileSync(catalogue, JSON.stringify(fakeRuntimes(wheels, hostTarget(), options)));
  if (options.driver !== undefined) writeStubDriver(join(folder, 'lib', 'libcuda.so.1'), options.driver);
  const env = {
    VIRNUCPRO_RUNTIME: runtime,
    VIRNUCPRO_CACHE: join(folder, 'cache'),
    VIRNUCPRO_RUNTIME_CATALOGUE: catalogue,
    // How the tests' driver is found; the program itself never sets it.
    LD_LIBRARY_PATH: join(folder, 'lib'),
  };
  const run = (...argv: string[]) => box.run(['runtime', ...argv], { env });
  const start = (...argv: string[]) => box.start(['runtime', ...argv], { env });
  const install = (...more: string[]) => run('install', 'cuda', '--no-system', '--mirror', server.origin, ...more);
  return { folder, runtime, downloads: join(folder, 'cache', 'downloads', 'runtime-cuda'), run, start, install, env };
}

const listOf = (folder: string) => (existsSync(folder) ? readdirSync(folder).sort() : []);

describe.skipIf(!isLinux)('install', () => {
  test('fetches, shows whose files they are, and list and remove know it', async () => {
    const { runtime, downloads, run, install } = place({ driver: GOOD_DRIVER, embeddedCore: true });
    const before = JSON.parse((await run('list', '--json')).stdout).runtimes;
    expect(before).toMatchObject([{ name: 'cuda', state: 'available', usable: true, untested: false, path: null }]);
    const done = await install();
    expect([done.code, done.stdout]).toEqual([0, '']);
    for (const text of [
      'From Microsoft',
      'From NVIDIA: libcublas.so.13',
      'https://docs.nvidia.com/cuda/eula/',
      'done in',
    ])
      expect(done.stderr).toContain(text);
    expect([listOf(runtime), listOf(downloads)]).toEqual([['cuda-1.0.0'], []]);
    const core = statSync(join(runtime, 'cuda-1.0.0', 'libonnxruntime.so.1')).size;
    expect(core).toBeGreaterThan(10_000_000);
    expect(readFileSync(join(runtime, 'cuda-1.0.0', 'NVIDIA-CUDA-LICENSE.txt'), 'utf8')).toBe('terms');

    const listed = JSON.parse((await run('list', '--json')).stdout).runtimes;
    expect(listed).toMatchObject([{ name: 'cuda', state: 'installed', cuda: '13.0', about: null }]);
    expect(listed[0].bytes).toBeGreaterThan(core);
    expect((await run('list')).stdout).toMatch(
      /^name +state +size +CUDA +usable here\ncuda +installed +\S+ MB +13\.0 +yes\n$/,
    );

    const again = await install();
    expect([again.code, again.stderr.includes('installed already')]).toEqual([0, true]);
    expect((await run('remove', 'cuda')).stderr).toContain('removed cuda');
    expect(listOf(runtime)).toEqual([]);
    expectRefusal(await run('remove', 'cuda'), ['not installed']);
  });

  test('goes on after it was killed in the middle of a download', async () => {
    const { runtime, install, start } = place();
    const begun = Promise.withResolvers<void>();
    const begin: Reply = (request, connection) => {
      beginning(cublas.bytes, 60_000)(request, connection);
      begun.resolve();
    };
    server.on(address(cublas.name), begin, file(cublas.bytes));
    const child = start('install', 'cuda', '--no-system', '--mirror', server.origin);
    await begun.promise;
    child.kill('SIGTERM');
    expect(await child.exited).toBe(143);
    expect(listOf(runtime)).toEqual([]);
    expect((await install()).code).toBe(0);
    expect(listOf(runtime)).toEqual(['cuda-1.0.0']);
  });

  test('a connection that is cut is opened again', async () => {
    const { runtime, install } = place();
    const cut: Reply = (_, connection) => {
      const head = { 'Content-Length': cublas.bytes.length, ETag: '"one"' };
      connection.answer(200, head, cublas.bytes.subarray(0, 60_000));
    };
    server.on(address(cublas.name), cut, file(cublas.bytes));
    expect((await install()).code).toBe(0);
    expect([server.seen(address(cublas.name)).length, listOf(runtime)]).toEqual([2, ['cuda-1.0.0']]);
  });

  test('a wheel with another hash than the catalogue says installs nothing, and both hashes are told', async () => {
    const wheel: FakeCatalogueOptions['wheel'] = (facts) => ({ ...facts, sha256: 'f'.repeat(64) });
    const { runtime, install } = place({ driver: GOOD_DRIVER, wheel });
    const { code, stderr } = await install();
    expect([code, listOf(runtime)]).toEqual([1, []]);
    expect(stderr.match(/[0-9a-f]{64}/g)?.length).toBe(2);
  });

  test('a wheel that is cut on the server', async () => {
    const { runtime, install } = place();
    server.on(address(cublas.name), file(cublas.bytes.subarray(0, 100_000)));
    const { code, stderr } = await install();
    expect([code, listOf(runtime)]).toEqual([1, []]);
    expect(stderr).toContain('100000 bytes');
  });

  test('a wheel whose entry would leave the folder', async () => {
    const { folder, runtime, run } = place({
      driver: GOOD_DRIVER,
      wheel: (facts, { name }) => {
        if (name !== cublas.name) return facts;
        const sha256 = new Bun.CryptoHasher('sha256').update(evil).digest('hex');
        return { ...facts, bytes: evil.length, sha256 };
      },
    });
    server.on(address(cublas.name), file(evil));
    const outcome = await run('install', 'cuda', '--no-system', '--mirror', server.origin);
    expectRefusal(outcome, ['unsafe name "../../evil.so"']);
    expect([listOf(runtime), existsSync(join(folder, 'evil.so'))]).toEqual([[], false]);
  });
  const evil = wheelBytes([
    ...Object.entries(cublas.files).map(([name, data]) => ({ path: `inside/${name}`, data })),
    { path: '../../evil.so', data: Buffer.from('x') },
  ]);

  test('without room nothing is asked for', async () => {
    const { runtime, install } = place({ driver: GOOD_DRIVER, wheel: (facts) => ({ ...facts, bytes: 1e15 }) });
    expectRefusal(await install(), ['free', 'VIRNUCPRO_RUNTIME', 'Nothing was downloaded'], 1);
    expect([server.requests.length, listOf(runtime)]).toEqual([0, []]);
  });

  test('two at once: one installs, the other is told', async () => {
    const { runtime, install } = place();
    const codes = (await Promise.all([install(), install()])).map(({ code, stderr }) => {
      if (code !== 0) expect(stderr).toContain('another run is writing to this folder');
      return code;
    });
    expect(codes).toContain(0);
    expect(listOf(runtime)).toEqual(['cuda-1.0.0']);
  });

  test('--from: a folder of wheels, without a connection', async () => {
    const { folder, runtime, run } = place();
    const given = join(folder, 'wheels');
    mkdirSync(given);
    writeFileSync(join(given, wheels[0]!.name), wheels[0]!.bytes);
    expectRefusal(await run('install', 'cuda', '--no-system', '--from', given), [cublas.name, 'libcublas.so.13']);
    writeFileSync(join(given, cublas.name), cublas.bytes);
    expect((await run('install', 'cuda', '--no-system', '--from', given)).code).toBe(0);
    expect([listOf(runtime), server.requests.length]).toEqual([['cuda-1.0.0'], 0]);
  });
});

describe.skipIf(!isLinux)('what does not suit is told before anything is downloaded:', () => {
  test.each<[string, StubDriver | undefined, readonly string[]]>([
    ['no driver', undefined, ['no driver', 'WebGPU is used instead', '--force']],
    ['a driver that is too old', { version: 12020, cards: [A100] }, ['CUDA 12.2', 'driver 580 or newer']],
    ['a driver without a card', { version: 13000, init: 100 }, ['shows no card', '--force']],
    ['a card without code', { version: 13000, cards: [V100] }, ['Tesla V100', '7.0', 'too old']],
    ['a driver that fails', { version: 13000, init: 803, cards: [A100] }, ['restart the machine']],
    ['a driver without a function', { ...GOOD_DRIVER, without: ['cuDeviceGetName'] }, ['cuDeviceGetName']],
  ])('%s', async (_, driver, says) => {
    const { runtime, run, install } = place({ driver });
    expectRefusal(await install(), says, 1);
    expect([server.requests.length, listOf(runtime)]).toEqual([0, []]);
    expect(JSON.parse((await run('list', '--json')).stdout).runtimes[0].usable).toBe(false);
  });

  test('--force installs all the same', async () => {
    const { runtime, install } = place({});
    const { code, stderr } = await install('--force');
    expect([code, listOf(runtime)]).toEqual([0, ['cuda-1.0.0']]);
    expect(stderr).toContain('It is installed all the same');
  });

  test('an older line that fits is named, where the catalogue has it', async () => {
    const { env } = place({ driver: { version: 12020, cards: [V100] } });
    const builtIn = { ...env, VIRNUCPRO_RUNTIME_CATALOGUE: undefined };
    const outcome = await box.run(['runtime', 'install', 'cuda', '--mirror', server.origin], { env: builtIn });
    if (process.arch === 'x64') expectRefusal(outcome, ['"virnucpro runtime install cuda12"', 'untested'], 1);
    expect(server.requests.length).toBe(0);
  });
});

describe('typed wrongly', () => {
  test.each<[readonly string[], readonly string[]]>([
    [['install'], ['takes one name', 'cuda']],
    [['install', 'cuda', 'cuda12'], ['takes one name']],
    [
      ['install', 'cudda'],
      ['no runtime "cudda"', 'cuda'],
    ],
    [['remove', '../cuda'], ['no runtime']],
    [['install', 'cuda', '--mirror', 'ftp://x'], ['--mirror']],
  ])('%p', async (argv, says) => {
    expectRefusal(await place().run(...argv), says);
  });

  test('a catalogue that cannot be read', async () => {
    const { run, env } = place();
    writeFileSync(env.VIRNUCPRO_RUNTIME_CATALOGUE, '{');
    expectRefusal(await run('list'), ['catalogue of runtimes', 'VIRNUCPRO_RUNTIME_CATALOGUE']);
  });
});
