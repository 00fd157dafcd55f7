/** The models commands of the executable, with a catalogue and a hub of the tests' own. */

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Box } from '../helpers/binary.ts';
import { fixture } from '../helpers/fixtures.ts';
import { expectRefusal } from '../helpers/refusal.ts';
import { type TinyCatalogueOptions, TinyHub, tinyCatalogue } from '../helpers/tiny-catalogue.ts';

const root = mkdtempSync(join(tmpdir(), 'virnucpro-models-'));
let hub: TinyHub;
let box: Box;
beforeAll(() => {
  hub = new TinyHub();
  box = new Box();
});
afterAll(() => {
  hub.close();
  box.remove();
  rmSync(root, { recursive: true });
});

let count = 0;
/** Folders and a catalogue of its own for every test. */
function place(options?: TinyCatalogueOptions) {
  const folder = join(root, `${count++}`);
  mkdirSync(folder);
  const paths = { models: join(folder, 'models'), cache: join(folder, 'cache'), catalogue: join(folder, 'c.json') };
  writeFileSync(paths.catalogue, tinyCatalogue(options));
  const env = {
    VIRNUCPRO_MODELS: paths.models,
    VIRNUCPRO_CACHE: paths.cache,
    VIRNUCPRO_CATALOGUE: paths.catalogue,
    HF_ENDPOINT: hub.address,
  };
  const run = (...argv: string[]) => box.run(argv, { env });
  const pull = (...more: string[]) => run('models', 'pull', 'tiny', '--mirror', hub.address, ...more);
  return { folder, ...paths, downloads: join(paths.cache, 'downloads'), run, pull };
}

const listOf = (folder: string) => (existsSync(folder) ? readdirSync(folder).sort() : []);

describe('pull', () => {
  test('installs a model that predict finds by its name; list, path, verify and remove know it', async () => {
    const { models, downloads, run, pull } = place();
    const pulled = await pull();
    expect([pulled.code, pulled.stdout]).toEqual([0, '']);
    expect(pulled.stderr).toContain('pass');
    expect(listOf(models)).toEqual(['tiny']);
    expect(listOf(downloads)).toEqual([]);

    const listed = JSON.parse((await run('models', 'list', '--json')).stdout);
    const states = Object.fromEntries(
      listed.models.map((one: { name: string; state: string }) => [one.name, one.state]),
    );
    expect(states).toMatchObject({ mini: 'embedded', tiny: 'installed', 'tiny-esm2': 'available' });
    expect((await run('models', 'path', 'tiny')).stdout).toBe(`${join(models, 'tiny')}\n`);
    const verified = JSON.parse((await run('models', 'verify', 'tiny', '--json')).stdout);
    expect(verified).toMatchObject({ verdict: 'pass', reference: 'self', model: 'tiny' });

    const predicted = await run('predict', fixture('sequences.fa'), '--model', 'tiny', '-o', 'out');
    expect(predicted.code).toBe(0);
    expect(JSON.parse(box.text('out', 'summary.json')).model.name).toBe('tiny');

    const again = await pull();
    expect([again.code, again.stderr.includes('installed already')]).toEqual([0, true]);
    expect((await run('models', 'remove', 'tiny')).code).toBe(0);
    expect(listOf(models)).toEqual([]);
    expectRefusal(await run('predict', fixture('sequences.fa'), '--model', 'tiny'), ['models pull tiny']);
  });

  test('a file with another hash than the catalogue says installs nothing, and both hashes are told', async () => {
    const { models, pull } = place({ wrong: 'model.safetensors' });
    const { code, stderr } = await pull();
    expect([code, listOf(models)]).toEqual([1, []]);
    expect(stderr.match(/[0-9a-f]{64}/g)?.length).toBe(2);
    expect(stderr).toContain('model.safetensors');
  });

  test('without hashes and published numbers nothing proves the files: they stay, without a name', async () => {
    const { models, downloads, pull } = place({ unhashed: ['pytorch_model.bin'] });
    const { code, stderr } = await pull();
    expect([code, listOf(models)]).toEqual([1, []]);
    expect(stderr).toContain('The catalogue knows no hash of pytorch_model.bin');
    expect(stderr).toContain('Nothing proves');
    expect(listOf(downloads)).toEqual(['tiny-dnaberts', 'tiny-esm2', 'tiny-head-500']);
  });

  test('numbers of the original tool that do not hold keep a model from its name', async () => {
    // The catalogue's bundle is called as the published one: other weights cannot give its numbers.
    const { models, run } = place({ bundle: 'virnucpro' });
    const { code, stderr } = await run('models', 'pull', 'virnucpro', '--mirror', hub.address);
    expect([code, listOf(models)]).toEqual([1, []]);
    expect(stderr).toContain('does not compute what the original tool computed');
  });

  test('offline, no connection is opened: what is there is used, what is missing is named', async () => {
    const { run, pull, downloads, models } = place();
    const before = hub.requests.length;
    const missing = await pull('--offline');
    expectRefusal(missing, ['config.json', '--offline']);
    expect(hub.requests.length).toBe(before);
    for (const name of ['tiny-dnaberts', 'tiny-esm2', 'tiny-head-500']) {
      expect((await run('models', 'pull', name, '-o', join(downloads, name), '--mirror', hub.address)).code).toBe(0);
    }
    const asked = hub.requests.length;
    expect((await pull('--offline')).code).toBe(0);
    expect([hub.requests.length, listOf(models)]).toEqual([asked, ['tiny']]);
  });

  test('a checkpoint alone goes into a folder', async () => {
    const { folder, run } = place();
    expectRefusal(await run('models', 'pull', 'tiny-esm2'), ['single checkpoint', '--output']);
    const target = join(folder, 'esm2');
    expect((await run('models', 'pull', 'tiny-esm2', '-o', target)).code).toBe(0);
    expect(listOf(target).filter((name) => name !== 'fetched.json')).toEqual(['config.json', 'model.safetensors']);
  });

  test('a name that is not there', async () => {
    const { run } = place();
    expectRefusal(await run('models', 'pull', 'tiny-esm'), ['no model tiny-esm', 'tiny-esm2']);
    expectRefusal(await run('models', 'pull'), ['takes one name']);
  });
});

