import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { content, Fetching, sha256 } from '../../test/helpers/fetching.ts';
import { beginning, file, raw, status } from '../../test/helpers/http-server.ts';
import { EXIT, UserError } from '../system/errors.ts';

const A = content(1000, 1);
const B = content(2000, 2);

let box: Fetching;
beforeEach(async () => {
  box = await Fetching.start();
});
afterEach(() => box.close());

/** Files `a.bin` and `b.bin`, served well. */
const both = () => {
  box.server.on('/a.bin', file(A));
  box.server.on('/b.bin', file(B));
  return [box.remote('b.bin', B), box.remote('a.bin', A)];
};

describe('files that are there', () => {
  test('are hashed and taken, and come back in the order of the list', async () => {
    const files = both();
    box.write('a.bin', A);
    const fetched = await box.fetch(files);
    expect(fetched.map(({ name, wasPresent, bytes }) => [name, wasPresent, bytes])).toStrictEqual([
      ['b.bin', false, 2000],
      ['a.bin', true, 1000],
    ]);
    expect(fetched[1]?.sha256).toBe(sha256(A));
    expect(box.server.requests.map(({ path }) => path)).toStrictEqual(['/b.bin']);
    expect(box.notes('a.bin')).toStrictEqual(['present']);
    expect(box.events.findLast((event) => event.kind === 'bytes')).toMatchObject({
      overall: { done: 3000, total: 3000 },
    });
  });

  test.each([
    ['of another size', content(999)],
    ['of another hash', content(1000, 9)],
  ])('but %s stay until the right one has come', async (_, wrong) => {
    box.write('a.bin', wrong);
    box.server.on('/a.bin', beginning(A, 500), (_request, connection) => {
      expect(box.read('a.bin')).toStrictEqual(Buffer.from(wrong));
      connection.answer(200, { 'Content-Length': 1000 }, A);
    });
    box.at('a.bin', 500, () => box.server.cut());
    await box.fetch([box.remote('a.bin', A)]);
    expect(box.read('a.bin')).toStrictEqual(Buffer.from(A));
    expect(box.notes('a.bin')[0]).toBe('replaced');
  });

  test('without a known hash are taken only as they came, from where they came', async () => {
    both();
    const unknown = { bytes: undefined, hash: undefined };
    const fetch = async (url: string) => {
      const [fetched] = await box.fetch([box.remote('a.bin', A, { ...unknown, url })]);
      return fetched?.wasPresent;
    };
    box.write('a.bin', A);
    expect(await fetch(box.server.url('/a.bin'))).toBe(false);
    expect(await fetch(box.server.url('/a.bin'))).toBe(true);
    box.write('a.bin', content(1000, 9));
    expect(await fetch(box.server.url('/a.bin'))).toBe(false);
    expect(await fetch(box.server.url('/b.bin'))).toBe(false);
    expect(await fetch(box.server.url('/b.bin'))).toBe(true);
    expect(box.read('a.bin')).toStrictEqual(Buffer.from(B));
    expect(box.server.requests.length).toBe(3);
  });

  test('a folder of that name is told before anything is downloaded', async () => {
    mkdirSync(join(box.folder, 'a.bin'));
    expect(await box.refusal(both())).toContain('a.bin: a folder or device has the name of this file');
    expect(box.server.requests.length).toBe(0);
  });
});

