import { describe, expect, test } from 'bun:test';
import { crc32 } from 'node:zlib';
import { bgzipBlock, bytesOf, gzip, joined } from '../../test/helpers/containers.ts';
import { HEAD_MAX_BYTES, inflateBlock, memberHead } from './gzip-member.ts';

const FIXED = [0x1f, 0x8b, 8];
const head = (flags: number, ...rest: number[]) => Uint8Array.of(...FIXED, flags, 0, 0, 0, 0, 0, 255, ...rest);

describe('memberHead', () => {
  test('counts all optional fields, and waits for each of them', () => {
    const named = head(2 | 4 | 8 | 16, 3, 0, 9, 9, 9, ...bytesOf('x.fa'), 0, ...bytesOf('hi'), 0);
    const check = crc32(named) & 0xffff;
    const whole = joined(named, Uint8Array.of(check & 0xff, check >> 8));
    expect(memberHead(joined(whole, bytesOf('data')))).toEqual({ bytes: whole.length, blockBytes: undefined });
    for (let length = 0; length < whole.length; length++) expect(memberHead(whole.subarray(0, length))).toBe('short');
    expect(memberHead(joined(named, Uint8Array.of(check & 0xff, (check >> 8) ^ 1)))).toBe('none');
  });

  test('other magic, methods and reserved flags are no head', () => {
    expect(memberHead(bytesOf('>a'))).toBe('none');
    expect(memberHead(Uint8Array.of(0x1f, 0x8c))).toBe('none');
    expect(memberHead(Uint8Array.of(0x1f, 0x8b, 7))).toBe('none');
    expect(memberHead(head(0x20))).toBe('none');
  });

  test('a name without an end is damage', () => {
    const endless = joined(head(8), new Uint8Array(HEAD_MAX_BYTES).fill(65));
    expect(memberHead(endless.subarray(0, HEAD_MAX_BYTES - 1))).toBe('short');
    expect(memberHead(endless)).toBe('none');
  });

  test('the size of a bgzip block stands among other extra fields', () => {
    const block = bgzipBlock(bytesOf('ACGT'), Uint8Array.of(0x42, 0x44, 2, 0, 1, 1, 0x41, 0x41, 0, 0));
    expect(memberHead(block)).toEqual({ bytes: 28, blockBytes: block.length });
  });

  test('a block without room for its trailer is none', () => {
    const block = bgzipBlock(bytesOf('ACGT'));
    block[16] = 24;
    expect(memberHead(block)).toBe('none');
  });
});

describe('inflateBlock', () => {
  test('gives the data of a sound block only', () => {
    const block = bgzipBlock(bytesOf('ACGTACGT')).slice();
    expect(inflateBlock(block)).toEqual(bytesOf('ACGTACGT'));
    for (const at of [block.length - 1, block.length - 4, block.length - 5, block.length - 8, 20]) {
      const damaged = block.slice();
      damaged[at]! ^= 1;
      expect(inflateBlock(damaged)).toBeUndefined();
    }
  });

  test('a size that takes in more than the block is damage', () => {
    expect(inflateBlock(joined(gzip(bytesOf('ACGT')), gzip(bytesOf('TTTT'))).slice())).toBeUndefined();
  });
});
