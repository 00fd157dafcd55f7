/** Bad bundles and bad options through the executable: each is refused with its sentence, and nothing is written. */

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Box } from '../helpers/binary.ts';
import { expectRefusal } from '../helpers/refusal.ts';
import { BUNDLES, type BundleSpecimen } from '../specimens/bundles.ts';
import { OPTIONS } from '../specimens/options.ts';

const MINI = join(import.meta.dir, '..', '..', 'models', 'mini', 'bundle');

const box = new Box();
beforeAll(() => {
  box.write('x.fa', '>a\nATGAAATTTGGG\n');
});
afterAll(() => box.remove());

interface AnyManifest {
  files: { path: string; bytes: number; sha256: string }[];
}

/** @returns absolute path of its folder */
function make({ name, files, manifest }: BundleSpecimen): string {
  const folder = box.path(name);
  cpSync(MINI, folder, { recursive: true });
  const changed = files?.((file) => readFileSync(join(folder, file), 'utf8')) ?? {};
  for (const [file, content] of Object.entries(changed)) {
    if (content === null) rmSync(join(folder, file));
    else writeFileSync(join(folder, file), content);
  }
  const facts: AnyManifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  for (const entry of facts.files) {
    const content = changed[entry.path];
    if (typeof content !== 'string') continue;
    entry.bytes = Buffer.byteLength(content);
    entry.sha256 = new Bun.CryptoHasher('sha256').update(content).digest('hex');
  }
  const written = manifest?.(JSON.parse(JSON.stringify(facts))) ?? facts;
  writeFileSync(join(folder, 'manifest.json'), typeof written === 'string' ? written : JSON.stringify(written));
  return folder;
}

describe.each(BUNDLES)('the bundle $name: $what', (specimen) => {
  test('is refused', async () => {
    const folder = make(specimen);
    const before = box.list();
    const { command, at, message } = specimen;
    const args = command === 'predict' ? ['x.fa', '--model', folder, '-o', 'out'] : [folder];
    const outcome = await box.run([...command.split(' '), ...args]);
    expectRefusal(outcome, []);
    expect(outcome.stderr.trimEnd().split('\n').at(-1)).toBe(`virnucpro: ${join(folder, at)}: ${message}`);
    expect(box.list()).toEqual(before);
    rmSync(folder, { recursive: true });
  });
});

describe.each(OPTIONS.map((specimen) => ({ ...specimen, line: specimen.args.join(' ') })))(
  '$line',
  ({ args, message }) => {
    test('is refused', async () => {
      const before = box.list();
      const outcome = await box.run(args);
      expectRefusal(outcome, []);
      expect(outcome.stderr).toBe(`virnucpro: ${message}\n`);
      expect(box.list()).toEqual(before);
    });
  },
);
