import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { content, Fetching, gitBlob, sha256 } from '../../test/helpers/fetching.ts';
import { beginning, chunked, file, rangeOf, raw, status } from '../../test/helpers/http-server.ts';

/** More than two blocks of 1 MiB. */
const LARGE = content(2_500_000);
const SMALL = content(1000, 2);

let box: Fetching;
beforeEach(async () => {
  box = await Fetching.start();
});
afterEach(() => box.close());

describe('what comes whole', () => {
  test.each([
    ['with a length', file(LARGE)],
    ['in chunks, without a length', raw(200, { 'Transfer-Encoding': 'chunked' }, chunked(LARGE))],
    ['until the connection ends', raw(200, {}, LARGE)],
  ])('%s', async (_, reply) => {
    box.server.on('/a.bin', reply);
    const [fetched] = await box.fetch([box.remote('a.bin', LARGE)]);
    expect(box.read('a.bin')).toStrictEqual(Buffer.from(LARGE));
    expect(fetched).toStrictEqual({
      name: 'a.bin',
      path: `${box.folder}/a.bin`,
      bytes: LARGE.length,
      sha256: sha256(LARGE),
      wasPresent: false,
    });
    expect(box.list()).toStrictEqual(['a.bin', 'fetched.json']);
    expect(box.notes('a.bin')).toStrictEqual(['started', 'done']);
    expect(box.server.seen('/a.bin').map((headers) => headers.get('accept-encoding'))).toStrictEqual(['identity']);
  });

  test.each([
    ['known to be empty, without a request', 0, 0],
    ['found to be empty', undefined, 1],
  ])('an empty file, %s', async (_, bytes, requests) => {
    const nothing = new Uint8Array(0);
    box.server.on('/a.bin', file(nothing));
    const [fetched] = await box.fetch([box.remote('a.bin', nothing, { bytes })]);
    expect([fetched?.bytes, box.read('a.bin')?.length, box.server.requests.length]).toStrictEqual([0, 0, requests]);
  });

  test.each([
    ['with its size in the catalogue', LARGE.length],
    ['without', undefined],
  ])("git's name of the content, %s", async (_, bytes) => {
    box.server.on('/a.bin', file(LARGE));
    const hash = { kind: 'git-blob-sha1', hex: gitBlob(LARGE) } as const;
    const [fetched] = await box.fetch([box.remote('a.bin', LARGE, { bytes, hash })]);
    expect(fetched?.sha256).toBe(sha256(LARGE));
    const wrong = box.remote('b.bin', LARGE, {
      url: box.server.url('/a.bin'),
      bytes,
      hash: { ...hash, hex: gitBlob(SMALL) },
    });
    expect(await box.refusal([wrong])).toContain(`its git-blob-sha1 is ${gitBlob(LARGE)}`);
  });

  test('nothing known beforehand', async () => {
    box.server.on('/a.bin', raw(200, { 'Transfer-Encoding': 'chunked' }, chunked(SMALL)));
    const [fetched] = await box.fetch([box.remote('a.bin', SMALL, { bytes: undefined, hash: undefined })]);
    expect(fetched?.sha256).toBe(sha256(SMALL));
    box.server.on('/b.bin', raw(200, {}, SMALL));
    const silent = box.remote('b.bin', SMALL, { bytes: undefined, hash: undefined });
    expect(await box.refusal([silent])).toContain('does not say how long the file is');
  });
});

