import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { refused } from '../../test/helpers/refused.ts';
import { openEventFile } from './event-file.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'virnucpro-events-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('openEventFile', () => {
  test('what is written is there at once; events of an earlier run are replaced', () => {
    const path = join(folder, 'events.ndjson');
    for (const text of ['{"v":1,"event":"long"}\n', '{"v":1}\n']) {
      const file = openEventFile(path);
      file.write(text);
      expect(readFileSync(path, 'utf8')).toBe(text);
      file.close();
    }
  });

  test('an empty file is taken', () => {
    const path = join(folder, 'empty');
    writeFileSync(path, '');
    openEventFile(path).close();
    expect(readFileSync(path, 'utf8')).toBe('');
  });

  test('another file is left as it is', () => {
    const path = join(folder, 'reads.fa');
    for (const text of ['>a\nACGT\n', '{', '{"v":2}\n']) {
      writeFileSync(path, text);
      expect(refused(() => openEventFile(path))).toBe(
        `${path}: is there already and holds no events. Choose another name for --progress-file.`,
      );
      expect(readFileSync(path, 'utf8')).toBe(text);
    }
  });

  test('what the system refuses is a sentence', () => {
    const path = join(folder, 'none', 'events');
    expect(refused(() => openEventFile(path))).toBe(
      `${path}: cannot be written: there is no such folder (ENOENT). ` +
        'Make it or choose another file with --progress-file, and let nothing move it while the program runs.',
    );
    mkdirSync(join(folder, 'sub'));
    expect(refused(() => openEventFile(join(folder, 'sub')))).toContain('a folder has the name of this file');
    expect(existsSync(path)).toBe(false);
  });

  test.skipIf(process.getuid?.() === 0)('no permission', () => {
    const path = join(folder, 'locked');
    writeFileSync(path, '');
    chmodSync(path, 0o400);
    expect(refused(() => openEventFile(path))).toContain('no permission to write here');
  });
});
