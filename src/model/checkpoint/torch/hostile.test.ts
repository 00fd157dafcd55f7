import { afterEach, describe, expect, test } from 'bun:test';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fixture } from '../../../../test/helpers/fixtures.ts';
import { readAll, refusalOf } from '../../../../test/helpers/torch-refusal.ts';
import { UserError } from '../../../system/errors.ts';

const FOLDER = fixture('hostile');
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.pth'));
const reasons = new Map<string, string>();
for (const line of readFileSync(join(FOLDER, 'INDEX.tsv'), 'utf8').split('\n').slice(1)) {
  const [file, , reason] = line.split('\t');
  if (file?.endsWith('.pth') && reason !== undefined) reasons.set(file, reason);
}

const CLASSIFIER = /^(hidden_layer|bn1|output_layer)\.(weight|bias|running_mean|running_var|num_batches_tracked)$/;

/** Reads all tensors and accepts only those of a classifier. */
async function readClassifier(path: string): Promise<void> {
  for (const name of (await readAll(path)).keys()) {
    if (!CLASSIFIER.test(name)) throw new UserError(`${name} is no part of a classifier`, '', { file: path });
  }
}

const TRACES = ['hostile_was_here', 'hostile_outside'];
const PLACES = [process.cwd(), dirname(process.cwd()), FOLDER, dirname(FOLDER), dirname(dirname(FOLDER)), tmpdir()];

afterEach(() => {
  for (const place of PLACES) for (const trace of TRACES) expect(existsSync(join(place, trace))).toBe(false);
  expect(Object.keys(Object.prototype)).toEqual([]);
});

test('every file is in the index', () => {
  expect(files.length).toBeGreaterThan(60);
  expect(files.sort()).toEqual([...reasons.keys()].sort());
});

describe('is refused', () => {
  for (const [file, reason] of reasons) {
    test(`${basename(file)}: ${reason}`, async () => {
      const said = await refusalOf(fixture('hostile', file), readClassifier);
      // The function that would have been called is named.
      const [, called] = / calls ([\w.]+)/.exec(reason) ?? [];
      if (called !== undefined) expect(said).toContain(called);
    });
  }
});
