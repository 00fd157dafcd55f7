import { afterAll, expect, test } from 'bun:test';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { predict } from './predict.ts';

const folder = mkdtempSync(join(tmpdir(), 'virnucpro-predict-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program that writes what a real one would: every fragment is called, and its own arguments are the model's name. */
function program(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\nset -eu\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

const WRITES = `
mkdir "$6"
printf 'sequence_id\\tstatus\\tcall\\tweighted_delta\\tvirus_probability\\tis_virus\\n' > "$6/sequences.tsv"
sed -n 's/^>//p' "$2" | while read -r id; do printf '%s\\tcalled\\tviral\\t0.5\\t0.9\\tTrue\\n' "$id"; done >> "$6/sequences.tsv"
model="$1 $3 $4 $5 $7 $8"
printf '{"model":{"name":"%s","sha256":"ab","precision":"fp16","calibration":{"threshold":0.4}}}' "$model" > "$6/summary.json"`;

const FRAGMENTS = ['f1', 'f2'].map((id) => ({ id, truth: 'virus', window: 0, letters: 'ACGT' }) as const);

test('the program gets fragments, head and model, and its tables are read', async () => {
  const { predictions, model } = await predict({ binary: program('works', WRITES), model: 'm' }, FRAGMENTS, 300);
  const expected = { isCalled: true, isViral: true, delta: 0.5, probability: 0.9, isVirus: true };
  expect(predictions).toEqual([expected, expected]);
  expect(model).toEqual({
    name: 'predict --length 300 --output --model m',
    sha256: 'ab',
    precision: 'fp16',
    threshold: 0.4,
  });
});

test('a program that fails or is not there is told', async () => {
  const failing = predict({ binary: program('fails', 'exit 7'), model: undefined }, FRAGMENTS, 300);
  await expect(failing).rejects.toThrow('predict ended with code 7');
  const missing = predict({ binary: join(folder, 'none'), model: undefined }, FRAGMENTS, 300);
  await expect(missing).rejects.toThrow('cannot be started');
});
