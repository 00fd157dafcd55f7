import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JournalDisk, JournalTime, settled } from '../../test/helpers/journal-disk.ts';
import { EXIT, UserError } from '../system/errors.ts';
import type { Frame } from './frame.ts';
import { JournalFile } from './journal-file.ts';
import { readBody, readJournal, recover } from './read-journal.ts';

const PATH = 'out/journal/a.vnj';
const FIRST: Frame = { kind: 1, json: 'first' };
const frame = (json: unknown, numbers = 0): Frame => ({ kind: 2, json, body: [new Float32Array(numbers).fill(0.5)] });

function onDisk() {
  const [files, clock] = [new JournalDisk(), new JournalTime()];
  files.isGated = true;
  const file = JournalFile.create(PATH, FIRST, { files, clock });
  return { files, clock, file };
}

async function jsonsOf(files: JournalDisk): Promise<unknown[]> {
  files.isGated = false;
  return (await readJournal(PATH, files)).frames.map(({ json }) => json);
}

describe('on a real disk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'journal-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('frames come back, bodies when they are asked for, a torn tail goes', async () => {
    const path = join(folder, 'a.vnj');
    const file = JournalFile.create(path, FIRST);
    void file.append({ kind: 3, json: { x: 'ü' }, body: [new Uint32Array([1, 2]), new Float32Array([0.5])] });
    await file.close();
    const again = JournalFile.open(path);
    const numbers = new Float32Array(400_000).map((_, i) => i);
    void again.append({ kind: 4, json: null, body: [numbers] });
    numbers.fill(0); // the frame is a copy
    await again.close();

    const content = await readJournal(path);
    expect(content.frames.map(({ kind, json }) => [kind, json])).toEqual([
      [1, 'first'],
      [3, { x: 'ü' }],
      [4, null],
    ]);
    expect(content.torn).toBe(false);
    const [, second, third] = content.frames;
    expect([...new Uint32Array(await readBody(path, second!))]).toEqual([1, 2, 0x3f000000]);
    expect(new Float32Array(await readBody(path, third!)).every((value, i) => value === i)).toBe(true);

    await Bun.write(path, (await Bun.file(path).bytes()).subarray(0, -4));
    expect(await readJournal(path)).toEqual({
      frames: content.frames.slice(0, 2),
      end: second!.end,
      torn: true,
    });
    await recover(path);
    expect(statSync(path).size).toBe(second!.end);
    const last = JournalFile.open(path);
    void last.append(frame('last'));
    await last.close();
    expect((await readJournal(path)).frames.map(({ json }) => json)).toEqual(['first', { x: 'ü' }, 'last']);
  });

  test('a file that is there already is refused', async () => {
    const path = join(folder, 'b.vnj');
    await JournalFile.create(path, FIRST).close();
    const file = JournalFile.create(path, FIRST);
    const said = await file.failed.catch((error: unknown) => error);
    expect(said).toBeInstanceOf(UserError);
    expect(String(said)).toBe(`UserError: ${path}: is there already. Go on with --resume, or start anew with --force.`);
    await file.abandon();
  });

  test('a body that changed since its frame was found is refused', async () => {
    const path = join(folder, 'c.vnj');
    const file = JournalFile.create(path, frame('a', 2));
    await file.close();
    const [found] = (await readJournal(path)).frames;
    const bytes = await Bun.file(path).bytes();
    bytes[bytes.length - 1]! ^= 1;
    await Bun.write(path, bytes);
    const said = await readBody(path, found!).catch((error: unknown) => error);
    expect(String(said)).toStartWith(`UserError: ${path}: was changed while it was read. `);
  });

  test('a file that cannot be read is refused', async () => {
    const reading = readJournal(join(folder, 'none.vnj'));
    const said = await reading.catch((error: unknown) => error);
    expect(String(said)).toContain('none.vnj: cannot be read (ENOENT). ');
    // The machine, not the person.
    expect(said).toMatchObject({ exitCode: EXIT.runtime });
  });
});

