/** The cache of extracted files: where it is, that nothing in it is trusted, and that nothing else is left on a machine. */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Box } from '../helpers/binary.ts';
import { asNobody } from '../helpers/nobody.ts';
import { expectRefusal } from '../helpers/refusal.ts';

/** Keeps what boxes share from being made again for every test. */
const keeper = new Box();
let box = keeper;
beforeAll(() => {
  keeper.write('unused', '');
});
beforeEach(() => {
  box = new Box();
  box.write('x.fa', '>a\nATGAAATTTGGG\n');
});
afterEach(() => box.remove());
afterAll(() => keeper.remove());

const PREDICT = ['predict', 'x.fa', '-o', 'out', '-q'];
const LIBRARY = /^parts\/([0-9a-f]{64})\/libonnxruntime\.so\.1$/;

/** Path of the extracted library below a cache folder. */
function libraryIn(...cache: string[]): string {
  const path = box.list(...cache).find((name) => LIBRARY.test(name));
  if (path === undefined) throw new Error(`no library in ${cache.join('/')}: ${box.list(...cache).join(' ')}`);
  return box.path(...cache, path);
}

const sha256 = (path: string) => new Bun.CryptoHasher('sha256').update(readFileSync(path)).digest('hex');

describe('its place', () => {
  test('VIRNUCPRO_CACHE, and then nothing anywhere else', async () => {
    await box.ok(PREDICT, { env: { VIRNUCPRO_CACHE: 'my/cache', XDG_CACHE_HOME: box.path('xdg') } });
    const library = libraryIn('my', 'cache');
    expect(LIBRARY.exec(library.slice(box.path('my', 'cache').length + 1))?.[1]).toBe(sha256(library));
    expect([box.list('xdg'), box.list('home'), box.list('tmp')]).toEqual([[], [], []]);
  });

  test('XDG_CACHE_HOME', async () => {
    await box.ok(PREDICT, { env: { VIRNUCPRO_CACHE: undefined, XDG_CACHE_HOME: box.path('xdg') } });
    libraryIn('xdg', 'virnucpro');
    expect(box.list('home')).toEqual([]);
  });

  test('a relative XDG_CACHE_HOME is ignored, as its specification wants', async () => {
    await box.ok(PREDICT, { env: { VIRNUCPRO_CACHE: undefined, XDG_CACHE_HOME: 'xdg' } });
    libraryIn('home', '.cache', 'virnucpro');
    expect(box.exists('xdg')).toBe(false);
  });

  test('the home otherwise', async () => {
    await box.ok(PREDICT, { env: { VIRNUCPRO_CACHE: undefined } });
    libraryIn('home', '.cache', 'virnucpro');
  });

  test('the temp folder where there is no home', async () => {
    const env = { VIRNUCPRO_CACHE: undefined, HOME: box.path('x.fa', 'home') };
    await box.ok(PREDICT, { env });
    const [folder] = box.list('tmp');
    expect(folder).toStartWith('virnucpro-');
    libraryIn('tmp', folder!);
  });

  test('the temp folder where the home is read-only', async () => {
    const { under } = asNobody(box);
    if (under === undefined) return;
    chmodSync(box.path('home'), 0o555);
    await box.ok([...PREDICT.slice(0, 2), '-o', 'tmp/out'], { env: { VIRNUCPRO_CACHE: undefined }, under });
    const folder = box.list('tmp').find((name) => /^virnucpro-[^/]+$/.test(name));
    libraryIn('tmp', folder!);
    expect(box.list('home')).toEqual([]);
  });

  test("somebody else's folder in the temp folder is not used", async () => {
    const env = { VIRNUCPRO_CACHE: undefined, HOME: box.path('x.fa', 'home') };
    await box.ok(PREDICT, { env });
    const [folder] = box.list('tmp');
    chmodSync(box.path('tmp', folder!), 0o777);
    expectRefusal(await box.run([...PREDICT, '--force'], { env }), ['VIRNUCPRO_CACHE', folder!], 1);
  });

  test('one that was asked for and cannot be had is told', async () => {
    const outcome = await box.run(PREDICT, { env: { VIRNUCPRO_CACHE: box.path('x.fa', 'cache') } });
    expectRefusal(outcome, [box.path('x.fa', 'cache'), 'VIRNUCPRO_CACHE'], 1);
  });
});

