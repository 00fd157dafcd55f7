import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { content, Fetching, sha256 } from '../../test/helpers/fetching.ts';
import { beginning, chunked, file, rangeOf, raw, status } from '../../test/helpers/http-server.ts';

/** More than two blocks of 1 MiB. */
const LARGE = content(2_500_000);
const SMALL = content(1000, 2);
const OTHER = content(1000, 3);

let box: Fetching;
beforeEach(async () => {
  box = await Fetching.start();
});
afterEach(() => box.close());

describe('a server that will not go on', () => {
  beforeEach(() => box.part('a.bin', SMALL, OTHER.subarray(0, 400)));

  test.each([
    ['because it ignores ranges', raw(200, { 'Content-Length': 1000, ETag: '"one"' }, SMALL)],
    ['because its file has another ETag', file(SMALL, '"two"')],
  ])('%s: from the beginning', async (_, reply) => {
    box.server.on('/a.bin', reply);
    await box.fetch([box.remote('a.bin', SMALL)]);
    expect(box.read('a.bin')).toStrictEqual(Buffer.from(SMALL));
    expect(box.notes('a.bin')).toStrictEqual(['restarted', 'started', 'done']);
  });

  test.each([
    ['sends the range of another ETag', raw(206, { ...rangeOf(SMALL, 400), ETag: '"two"' }, SMALL.subarray(400))],
    ['finds nothing behind it (416) and has another size', status(416, { 'Content-Range': 'bytes */300' })],
    ['finds nothing behind it (416) and says no size', status(416)],
  ])('or %s', async (_, reply) => {
    box.server.on('/a.bin', reply, file(SMALL));
    await box.fetch([box.remote('a.bin', SMALL)]);
    expect(box.read('a.bin')).toStrictEqual(Buffer.from(SMALL));
    expect(box.notes('a.bin')).toStrictEqual(['restarted', 'waiting', 'started', 'done']);
  });

  test('416 for ever is an error', async () => {
    box.server.on('/a.bin', status(416, { 'Content-Range': 'bytes */1000' }));
    expect(await box.refusal([box.remote('a.bin', SMALL)])).toContain('answers with status 416');
  });

  test.each([
    ['another start', 'bytes 300-999/1000'],
    ['an end beyond the file', 'bytes 400-1000/1000'],
    ['an end before its start', 'bytes 400-399/1000'],
    ['another unit', 'items 400-999/1000'],
    ['no numbers', 'bytes */1000'],
  ])('a Content-Range with %s is refused', async (_, range) => {
    box.server.on('/a.bin', raw(206, { 'Content-Range': range }, SMALL.subarray(400)));
    expect(await box.refusal([box.remote('a.bin', SMALL)])).toContain(`the bytes from 400 on and sent "${range}"`);
    expect(box.read('a.bin.part')).toStrictEqual(Buffer.from(OTHER.subarray(0, 400)));
  });

  test('a Content-Range of another size, or beside another length, is refused', async () => {
    box.server.on('/a.bin', raw(206, { 'Content-Range': 'bytes 400-1999/2000' }, ''));
    expect(await box.refusal([box.remote('a.bin', SMALL)])).toContain('has 2000 bytes, and the catalogue says 1000');
    box.server.on('/a.bin', raw(206, { ...rangeOf(SMALL, 400), 'Content-Length': 700 }, ''));
    expect(await box.refusal([box.remote('a.bin', SMALL)])).toContain('announces 700 bytes and the range');
  });

  test('a range that is longer than it says is refused, and what was there before stays', async () => {
    const body = chunked(content(700));
    box.server.on('/a.bin', raw(206, { ...rangeOf(SMALL, 400), 'Transfer-Encoding': 'chunked' }, body));
    expect(await box.refusal([box.remote('a.bin', SMALL)])).toContain('sends more than');
    expect(box.read('a.bin.part')).toStrictEqual(Buffer.from(OTHER.subarray(0, 400)));
  });
});

test('a part of unknown size that is longer than what the server has now', async () => {
  box.part('a.bin', SMALL, OTHER.subarray(0, 800), { bytes: undefined, total: undefined });
  const now = SMALL.subarray(0, 300);
  box.server.on('/a.bin', status(416, { 'Content-Range': 'bytes */300' }), file(now));
  const hash = { kind: 'sha256', hex: sha256(SMALL) } as const;
  expect(await box.refusal([box.remote('a.bin', now, { bytes: undefined, hash })])).toContain(`is ${sha256(now)}`);
  box.part('a.bin', SMALL, OTHER.subarray(0, 800), { bytes: undefined, hash: undefined, total: undefined });
  box.server.on('/a.bin', status(416, { 'Content-Range': 'bytes */300' }), file(now, '"two"'));
  await box.fetch([box.remote('a.bin', now, { bytes: undefined, hash: undefined })]);
  expect(box.read('a.bin')).toStrictEqual(Buffer.from(now));
});

test('a range of a file whose size nobody says', async () => {
  const body = chunked(SMALL.subarray(400, 700));
  const range = raw(206, { 'Content-Range': 'bytes 400-999/*', 'Transfer-Encoding': 'chunked' }, body);
  box.part('a.bin', SMALL, SMALL.subarray(0, 400), { bytes: undefined, total: undefined });
  box.server.on('/a.bin', range, file(SMALL));
  await box.fetch([box.remote('a.bin', SMALL, { bytes: undefined })]);
  expect(box.notes('a.bin')).toStrictEqual(['resumed', 'waiting', 'resumed', 'done']);
  const unknown = { bytes: undefined, hash: undefined };
  box.part('b.bin', SMALL, SMALL.subarray(0, 400), { ...unknown, total: undefined });
  box.server.on('/b.bin', range);
  expect(await box.refusal([box.remote('b.bin', SMALL, unknown)])).toContain('does not say how long the file is');
});