describe('before the first request', () => {
  test('a disk that is too small, with what is needed and what is free; a part counts', async () => {
    const big = 3_000_000_000;
    const remote = box.remote('a.bin', A, { bytes: big });
    const message = await box.refusal([remote], { freeBytes: () => 1_500_000_000 });
    expect(message).toContain('3.0 GB are still to come and 200 MB must stay free, but only 1.5 GB are free');
    const files = both();
    const needed = 200_000_000 + 3000;
    expect(await box.refusal(files, { freeBytes: () => needed - 1 })).toContain('Free some space');
    box.write('a.bin.part', A.subarray(0, 400));
    box.write('a.bin.part.json', JSON.stringify(files[1]));
    expect(await box.refusal(files, { freeBytes: () => needed - 401 })).toContain('Free some space');
    expect(box.server.requests.length).toBe(0);
    await box.fetch(files, { freeBytes: () => needed - 400 });
    await box.fetch(files, { freeBytes: () => 0 });
  });

  test('a disk that does not say how much is free', async () => {
    expect((await box.fetch(both(), { freeBytes: () => undefined })).length).toBe(2);
  });

  test('offline: what is missing is named, and nothing is asked or made', async () => {
    const files = both();
    box.write('a.bin', A);
    const message = await box.refusal(files, { offline: true });
    expect(message).toContain('not all files are there, and with --offline none is downloaded: b.bin.');
    expect(box.list()).toStrictEqual(['a.bin']);
    expect(box.server.requests.length).toBe(0);
    expect((await box.fetch([files[1]!], { offline: true }))[0]?.wasPresent).toBe(true);
    await box.refusal(files, { offline: true, folder: join(box.folder, 'absent') });
    expect(box.list()).toStrictEqual(['a.bin']);
  });

  test.each([
    ['a name that climbs', { name: '../a.bin' }, 'not a plain file name'],
    ['a name with a folder', { name: 'x/a.bin' }, 'not a plain file name'],
    ['a name of ours', { name: 'a.bin.part' }, 'not a plain file name'],
    ['a name twice', { name: 'B.bin' }, 'is there twice'],
    ['another scheme', { url: 'ftp://a.example/a' }, 'address ftp'],
    ['a hash that is none', { hash: { kind: 'sha256', hex: 'ab' } as const }, 'hash ab'],
    ['a negative size', { bytes: -1 }, '-1 bytes'],
  ])('a catalogue with %s is a bug', async (_, differs, says) => {
    const files = [box.remote('b.bin', B), box.remote('a.bin', A, differs)];
    const error = await box.fetch(files).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(UserError);
    expect(String(error)).toContain(says);
  });
});

describe('one process at a time', () => {
  test('the second is refused, and the first goes on', async () => {
    const [, a] = both();
    box.server.on('/a.bin', beginning(A, 500), file(A));
    let second: Promise<string> | undefined;
    box.at('a.bin', 500, () => {
      second = box.refusal([a!]);
      void second.then(() => box.server.cut());
    });
    await box.fetch([a!]);
    expect(await second!).toContain(`(process ${process.pid}`);
    expect(box.read('a.bin')).toStrictEqual(Buffer.from(A));
    expect(box.list()).toStrictEqual(['a.bin', 'fetched.json']);
  });

  test('what somebody else finished meanwhile is not downloaded again', async () => {
    const files = both();
    await box.fetch(files);
    box.write('a.bin', 'not the right one');
    box.watch = (progress) => {
      if (progress.kind === 'note' && progress.note === 'replaced') box.write('a.bin', A);
    };
    await box.fetch(files);
    expect(box.server.requests.length).toBe(2);
  });
});

describe('several at once', () => {
  test.each([1, 3])('%d', async (parallel) => {
    let most = 0;
    let open = 0;
    // Answered together, as soon as so many have asked.
    const asking: (() => void)[] = [];
    const files = [1, 2, 3, 4, 5, 6].map((seed) => {
      const bytes = content(100 * seed, seed);
      box.server.on(`/${seed}.bin`, (_, connection) => {
        open += 1;
        most = Math.max(most, open);
        asking.push(() => connection.answer(200, { 'Content-Length': bytes.length }, bytes));
        if (asking.length === parallel) for (const answer of asking.splice(0)) answer();
      });
      return box.remote(`${seed}.bin`, bytes);
    });
    box.watch = (progress) => {
      if (progress.kind === 'note' && progress.note === 'done') open -= 1;
    };
    const fetched = await box.fetch(files, { parallel });
    expect(most).toBe(parallel);
    expect(fetched.map(({ name }) => name)).toStrictEqual(files.map(({ name }) => name));
    const overall = box.events.flatMap((event) => (event.kind === 'bytes' ? [event.overall] : []));
    expect(overall.every(({ total }) => total === 2100)).toBe(true);
    expect(overall.map(({ done }) => done)).toStrictEqual(overall.map(({ done }) => done).sort((a, b) => a - b));
    expect(overall.at(-1)?.secondsLeft).toBe(0);
  });

  test('one that fails stops the others, whose parts stay', async () => {
    const [b, a] = both();
    box.server.on('/a.bin', beginning(A, 700));
    const arrived = Promise.withResolvers<() => void>();
    box.server.on('/b.bin', (request, connection) => {
      arrived.resolve(() => status(404)(request, connection));
    });
    box.at('a.bin', 700, () => void arrived.promise.then((answer) => answer()));
    expect(await box.refusal([b!, a!])).toContain('b.bin does not exist (404)');
    expect(box.read('a.bin.part')).toStrictEqual(Buffer.from(A.subarray(0, 700)));
    expect(box.list()).toContain('a.bin.part.json');
    expect(box.list()).not.toContain('.virnucpro.lock');
  });
});

