import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT, UserError } from '../system/errors.ts';
import { prepareFolder } from './folder.ts';
import { RESULT_FILES } from './paths.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'folder-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function refusal(path: string): UserError {
  try {
    prepareFolder(path, false, false);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

test('a missing folder is made with its parents, an empty or foreign one is taken', () => {
  const path = join(folder, 'a', 'b');
  prepareFolder(path, false, false);
  expect(statSync(path).isDirectory()).toBe(true);
  writeFileSync(join(path, 'notes.txt'), 'mine');
  writeFileSync(join(path, 'chunks.tsv.partial'), 'left behind');
  prepareFolder(path, false, false);
});

test('a folder with any result file is refused, and --force takes it without touching the file', () => {
  for (const name of RESULT_FILES) {
    const path = join(folder, `with_${name}`);
    prepareFolder(path, false, false);
    writeFileSync(join(path, name), 'old');
    const error = refusal(path);
    expect(error.message).toContain(path);
    expect(error.message).toContain(name);
    expect(error.message).toContain('--force');
    expect(error.exitCode).toBe(EXIT.usage);
    prepareFolder(path, true, false);
    expect(readFileSync(join(path, name), 'utf8')).toBe('old');
  }
});

test('a file in place of the folder or above it is refused', () => {
  const path = join(folder, 'file');
  writeFileSync(path, '');
  expect(refusal(path).message).toContain(`${path}: this is a file, not a folder`);
  expect(refusal(join(path, 'below')).message).toContain('a part of this path is a file, not a folder');
  expect(refusal(path).exitCode).toBe(EXIT.usage);
});