describe('its content', () => {
  const env = { VIRNUCPRO_CACHE: 'cache' };

  test('a tampered library is replaced before it is loaded', async () => {
    await box.ok(PREDICT, { env });
    const library = libraryIn('cache');
    const sound = sha256(library);
    const bytes = readFileSync(library);
    // Loading either of the last two would fail or crash, so a run that succeeds has not loaded them.
    const altered = Buffer.from(bytes);
    altered[altered.length >> 1]! ^= 1;
    for (const content of [altered, bytes.subarray(0, 1000), Buffer.alloc(bytes.length)]) {
      writeFileSync(library, content);
      await box.ok([...PREDICT, '--force'], { env });
      expect(sha256(library)).toBe(sound);
    }
  }, 20_000);

  test('a tampered embedded bundle is replaced too', async () => {
    await box.ok(PREDICT, { env });
    const manifest = box.list('cache').find((name) => name.endsWith('/manifest.json'))!;
    const sound = box.text('cache', manifest);
    box.write(`cache/${manifest}`, sound.replace('mean nothing', 'mean a lot'));
    await box.ok([...PREDICT, '--force'], { env });
    expect(box.text('cache', manifest)).toBe(sound);
  });

  test('many processes at once on an empty cache', async () => {
    // Several rounds: whether two of them write the same file at the same moment is a matter of luck.
    for (const round of ['1', '2', '3']) {
      const own = { VIRNUCPRO_CACHE: `cache${round}` };
      const outs = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => name + round);
      await Promise.all(outs.map((out) => box.ok(['predict', 'x.fa', '-o', out, '-q', '-t', '1'], { env: own })));
      for (const out of outs) expect(box.text(out, 'sequences.tsv')).toBe(box.text('a1', 'sequences.tsv'));
      const files = box.list(`cache${round}`).filter((name) => !/^(parts|bundles)(\/[0-9a-f]{64})?$/.test(name));
      expect(files.filter((name) => !/^(parts|bundles)\/[0-9a-f]{64}\/[\w-]+(\.\w+)+$/.test(name))).toEqual([]);
      expect(files.filter((name) => /\.tmp$|\.partial$|\.\d+\.[0-9a-f-]{36}$/.test(name))).toEqual([]);
    }
  }, 60_000);

  test('a folder in the way of a file is told, not deleted', async () => {
    await box.ok(PREDICT, { env });
    const library = libraryIn('cache');
    const below = library.slice(box.path().length + 1);
    Bun.spawnSync(['rm', library]);
    mkdirSync(library);
    box.write(`${below}/mine.txt`, 'mine');
    expectRefusal(await box.run([...PREDICT, '--force'], { env }), ['libonnxruntime.so.1', 'VIRNUCPRO_CACHE'], 1);
    expect(box.text(below, 'mine.txt')).toBe('mine');
  });
});

test('ONNX Runtime leaves no telemetry behind', async () => {
  await box.ok(PREDICT, { env: { VIRNUCPRO_CACHE: undefined } });
  const left = [...box.list('home'), ...box.list('tmp'), ...box.list('out')];
  expect(left.filter((name) => /microsoft|developertools|\.onnxruntime|telemetry|deviceid/i.test(name))).toEqual([]);
  expect(box.list('home').filter((name) => !name.startsWith('.cache/virnucpro'))).toEqual(['.cache']);
  expect(box.list('tmp')).toEqual([]);
});

test('what lies in the current folder is data: no .env, bunfig.toml or package.json is read', async () => {
  box.write('here/.env', 'VIRNUCPRO_CACHE=./trap\n');
  box.write('here/bunfig.toml', 'preload = ["./trap.ts"]\n[run]\npreload = ["./trap.ts"]\n');
  box.write('here/trap.ts', "require('node:fs').writeFileSync('trapped', '')\n");
  box.write('here/package.json', '{ "type": "commonjs", "imports": { "#x": "./trap.ts" } }\n');
  box.write('here/tsconfig.json', '{ "compilerOptions": { "paths": { "*": ["./trap.ts"] } } }\n');
  const before = box.list('here');
  const options = { cwd: 'here', env: { VIRNUCPRO_CACHE: undefined } };
  await box.ok(['--version'], options);
  await box.ok(['predict', '../x.fa', '-o', '../out', '-q'], options);
  expect(box.list('here')).toEqual(before);
});
