import { describe, expect, test } from 'bun:test';
import { UserError } from '../system/errors.ts';
import { credentialsFor, type Location, sourcesFrom, sourceUrl } from './source-url.ts';

const HUB: Location = { hub: 'huggingface', repository: 'facebook/esm2', revision: 'abc123', path: 'sub/model 1.bin' };
const GIT: Location = { hub: 'github', repository: 'owner/name', revision: 'main', path: 'a#b.pth' };

test.each([
  ['the hubs', undefined, {}, 'https://huggingface.co', 'https://raw.githubusercontent.com'],
  [
    'an empty HF_ENDPOINT',
    undefined,
    { HF_ENDPOINT: ' ' },
    'https://huggingface.co',
    'https://raw.githubusercontent.com',
  ],
  [
    'HF_ENDPOINT',
    undefined,
    { HF_ENDPOINT: 'https://hub.example/x/' },
    'https://hub.example/x',
    'https://raw.githubusercontent.com',
  ],
  [
    'a mirror',
    'http://10.0.0.1:80/m//',
    { HF_ENDPOINT: 'https://hub.example' },
    'http://10.0.0.1/m',
    'http://10.0.0.1/m',
  ],
])('%s', (_, mirror, environment, hub, git) => {
  const sources = sourcesFrom(mirror, environment);
  expect(sourceUrl(HUB, sources)).toBe(`${hub}/facebook/esm2/resolve/abc123/sub/model%201.bin`);
  expect(sourceUrl(GIT, sources)).toBe(`${git}/owner/name/main/a%23b.pth`);
});

test.each([['../x'], ['a//b'], ['./a'], ['']])('a catalogue path %p is a bug', (path) => {
  const build = () => sourceUrl({ ...HUB, path }, sourcesFrom(undefined, {}));
  expect(build).toThrow('catalogue path');
  expect(build).not.toThrow(UserError);
});

test('a base address that cannot be one is refused without being repeated', () => {
  for (const [address, says] of [
    ['mirror.example', 'is not an http or https address'],
    ['file:///mirror', 'is not an http or https address'],
    ['https://me:secret@mirror.example', 'holds a user name or password'],
    ['https://mirror.example?key=secret', 'has a ? or # part'],
    ['https://mirror.example/#', 'has a ? or # part'],
  ] as const) {
    expect(() => sourcesFrom(address, {})).toThrow(`--mirror ${says}`);
    expect(() => sourcesFrom(undefined, { HF_ENDPOINT: address })).toThrow(`HF_ENDPOINT ${says}`);
    expect(() => sourcesFrom(address, {})).not.toThrow('secret');
  }
});

describe('the token', () => {
  const bearer = { Authorization: 'Bearer hf_x' };
  const given = (url: string, endpoint?: string, mirror?: string) =>
    credentialsFor(sourcesFrom(mirror, { HF_TOKEN: ' hf_x\n', HF_ENDPOINT: endpoint }))(new URL(url));

  test('goes to the endpoint', () => {
    expect(given('https://huggingface.co/a')).toEqual(bearer);
    expect(given('https://hub.example/a', 'https://hub.example/x')).toEqual(bearer);
    expect(given('http://127.0.0.1:8/a', 'http://127.0.0.1:8')).toEqual(bearer);
    expect(given('http://localhost:8/a', 'http://localhost:8')).toEqual(bearer);
  });

  test('goes nowhere else', () => {
    expect(given('https://cdn.huggingface.co/a')).toEqual({});
    expect(given('https://huggingface.co:444/a')).toEqual({});
    expect(given('http://huggingface.co/a')).toEqual({});
    expect(given('https://huggingface.co/a', 'https://hub.example')).toEqual({});
    expect(given('https://raw.githubusercontent.com/a')).toEqual({});
    expect(given('https://mirror.example/a', undefined, 'https://mirror.example')).toEqual({});
    expect(given('http://hub.example/a', 'http://hub.example')).toEqual({});
    expect(given('http://localhost.example/a', 'http://localhost.example')).toEqual({});
  });

  test('is optional, and none with a line break in it is sent', () => {
    expect(credentialsFor(sourcesFrom(undefined, { HF_TOKEN: '' }))(new URL('https://huggingface.co'))).toEqual({});
    expect(() => sourcesFrom(undefined, { HF_TOKEN: 'a\r\nX: y' })).toThrow('HF_TOKEN holds characters');
    expect(() => sourcesFrom(undefined, { HF_TOKEN: 'a\r\nX: y' })).not.toThrow('X: y');
  });
});