describe('an abort', () => {
  const stop = new Error('stopped by hand');

  test('in the middle ends it with its reason, and the next time goes on', async () => {
    const controller = new AbortController();
    const [, a] = both();
    box.server.on('/a.bin', beginning(A, 600), file(A));
    box.at('a.bin', 600, () => controller.abort(stop));
    const error = await box.fetch([a!], { signal: controller.signal }).catch((reason: unknown) => reason);
    expect(error).toBe(stop);
    expect(box.list()).toStrictEqual(['a.bin.part', 'a.bin.part.json']);
    expect(box.notes('a.bin')).toStrictEqual(['started']);
    await box.fetch([a!]);
    expect(box.server.seen('/a.bin')[1]?.get('range')).toBe('bytes=600-');
    expect(box.read('a.bin')).toStrictEqual(Buffer.from(A));
  });

  test('while waiting for the next attempt', async () => {
    const controller = new AbortController();
    box.server.on('/a.bin', status(503));
    box.watch = (progress) => {
      if (progress.kind === 'note' && progress.note === 'waiting') controller.abort(stop);
    };
    const error = await box
      .fetch([box.remote('a.bin', A)], { signal: controller.signal })
      .catch((reason: unknown) => reason);
    expect(error).toBe(stop);
    expect(box.server.requests.length).toBe(1);
  });

  test('before the beginning, and while a file is hashed', async () => {
    const files = both();
    const aborted = box.fetch(files, { signal: AbortSignal.abort(stop) });
    expect(await aborted.catch((reason: unknown) => reason)).toBe(stop);
    box.write('a.bin', content(1000, 9));
    const large = content(1_500_000, 3);
    box.write('b.bin', large);
    const controller = new AbortController();
    box.watch = () => controller.abort(stop);
    const hashing = box.fetch([box.remote('b.bin', large)], { signal: controller.signal });
    expect(await hashing.catch((reason: unknown) => reason)).toBe(stop);
    expect(box.server.requests.length).toBe(0);
  });
});

test('a part is not given up for a web page or for another file', async () => {
  const [, a] = both();
  box.write('a.bin.part', A.subarray(0, 400));
  box.write('a.bin.part.json', JSON.stringify(a));
  box.server.on(
    '/a.bin',
    raw(200, { 'Content-Type': 'text/html' }, 'log in'),
    raw(200, { 'Content-Length': 5 }, 'other'),
  );
  expect(await box.refusal([a!])).toContain('answers with a web page');
  expect(await box.refusal([a!])).toContain('it is another file');
  expect(box.read('a.bin.part')).toStrictEqual(Buffer.from(A.subarray(0, 400)));
});

test('what the disk refuses is a sentence with exit code 1', async () => {
  mkdirSync(join(box.folder, 'a.bin.part'));
  const error = await box.fetch(both()).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  expect(error instanceof UserError && [error.exitCode, error.where.file]).toStrictEqual([
    EXIT.runtime,
    join(box.folder, 'a.bin'),
  ]);
  expect(String(error)).toContain('cannot be written');
});

test('with the clock and the disk of this machine', async () => {
  const fetched = await box.fetch(both(), { clock: undefined, freeBytes: undefined });
  expect(fetched.map(({ name }) => name)).toStrictEqual(['b.bin', 'a.bin']);
});
