import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { content, Fetching } from '../../test/helpers/fetching.ts';
import { file, HttpServer, raw, status } from '../../test/helpers/http-server.ts';
import { nextHop, shown } from './request.ts';

const SMALL = content(1000);
const TOKEN = { Authorization: 'Bearer secret' };

let box: Fetching;
let elsewhere: HttpServer;
beforeEach(async () => {
  box = await Fetching.start();
  elsewhere = await HttpServer.start();
});
afterEach(() => {
  box.close();
  elsewhere.close();
});

const to = (location: string, code = 302) => status(code, { Location: location });
const tokens = (server: HttpServer) => server.requests.map(({ path, headers }) => [path, headers.get('authorization')]);
const everywhere = { credentials: () => TOKEN };

describe('redirects', () => {
  test.each([301, 302, 303, 307, 308])('%d on the same server is followed, with credentials', async (code) => {
    box.server.on('/a.bin', to('/b/../c?x=1', code));
    box.server.on('/c?x=1', file(SMALL));
    await box.fetch([box.remote('a.bin', SMALL)], everywhere);
    expect(box.read('a.bin')).toStrictEqual(Buffer.from(SMALL));
    expect(tokens(box.server)).toStrictEqual([
      ['/a.bin', 'Bearer secret'],
      ['/c?x=1', 'Bearer secret'],
    ]);
  });

  test('to another server drops credentials for good, even on the way back', async () => {
    box.server.on('/a.bin', to(elsewhere.url('/b')));
    elsewhere.on('/b', to(box.server.url('/c')));
    box.server.on('/c', file(SMALL));
    await box.fetch([box.remote('a.bin', SMALL)], everywhere);
    expect([...tokens(box.server), ...tokens(elsewhere)]).toStrictEqual([
      ['/a.bin', 'Bearer secret'],
      ['/c', undefined],
      ['/b', undefined],
    ]);
  });

  test('carry the range with them', async () => {
    box.write('a.bin.part', SMALL.subarray(0, 300));
    const remote = box.remote('a.bin', SMALL);
    box.write('a.bin.part.json', JSON.stringify({ ...remote, validator: '"one"' }));
    box.server.on('/a.bin', to(elsewhere.url('/b')));
    elsewhere.on('/b', file(SMALL));
    await box.fetch([remote]);
    expect(elsewhere.seen('/b').map((headers) => [headers.get('range'), headers.get('if-range')])).toStrictEqual([
      ['bytes=300-', '"one"'],
    ]);
  });

  test('five are followed, six are not, nor is a loop', async () => {
    for (let n = 1; n <= 6; n += 1) box.server.on(`/${n}`, to(`/${n + 1}`));
    box.server.on('/7', file(SMALL));
    await box.fetch([box.remote('a.bin', SMALL, { url: box.server.url('/2') })]);
    expect(await box.refusal([box.remote('b.bin', SMALL, { url: box.server.url('/1') })])).toContain(
      'is redirected more than 5 times',
    );
    box.server.on('/loop', to('/loop'));
    const before = box.server.requests.length;
    expect(await box.refusal([box.remote('b.bin', SMALL, { url: box.server.url('/loop') })])).toContain('more than 5');
    expect(box.server.requests.length - before).toBe(6);
  });

  test.each([
    ['no address', raw(302, { 'Content-Length': 0 }, '')],
    ['an address that is none', to('http://[')],
    ['a file', to('file:///etc/passwd')],
  ])('to %s are refused', async (_, reply) => {
    box.server.on('/a.bin', reply);
    expect(await box.refusal([box.remote('a.bin', SMALL)])).toContain('redirected to an address that cannot be used');
  });

  test('never leave encryption', () => {
    const first = new URL('https://hub.example/a');
    const hop = (location: string, from = first, start = first) => nextHop(start, from, location, 'a').href;
    expect(hop('https://cdn.example/b?sign=1')).toBe('https://cdn.example/b?sign=1');
    expect(hop('//cdn.example/b')).toBe('https://cdn.example/b');
    expect(() => hop('http://hub.example/b')).toThrow(
      'a: https://hub.example/a is redirected to http://hub.example/b, which is not encrypted.',
    );
    expect(hop('http://b.example/', new URL('http://a.example/'), new URL('http://a.example/'))).toBe(
      'http://b.example/',
    );
    expect(hop('https://user:word@cdn.example/b')).toBe('https://cdn.example/b');
  });
});

test('a message shows no query: links of storage services hold secrets', async () => {
  box.server.on('/a.bin', to('/b?signature=secret'));
  box.server.on('/b?signature=secret', status(403));
  const message = await box.refusal([box.remote('a.bin', SMALL)]);
  expect(message).toContain(`${box.server.url('/b')} refuses access`);
  expect(message).not.toContain('secret');
  expect(shown(new URL('https://user:word@a.example/b?c#d'))).toBe('https://a.example/b');
});