describe('a cut', () => {
  test('is gone on with from the byte where it happened', async () => {
    box.server.on('/a.bin', beginning(LARGE, 1_200_000), file(LARGE));
    box.at('a.bin', 1_200_000, () => box.server.cut());
    await box.fetch([box.remote('a.bin', LARGE)]);
    expect(box.read('a.bin')).toStrictEqual(Buffer.from(LARGE));
    expect(box.server.seen('/a.bin')[1]?.get('range')).toBe('bytes=1200000-');
    expect(box.server.seen('/a.bin')[1]?.get('if-range')).toBe('"one"');
    expect(box.notes('a.bin')).toStrictEqual(['started', 'waiting', 'resumed', 'done']);
    expect(box.clock.waits).toStrictEqual([1000]);
  });

  test('without getting further is an error after five more attempts, with longer and longer waits', async () => {
    box.server.on('/a.bin', beginning(SMALL, 600), (_, connection) => connection.hangUp());
    box.at('a.bin', 600, () => box.server.cut());
    const message = await box.refusal([box.remote('a.bin', SMALL)]);
    expect(message).toStartWith(
      'a.bin: the download stopped at 600 B of 1.0 kB: the connection was cut, 6 times without',
    );
    expect(message).toContain('it goes on where it stopped');
    expect(box.clock.waits).toStrictEqual([1000, 2000, 4000, 8000, 16000]);
    expect(box.read('a.bin.part')).toStrictEqual(Buffer.from(SMALL.subarray(0, 600)));
  });

  test('that comes again and again, a little further each time, is no error', async () => {
    const pieces = Array.from({ length: 10 }, (_, i) => 100 * i);
    box.server.on(
      '/a.bin',
      ...pieces.map((from) =>
        from === 0
          ? beginning(SMALL, 100)
          : raw(
              206,
              { ETag: '"one"', 'Content-Range': `bytes ${from}-${from + 99}/1000` },
              SMALL.subarray(from, from + 100),
            ),
      ),
    );
    box.at('a.bin', 100, () => box.server.cut());
    await box.fetch([box.remote('a.bin', SMALL)]);
    expect(box.read('a.bin')).toStrictEqual(Buffer.from(SMALL));
    expect(box.clock.waits).toStrictEqual(Array.from({ length: 9 }, () => 1000));
  });

  test('that comes no later than once before is one, whatever the server calls its file', async () => {
    let n = 0;
    const reach = () => (n % 2 === 1 ? 600 : 300);
    box.server.on('/a.bin', (_, connection) => {
      n += 1;
      connection.hold(200, { 'Content-Length': 1000, ETag: `"${n}"` }, SMALL.subarray(0, reach()));
    });
    box.watch = (progress) => {
      if (progress.kind === 'bytes' && progress.done === reach()) box.server.cut();
    };
    expect(await box.refusal([box.remote('a.bin', SMALL)])).toContain('6 times without getting further');
    expect(n).toBe(6);
  });

  test('in the middle of a chunk', async () => {
    const body = chunked(SMALL, 2).subarray(0, 700);
    box.server.on(
      '/a.bin',
      (_, connection) => connection.hold(200, { 'Transfer-Encoding': 'chunked' }, body),
      file(SMALL),
    );
    box.at('a.bin', 1, () => box.server.cut());
    await box.fetch([box.remote('a.bin', SMALL, { bytes: undefined })]);
    expect(box.read('a.bin')).toStrictEqual(Buffer.from(SMALL));
  });
});

test('silence is a stall, in the body and before the answer', async () => {
  box.server.on(
    '/a.bin',
    beginning(SMALL, 600),
    () => queueMicrotask(() => box.clock.stall()), // no answer at all
    file(SMALL),
  );
  box.at('a.bin', 600, () => setImmediate(() => box.clock.stall()));
  await box.fetch([box.remote('a.bin', SMALL)]);
  expect(box.read('a.bin')).toStrictEqual(Buffer.from(SMALL));
  const waiting = box.events.filter((event) => event.kind === 'note' && event.note === 'waiting');
  expect(waiting.map((event) => event.kind === 'note' && event.message)).toStrictEqual([
    'At 600 B of 1.0 kB no byte came for 1 min 00 s; trying again in 1.0 s.',
    'At 600 B of 1.0 kB no byte came for 1 min 00 s; trying again in 2.0 s.',
  ]);
  expect(box.server.seen('/a.bin').length).toBe(3);
});