describe('verify', () => {
  test('tells a model whose files were changed', async () => {
    const { models, run, pull } = place();
    await pull();
    truncateSync(join(models, 'tiny', 'protein-00001.bin'), 1000);
    expectRefusal(await run('models', 'verify', 'tiny'), ['protein-00001.bin']);
    const listed = await run('models', 'list');
    expect(listed.stdout).toMatch(/tiny\s+broken/);
  });

  test('of the embedded model, for people and for programs', async () => {
    const table = await box.run(['models', 'verify', 'mini']);
    expect([table.code, table.stdout.endsWith('\npass\n')]).toEqual([0, true]);
    const json = JSON.parse((await box.run(['models', 'verify', 'mini', '--json'])).stdout);
    expect(json.scores['500'].verdict).toBe('pass');
    expectRefusal(await box.run(['models', 'verify', 'mini', '--device', 'cuda:0']), ['cuda:0']);
    expectRefusal(await box.run(['models', 'verify']), ['takes one model']);
  });
});

describe('import', () => {
  const parts = (head: string) => [
    ...['models', 'import', '--protein', fixture('esm2', 'hf_sharded_bin')],
    ...['--nucleotide', fixture('dnaberts', 'hf_bin'), '--classifier', fixture('classifier', head), '--length', '500'],
  ];

  test('in fp16 takes half the space, says what rounding did, and passes at its own tolerance', async () => {
    const full = await box.run([...parts('500_model.pth'), '-o', 'full']);
    const half = await box.run([...parts('500_model.pth'), '-o', 'half', '--precision', 'fp16']);
    expect([full.code, half.code]).toEqual([0, 0]);
    expect(half.stderr).toMatch(
      /float16: of 464,448 values none overflowed, \d+ underflowed to 0, \d+ became subnormal/,
    );
    const manifest = JSON.parse(box.text('half', 'manifest.json'));
    expect([manifest.precision, manifest.rounding.values]).toEqual(['fp16', 464_448]);
    const size = (folder: string) => box.bytes(folder, 'nucleotide-00001.bin').length;
    expect(size('half')).toBeLessThan(0.6 * size('full'));
    const verified = JSON.parse((await box.run(['models', 'verify', 'half', '--json'])).stdout);
    expect(verified).toMatchObject({ verdict: 'pass', precision: 'fp16' });
    expect(verified.encoders.protein.max_diff).toBeGreaterThan(1e-5);
  });

  test('refuses a precision that is none', async () => {
    expectRefusal(await box.run([...parts('500_model.pth'), '-o', 'none', '--precision', 'int8']), ['fp32 or fp16']);
    expect(box.exists('none')).toBe(false);
  });

  test('with a name alone is installed under it; a name is held to its rules', async () => {
    const { models, run } = place();
    expect((await run(...parts('500_model.pth'), '--name', 'own')).code).toBe(0);
    expect(listOf(models)).toEqual(['own']);
    expect((await run('models', 'verify', 'own')).code).toBe(0);
    expectRefusal(await run(...parts('500_model.pth'), '--name', '../x'), ['cannot be the name']);
    expectRefusal(await run(...parts('500_model.pth'), '--name', 'mini'), ['part of this program']);
  });

  test('a classifier that is no file, or a tokenizer without end, is refused at once', async () => {
    expectRefusal(await box.run([...parts('../esm2'), '-o', 'none']), ['esm2']);
    const folder = box.path('huge');
    cpSync(fixture('dnaberts', 'hf_bin'), folder, { recursive: true });
    writeFileSync(join(folder, 'tokenizer.json'), '');
    truncateSync(join(folder, 'tokenizer.json'), 2 ** 31);
    const argv = parts('500_model.pth').map((one) => (one === fixture('dnaberts', 'hf_bin') ? folder : one));
    expectRefusal(await box.run([...argv, '-o', 'none']), ['too large for a tokenizer']);
  });

  test('a published head under another length is refused, as a file and as a folder', async () => {
    const { folder, run } = place({ gitNames: true });
    const alone = join(folder, 'head');
    mkdirSync(alone);
    cpSync(fixture('classifier', '500_model.pth'), join(alone, '500_model.pth'));
    for (const head of [fixture('classifier', '500_model.pth'), alone]) {
      const argv = [...parts('500_model.pth').slice(0, -4), '--classifier', head, '-o', join(folder, 'none')];
      expectRefusal(await run(...argv, '--length', '300'), ['published head for chunks of 500 nt', '--length 500']);
      expect(existsSync(join(folder, 'none'))).toBe(false);
    }
  });
});