test('a part of unknown size that turns out to be whole (416)', async () => {
  box.part('a.bin', SMALL, SMALL, { bytes: undefined, total: undefined });
  box.server.on('/a.bin', file(SMALL));
  await box.fetch([box.remote('a.bin', SMALL, { bytes: undefined })]);
  expect(box.read('a.bin')).toStrictEqual(Buffer.from(SMALL));
  expect(box.server.seen('/a.bin').map((headers) => headers.get('range'))).toStrictEqual(['bytes=1000-']);
});

describe('lies about the length', () => {
  test('another one than the catalogue says is refused before a byte is taken', async () => {
    for (const [length, body] of [
      [1001, content(1001)],
      [999, content(999)],
    ] as const) {
      box.server.on('/a.bin', raw(200, { 'Content-Length': length }, body));
      const message = await box.refusal([box.remote('a.bin', SMALL)]);
      expect(message).toContain(`has ${length} bytes, and the catalogue says 1000: it is another file`);
      expect(box.read('a.bin.part')?.length).toBe(0);
    }
  });

  test('a body without end is stopped at the size of the catalogue, or at what the disk can hold', async () => {
    const endless = (_: unknown, connection: Parameters<ReturnType<typeof raw>>[1]) =>
      connection.hold(200, { 'Transfer-Encoding': 'chunked' }, chunked(LARGE).subarray(0, -5));
    box.server.on('/a.bin', endless);
    expect(await box.refusal([box.remote('a.bin', SMALL)])).toContain(
      'sends more than it announced or the catalogue says (1.0 kB)',
    );
    const unknown = box.remote('a.bin', SMALL, { bytes: undefined });
    expect(await box.refusal([unknown], { freeBytes: () => 200_100_000 })).toContain(
      'more than fits on this disk (100 kB)',
    );
    expect(box.read('a.bin.part')?.length).toBe(0);
  });

  test('of a body that went beyond its size nothing is kept', async () => {
    const longer = chunked(content(4_000_000), 400);
    box.server.on('/a.bin', raw(200, { 'Transfer-Encoding': 'chunked' }, longer));
    expect(await box.refusal([box.remote('a.bin', LARGE)])).toContain('sends more than it announced');
    expect(box.events.some((event) => event.kind === 'bytes' && event.done > 1_100_000)).toBe(true);
    expect(box.read('a.bin.part')?.length).toBe(0);
  });

  test('a body that ends too early is a cut', async () => {
    box.server.on(
      '/a.bin',
      raw(200, { 'Transfer-Encoding': 'chunked', ETag: '"one"' }, chunked(SMALL.subarray(0, 300))),
      file(SMALL),
    );
    await box.fetch([box.remote('a.bin', SMALL)]);
    expect(box.read('a.bin')).toStrictEqual(Buffer.from(SMALL));
    expect(box.server.seen('/a.bin')[1]?.get('range')).toBe('bytes=300-');
  });
});

describe('altered bytes', () => {
  test('are thrown away, with both hashes in the message', async () => {
    box.server.on('/a.bin', file(OTHER));
    box.write('a.bin', 'what was there before');
    const message = await box.refusal([box.remote('a.bin', SMALL)]);
    expect(message).toContain(`its sha256 is ${sha256(OTHER)}, and the catalogue says ${sha256(SMALL)}`);
    expect(box.read('a.bin')?.toString()).toBe('what was there before');
    expect(box.list()).toStrictEqual(['a.bin']);
    expect(box.server.requests.length).toBe(1);
  });

  test('behind a part are fetched once more, in one piece', async () => {
    box.part('a.bin', SMALL, OTHER.subarray(0, 400));
    box.server.on('/a.bin', file(SMALL));
    await box.fetch([box.remote('a.bin', SMALL)]);
    expect(box.read('a.bin')).toStrictEqual(Buffer.from(SMALL));
    expect(box.notes('a.bin')).toStrictEqual(['resumed', 'restarted', 'started', 'done']);
    expect(box.server.seen('/a.bin').map((headers) => headers.get('range'))).toStrictEqual(['bytes=400-', undefined]);
  });

  test('behind a cut likewise, but only once', async () => {
    box.server.on('/a.bin', beginning(SMALL, 500), file(OTHER), beginning(OTHER, 500, '"two"'), file(OTHER, '"two"'));
    box.watch = (progress) => {
      if (progress.kind === 'bytes' && progress.done === 500) box.server.cut();
    };
    expect(await box.refusal([box.remote('a.bin', SMALL)])).toContain(`is ${sha256(OTHER)}`);
    expect(box.server.seen('/a.bin').map((headers) => headers.get('range'))).toStrictEqual([
      undefined,
      'bytes=500-',
      undefined,
      'bytes=500-',
    ]);
  });

  test('twice are an error', async () => {
    box.part('a.bin', SMALL, OTHER.subarray(0, 400));
    box.server.on('/a.bin', file(OTHER));
    expect(await box.refusal([box.remote('a.bin', SMALL)])).toContain(`is ${sha256(OTHER)}`);
    expect(box.server.requests.length).toBe(2);
  });
});