describe('a part from another time', () => {
  test('is hashed and gone on with', async () => {
    box.part('a.bin', SMALL, SMALL.subarray(0, 400));
    box.server.on('/a.bin', file(SMALL));
    await box.fetch([box.remote('a.bin', SMALL)]);
    expect(box.read('a.bin')).toStrictEqual(Buffer.from(SMALL));
    expect(box.notes('a.bin')).toStrictEqual(['resumed', 'done']);
    expect(box.server.seen('/a.bin')[0]?.get('range')).toBe('bytes=400-');
    expect(box.events.find((event) => event.kind === 'bytes')).toMatchObject({ phase: 'checking', done: 400 });
  });

  test('of another address is gone on with where a hash will tell, unconditionally', async () => {
    box.part('a.bin', SMALL, SMALL.subarray(0, 400), { url: 'https://elsewhere.example/a.bin', validator: '"theirs"' });
    box.server.on('/a.bin', file(SMALL));
    await box.fetch([box.remote('a.bin', SMALL)]);
    const [headers] = box.server.seen('/a.bin');
    expect([headers?.get('range'), headers?.get('if-range')]).toStrictEqual(['bytes=400-', undefined]);
  });

  test.each([
    ['that is whole needs no request', SMALL, {}, []],
    ['that is too long is not used', content(1001), {}, [undefined]],
    ['of another hash is not used', SMALL.subarray(0, 400), { hash: { kind: 'sha256', hex: '0' } }, [undefined]],
    ['of another size is not used', SMALL.subarray(0, 400), { bytes: 999 }, [undefined]],
  ])('%s', async (_, bytes, differs, ranges) => {
    box.part('a.bin', SMALL, bytes, differs);
    box.server.on('/a.bin', file(SMALL));
    await box.fetch([box.remote('a.bin', SMALL)]);
    expect(box.read('a.bin')).toStrictEqual(Buffer.from(SMALL));
    expect(box.server.seen('/a.bin').map((headers) => headers.get('range'))).toStrictEqual(ranges);
  });

  test.each([
    ['of the same address is gone on with', {}, 'bytes=400-'],
    ['of another address is not', { url: 'https://elsewhere.example/a.bin' }, undefined],
    ['without a validator is not', { validator: undefined }, undefined],
  ])('without a known hash: one %s', async (_, differs, range) => {
    box.part('a.bin', SMALL, SMALL.subarray(0, 400), { hash: undefined, ...differs });
    box.server.on('/a.bin', file(SMALL));
    await box.fetch([box.remote('a.bin', SMALL, { hash: undefined })]);
    expect(box.read('a.bin')).toStrictEqual(Buffer.from(SMALL));
    expect(box.server.seen('/a.bin')[0]?.get('range')).toBe(range);
  });

  test('without its note, or with one that is no JSON, is not used', async () => {
    for (const note of ['', '{"url":', '[]', '{"url":3}']) {
      box.write('a.bin.part', SMALL.subarray(0, 400));
      box.write('a.bin.part.json', note);
      box.write('a.bin', '');
      box.server.on('/a.bin', file(SMALL));
      await box.fetch([box.remote('a.bin', SMALL)]);
    }
    expect(box.server.seen('/a.bin').map((headers) => headers.get('range'))).toStrictEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('statuses', () => {
  const date = (ms: number) => new Date(ms).toUTCString();

  test.each([
    ['429', status(429), [1000]],
    ['503 with Retry-After in seconds', status(503, { 'Retry-After': '7' }), [7000]],
    ['500', status(500), [1000]],
  ])('%s is waited for', async (_, reply, waits) => {
    box.server.on('/a.bin', reply, file(SMALL));
    await box.fetch([box.remote('a.bin', SMALL)]);
    expect(box.clock.waits).toStrictEqual(waits);
  });

  test('Retry-After with a date', async () => {
    box.server.on('/a.bin', status(429, { 'Retry-After': date(box.clock.now() + 60_000) }), file(SMALL));
    await box.fetch([box.remote('a.bin', SMALL)]);
    expect(box.clock.waits[0]).toBeWithin(40_000, 60_001);
  });

  test('a longer wait than five minutes is told', async () => {
    box.server.on('/a.bin', status(429, { 'Retry-After': '3600' }));
    expect(await box.refusal([box.remote('a.bin', SMALL)])).toContain('is busy (429) and asks to wait 60 minutes');
  });

  test('busy for ever is an error', async () => {
    box.server.on('/a.bin', status(503));
    expect(await box.refusal([box.remote('a.bin', SMALL)])).toContain('the server is busy (503), 6 times');
    expect(box.server.requests.length).toBe(6);
  });

  test.each([
    [401, 'refuses access (401)', 'HF_TOKEN'],
    [403, 'refuses access (403)', 'HF_TOKEN'],
    [404, 'does not exist (404)', '--mirror'],
    [400, 'answers with status 400', 'Try again later'],
    [204, 'answers with status 204', 'Try again later'],
  ])('%d is told at once', async (code, says, remedy) => {
    box.server.on('/a.bin', status(code));
    const message = await box.refusal([box.remote('a.bin', SMALL)]);
    expect(message).toContain(says);
    expect(message).toContain(remedy);
    expect(box.server.requests.length).toBe(1);
  });

  test('a range that was not asked for, a compressed body, a web page', async () => {
    box.server.on('/a.bin', raw(206, rangeOf(SMALL, 0), SMALL));
    expect(await box.refusal([box.remote('a.bin', SMALL)])).toContain('asked for the bytes from 0 on');
    box.server.on('/a.bin', raw(200, { 'Content-Encoding': 'gzip', 'Content-Length': 1000 }, SMALL));
    expect(await box.refusal([box.remote('a.bin', SMALL)])).toContain('sends the file compressed (gzip)');
    box.server.on('/a.bin', raw(200, { 'Content-Type': 'text/html; charset=utf-8' }, 'please log in'));
    expect(await box.refusal([box.remote('a.bin', SMALL)])).toContain('answers with a web page');
  });

  test('what is not HTTP at all, and nobody there', async () => {
    box.server.on('/a.bin', (_, connection) => connection.hangUp());
    expect(await box.refusal([box.remote('a.bin', SMALL)])).toContain('the connection was cut, 6 times');
    box.server.close();
    expect(await box.refusal([box.remote('a.bin', SMALL)])).toContain('nobody answers at that address, 6 times');
  });
});
