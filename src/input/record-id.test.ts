import { describe, expect, test } from 'bun:test';
import { HeaderWord } from './record-id.ts';

const text = (word: HeaderWord) => Buffer.from(word.bytes.subarray(0, word.length)).toString('utf8');

/** Takes over a header line (its text after `>`), given in Latin-1: one character is one byte. */
function finish(word: HeaderWord, header: string): boolean {
  const block = Buffer.from(`..${header}\n`, 'latin1');
  const end = word.take(block, 2, block.length, 'x.fa', 1);
  return word.finish(block[end] === 0x0a);
}

function name(header: string): string | undefined {
  const word = new HeaderWord();
  return finish(word, header) ? text(word) : undefined;
}

describe('HeaderWord', () => {
  test.each([
    ['contig1', 'contig1'],
    ['contig1 of something', 'contig1'],
    ['contig1\tof something', 'contig1'],
    [' \t contig1', 'contig1'],
    ['gc_rich|x|1;>~', 'gc_rich|x|1;>~'],
    ['contig1\r', 'contig1'],
    ['contig1\r\r', 'contig1'],
    ['contig1 x\r', 'contig1'],
    ['', undefined],
    ['\r', undefined],
    ['  \t', undefined],
    ['esc\x1b[31m', 'esc\\x1b[31m'],
    ['nul\x00vt\x0bcr\rx', 'nul\\x00vt\\x0bcr\\x0dx'],
    ['cr\r and more', 'cr\\x0d'],
    ['del\x7f', 'del\\x7f'],
    ['back\\slash', 'back\\slash'],
  ])('%j is %s', (header, expected) => {
    expect(name(header)).toBe(expected!);
  });

  test('is read as UTF-8: controls of C1 are escaped, other letters stay, broken bytes become U+FFFD', () => {
    const latin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');
    expect(name(latin1('virus_é_病毒'))).toBe('virus_é_病毒');
    expect(name(latin1('a\u0085b\u009fc\u00a0d'))).toBe('a\\x85b\\x9fc\u00a0d');
    expect(name('bad\xff\xc3')).toBe('bad\ufffd\ufffd');
  });

  test('is used for one header after the other', () => {
    const word = new HeaderWord();
    word.take(Buffer.from('\x1bodd and'), 0, 8, 'x.fa', 1);
    expect(word.finish(false)).toBe(true);
    expect(text(word)).toBe('\\x1bodd');
    word.clear();
    expect(word.take(Buffer.from('..plx'), 2, 4, 'x.fa', 1)).toBe(4);
    expect(word.take(Buffer.from('ain\n'), 0, 4, 'x.fa', 1)).toBe(3);
    expect(word.finish(true)).toBe(true);
    expect(text(word)).toBe('plain');
    word.clear();
    expect(finish(word, ' ')).toBe(false);
    word.number(12);
    expect(text(word)).toBe('unnamed_12');
  });

  test('may be long, but not without end', () => {
    expect(name('x'.repeat(100_000))).toBe('x'.repeat(100_000));
    const word = new HeaderWord();
    expect(finish(word, '\x01'.repeat(1 << 20))).toBe(true); // four times as long when printed
    for (let i = 0; i < 2; i++) {
      word.clear();
      expect(() => finish(word, 'x'.repeat((1 << 20) + 1))).toThrow('x.fa, line 1: the name of a record goes on');
    }
  });
});