describe('syncs', () => {
  test('one serves all that wait, those who come during it wait for the next', async () => {
    const { files, file } = onDisk();
    const told: string[] = [];
    void file.append(frame('a'), () => told.push('a'));
    void file.sync().then(() => told.push('sync a'));
    void file.append(frame('b'), () => told.push('b'));
    void file.sync().then(() => told.push('sync b'));
    while (!files.calls.includes('sync')) await files.step();
    void file.append(frame('c'), () => told.push('c'));
    void file.sync().then(() => told.push('sync c'));
    await files.step(); // the sync
    await files.step(); // of the folder
    expect(told).toEqual(['a', 'b', 'sync a', 'sync b']);
    await files.drain();
    expect(told.slice(4)).toEqual(['c', 'sync c']);
    expect(files.calls.filter((call) => call === 'sync')).toHaveLength(2);
  });

  test('frames are written together: a mebibyte of them without a sync, the rest with one', async () => {
    const { files, file } = onDisk();
    await files.drain();
    const body = [new Float32Array(1 << 16)];
    const written: boolean[] = [];
    for (let i = 0; i < 5; i += 1) {
      void file.append({ kind: 2, json: i, body });
      await files.drain();
      written.push(files.bytes(PATH).length > (i + 1) << 18);
    }
    expect([written, files.calls.includes('sync')]).toEqual([[false, false, false, true, false], false]);
    const sync = file.sync();
    await files.drain();
    await sync;
    expect(await jsonsOf(files)).toEqual(['first', 0, 1, 2, 3, 4]);
  });

  test('one happens a second after the first frame that none was asked for', async () => {
    const { files, clock, file } = onDisk();
    const told: string[] = [];
    const syncs = () => files.calls.filter((call) => call === 'sync').length;
    await files.drain();
    clock.pass(0.75);
    void file.append(frame('a'), () => told.push('a'));
    await files.drain();
    expect([syncs(), clock.waiting]).toEqual([0, 1]);
    clock.pass(0.25); // a second after `first`
    await files.drain();
    expect([syncs(), clock.waiting, told]).toEqual([1, 0, ['a']]);
    void file.append(frame('b'), () => told.push('b'));
    clock.pass(0.5);
    await files.drain();
    expect(syncs()).toBe(1);
    const sync = file.sync();
    expect(clock.waiting).toBe(0);
    await files.drain();
    await sync;
    expect([syncs(), told]).toEqual([2, ['a', 'b']]);
    clock.pass(10);
    await files.drain();
    expect(syncs()).toBe(2);
    await file.sync();
    expect(syncs()).toBe(2);
  });

  test('frames that come without end do not put one off', async () => {
    const { files, clock, file } = onDisk();
    let isSafe = false;
    void file.append(frame('a'), () => {
      isSafe = true;
    });
    clock.pass(1);
    for (let i = 0; !isSafe; i += 1) {
      expect(i).toBeLessThan(12);
      void file.append(frame(i));
      await files.step();
    }
  });
});

test('who makes frames faster than the disk takes them is asked to wait', async () => {
  const { files, file } = onDisk();
  const megabytes = (count: number) => frame('large', count << 18);
  const rooms: boolean[] = [];
  void file.append(megabytes(40)).then(() => rooms.push(true));
  await settled();
  expect(rooms).toEqual([true]);
  void file.append(megabytes(30)).then(() => rooms.push(false));
  await settled();
  expect(rooms).toEqual([true]);
  while (files.calls.filter((call) => call === 'write').length < 4) await files.step();
  await files.drain();
  expect(rooms).toEqual([true, false]);
  await file.abandon();
});

describe('failures', () => {
  for (const [call, code, sentence] of [
    ['write', 'ENOSPC', 'the disk is full (ENOSPC)'],
    ['sync', 'EIO', 'the disk reports an error (EIO)'],
    ['syncFolder', 'EIO', 'the disk reports an error (EIO)'],
  ] as const) {
    test(`a ${call} that fails is told, and nothing is safe any more`, async () => {
      const { files, file } = onDisk();
      const told: string[] = [];
      files.refuse = (other) => (other === call ? code : undefined);
      void file.append(frame('a'), () => told.push('a'));
      const sync = file.sync().catch(String);
      void file.append(frame('b', 10 << 20));
      void file.append(frame('c', 10 << 20)).then(() => told.push('room'));
      await files.drain();
      expect(await sync).toContain(`UserError: ${PATH}: cannot be written: ${sentence}. `);
      expect(String(await file.failed.catch((error: unknown) => error))).toBe(String(await sync));
      files.refuse = () => undefined;
      expect(() => file.append(frame('d'))).toThrow(sentence);
      expect(await file.sync().catch(String)).toBe(await sync);
      await files.drain();
      expect(told).toEqual(['room']);
      expect(await file.close().catch(String)).toBe(await sync);
      expect(files.openFiles).toBe(0);
    });
  }

  test('what is abandoned writes nothing more', async () => {
    const { files, file } = onDisk();
    await files.drain();
    void file.append(frame('a'));
    const sync = file.sync().catch(String);
    void file.append(frame('b'));
    const end = file.abandon();
    await files.drain();
    await end;
    expect(await sync).toContain('was abandoned');
    // The write that was under way goes to its end.
    expect([await jsonsOf(files), files.openFiles]).toEqual([['first', 'a'], 0]);
    expect(() => file.append(frame('c'))).toThrow('is closed');
  });
});
