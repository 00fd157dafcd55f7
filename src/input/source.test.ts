import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, rm, symlink, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../system/errors.ts';
import { BLOCK_BYTES, checkSource, openSource, readingError, type Source } from './source.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'virnucpro-source-'));
});
afterAll(() => rm(folder, { recursive: true }));

const sha256 = (bytes: string | Uint8Array) => new Bun.CryptoHasher('sha256').update(bytes).digest('hex');

async function readAll(source: Source): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const block of source.blocks()) parts.push(block.slice());
  return Buffer.concat(parts);
}

describe('openSource', () => {
  test('gives all bytes of a file in blocks, and their SHA-256', async () => {
    const path = join(folder, 'big.fa');
    const content = new Uint8Array(2 * BLOCK_BYTES + 12_345).map((_, i) => (i * 31 + (i >> 8)) & 0x7f);
    await Bun.write(path, content);
    const source = await openSource(path);
    expect(source.size).toBe(content.length);
    expect(Buffer.compare(await readAll(source), content)).toBe(0);
    expect(source.bytes).toBe(content.length);
    expect(source.digest()).toBe(sha256(content));
  });

  test('a block stays as it is while its caller waits', async () => {
    const path = join(folder, 'waiting.fa');
    const content = new Uint8Array(4 * BLOCK_BYTES).map((_, i) => 0x41 + Math.floor(i / BLOCK_BYTES));
    await Bun.write(path, content);
    let at = 0;
    for await (const block of (await openSource(path)).blocks()) {
      // A read of the whole file, asked for after the source's own read ahead, gives that one every chance to finish.
      await Bun.file(path).bytes();
      expect(Buffer.compare(block, content.subarray(at, at + block.length))).toBe(0);
      at += block.length;
    }
    expect(at).toBe(content.length);
  });

  test('an empty file has no block', async () => {
    const path = join(folder, 'empty.fa');
    await Bun.write(path, '');
    const source = await openSource(path);
    expect(await readAll(source)).toHaveLength(0);
    expect([source.bytes, source.size, source.digest()]).toEqual([0, 0, sha256('')]);
  });

  test('can be left early', async () => {
    const path = join(folder, 'left.fa');
    await Bun.write(path, '>a\n');
    await truncate(path, 3 * BLOCK_BYTES);
    const source = await openSource(path);
    for await (const block of source.blocks()) {
      expect(block.length).toBe(BLOCK_BYTES);
      break;
    }
    expect(() => source.digest()).toThrow('before its end');
    await expect(readAll(source)).rejects.toThrow('only once');
  });

  test('what cannot be read is named as it was typed', async () => {
    const loop = join(folder, 'loop');
    await symlink(loop, loop);
    const file = join(folder, 'plain.fa');
    await Bun.write(file, '>a\n');
    for (const [path, sentence] of [
      [join(folder, 'absent.fa'), 'there is no such file'],
      [join(file, 'below'), 'there is no such file'],
      [folder, 'this is a folder'],
      [loop, 'the link leads in a circle'],
    ] as const) {
      const error: unknown = await openSource(path).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(UserError);
      expect(error).toMatchObject({ sentence, where: { file: path }, exitCode: 2 });
      await expect(checkSource(path)).rejects.toThrow(sentence);
    }
  });

  test('a file that goes away between looking and reading is named too', async () => {
    const path = join(folder, 'gone.fa');
    await Bun.write(path, '>a\n');
    const source = await openSource(path);
    await rm(path);
    await expect(readAll(source)).rejects.toThrow(`${path}: there is no such file`);
  });

  test('errors of the machine exit with 1, of permission with 2, bugs pass through', () => {
    const failed = (code: string) => readingError(Object.assign(new Error(code), { code }), 'x.fa');
    expect(failed('EIO')).toMatchObject({
      exitCode: 1,
      message: expect.stringContaining('x.fa: the file could not be read (EIO)'),
    });
    expect(failed('EACCES')).toMatchObject({ exitCode: 2, sentence: 'the file may not be read' });
    const bug = new TypeError('x');
    expect(readingError(bug, 'x.fa')).toBe(bug);
  });

  test('a compressed file is refused under any name', async () => {
    const path = join(folder, 'misnamed.fa');
    await Bun.write(path, Bun.gzipSync('>a\nACGT\n'));
    await expect(readAll(await openSource(path))).rejects.toThrow(`${path}: the file is gzip-compressed`);
  });
});

describe('standard input', () => {
  const module = join(import.meta.dir, 'source.ts');
  const program = `
    const { openSource } = await import(${JSON.stringify(module)});
    const source = await openSource('-');
    let text = '';
    try {
      for await (const block of source.blocks()) text += Buffer.from(block).toString('latin1');
      await Bun.write(Bun.stdout, JSON.stringify([text, source.bytes, source.digest()]));
    } catch (error) { await Bun.write(Bun.stdout, String(error)); }`;

  async function output(child: Bun.Subprocess<'pipe' | 'ignore' | Bun.BunFile, 'pipe', 'inherit'>): Promise<string> {
    const text = await new Response(child.stdout).text();
    expect(await child.exited).toBe(0);
    return text;
  }

  test('from a pipe, a few bytes at a time', async () => {
    const child = Bun.spawn([process.execPath, '-e', program], { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' });
    for (const letter of '>a\nACGT\n') {
      child.stdin.write(letter);
      await child.stdin.flush();
    }
    await child.stdin.end();
    expect(JSON.parse(await output(child))).toEqual(['>a\nACGT\n', 8, sha256('>a\nACGT\n')]);
  });

  test('from a file, from nothing, and compressed', async () => {
    const path = join(folder, 'stdin.fa');
    const content = `>a\n${'ACGT'.repeat(100_000)}\n`;
    await Bun.write(path, content);
    const run = (stdin: 'ignore' | Bun.BunFile) =>
      output(Bun.spawn([process.execPath, '-e', program], { stdin, stdout: 'pipe', stderr: 'inherit' }));
    expect(JSON.parse(await run(Bun.file(path)))).toEqual([content, content.length, sha256(content)]);
    expect(JSON.parse(await run('ignore'))).toEqual(['', 0, sha256('')]);
    await Bun.write(path, Bun.gzipSync(content));
    expect(await run(Bun.file(path))).toContain('-: standard input is gzip-compressed');
  });
});
