import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { f32, rawSafetensors, writeSafetensors } from '../../../test/helpers/safetensors.ts';
import { UserError } from '../../system/errors.ts';
import { SafetensorsFile } from './safetensors.ts';

const folder = mkdtempSync(join(tmpdir(), 'safetensors-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** One tensor of four bytes per given range; the text of a tensor's entry. */
const entry = (begin: number | string, end: number | string, shape = '[1]', dtype = '"F32"') =>
  `{"dtype":${dtype},"shape":${shape},"data_offsets":[${begin},${end}]}`;
const bytes = (count: number) => new Uint8Array(count);
const withLength = (length: bigint) => {
  const file = rawSafetensors(`{"a":${entry(0, 4)}}`, bytes(4));
  new DataView(file.buffer).setBigUint64(0, length, true);
  return file;
};

const BAD: Readonly<Record<string, readonly [file: Uint8Array, said: string]>> = {
  'an empty file': [bytes(0), 'has 0 bytes'],
  'a header longer than the file': [withLength(1000n), 'more than the file holds'],
  'a header above the limit': [withLength(100_000_001n), 'more than the limit'],
  'a header length beyond 2^63': [withLength(2n ** 64n - 1n), 'more than the limit'],
  'a header that is not UTF-8': [rawSafetensors(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d)), 'not UTF-8'],
  'a byte order mark': [rawSafetensors('\ufeff{}'), 'not valid JSON'],
  'a header that is not JSON': [rawSafetensors('{"a":'), 'not valid JSON'],
  'text after the JSON': [rawSafetensors('{} x'), 'not valid JSON'],
  'a header that is a list': [rawSafetensors('[]'), 'not a JSON object'],
  'a header nested without end': [rawSafetensors('['.repeat(1_000_000)), 'nested deeper'],
  'a tensor name twice': [rawSafetensors(`{"a":${entry(0, 4)},"a":${entry(0, 4)}}`, bytes(4)), '"a" twice'],
  'a name twice, once escaped': [rawSafetensors(`{"a":${entry(0, 4)},"\\u0061":${entry(0, 4)}}`, bytes(4)), 'twice'],
  '__proto__ twice': [rawSafetensors(`{"__proto__":{},"__proto__":${entry(0, 4)}}`, bytes(4)), 'twice'],
  'a key twice in a tensor': [rawSafetensors('{"a":{"dtype":"F32","dtype":"F32"}}'), '"dtype" twice'],
  'an entry that is a number': [rawSafetensors('{"a":1}'), '"a" is not described'],
  'an entry without a shape': [rawSafetensors('{"a":{"dtype":"F32","data_offsets":[0,0]}}'), 'not described'],
  'an entry with a prototype': [
    rawSafetensors('{"a":{"__proto__":{"dtype":"F32"},"shape":[0],"data_offsets":[0,0]}}'),
    'not described',
  ],
  'an unknown dtype': [rawSafetensors(`{"a":${entry(0, 4, '[1]', '"F31"')}}`, bytes(4)), 'unknown dtype'],
  'a dtype from Object.prototype': [rawSafetensors(`{"a":${entry(0, 4, '[1]', '"toString"')}}`, bytes(4)), 'dtype'],
  'a negative size': [rawSafetensors(`{"a":${entry(0, 4, '[-1]')}}`, bytes(4)), '"a" has a shape'],
  'a size of 1.5': [rawSafetensors(`{"a":${entry(0, 4, '[1.5]')}}`, bytes(4)), '"a" has a shape'],
  'a size of 2^60': [rawSafetensors(`{"a":${entry(0, 4, '[1152921504606846976]')}}`, bytes(4)), '"a" has a shape'],
  'a product beyond 2^53': [rawSafetensors(`{"a":${entry(0, 4, '[4294967296,4294967296]')}}`, bytes(4)), 'not fit'],
  'a product beyond 2^53 times 0': [
    rawSafetensors(`{"a":${entry(0, 0, '[9007199254740991,9007199254740991,0]')}}`),
    'not fit',
  ],
  'three offsets': [rawSafetensors(`{"a":${entry(0, '4,4')}}`, bytes(4)), 'two whole numbers'],
  'a negative offset': [rawSafetensors(`{"a":${entry(-4, 0)}}`, bytes(4)), 'two whole numbers'],
  'offsets in reverse': [rawSafetensors(`{"a":${entry(4, 0)}}`, bytes(4)), 'lies at bytes 4 to 0'],
  'offsets past the data': [rawSafetensors(`{"a":${entry(4, 8)}}`, bytes(4)), 'lies at bytes 4 to 8'],
  'a file that was cut': [rawSafetensors(`{"a":${entry(0, 8, '[2]')}}`, bytes(7)), 'lies at bytes 0 to 8'],
  'a size that does not fit': [rawSafetensors(`{"a":${entry(0, 8, '[3]')}}`, bytes(8)), 'does not fit its 8 bytes'],
  'tensors that overlap': [
    rawSafetensors(`{"a":${entry(0, 8, '[2]')},"b":${entry(4, 12, '[2]')}}`, bytes(12)),
    '"b" overlaps',
  ],
  'a hole between tensors': [rawSafetensors(`{"a":${entry(0, 4)},"b":${entry(8, 12)}}`, bytes(12)), '4 bytes before'],
  'a hole at the start': [rawSafetensors(`{"a":${entry(4, 8)}}`, bytes(8)), '4 bytes before tensor "a"'],
  'bytes after the last tensor': [rawSafetensors(`{"a":${entry(0, 4)}}`, bytes(5)), 'last 1 bytes'],
  'metadata that is no text': [rawSafetensors('{"__metadata__":{"a":{}}}'), '__metadata__'],
  'metadata that is a list': [rawSafetensors('{"__metadata__":["a"]}'), '__metadata__'],
};

describe('refuses', () => {
  for (const [what, [file, said]] of Object.entries(BAD)) {
    test(what, async () => {
      const path = join(folder, 'bad.safetensors');
      writeFileSync(path, file);
      const error = await SafetensorsFile.open(path).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(UserError);
      const { message, where } = error as UserError;
      expect(where.file).toBe(path);
      expect(message).toContain(said);
    });
  }

  test('a header above the limit that the file does hold, unread', async () => {
    const path = join(folder, 'long.safetensors');
    writeFileSync(path, withLength(100_000_001n));
    // Sparse: the file has no blocks on disk for the rest.
    truncateSync(path, 100_000_100);
    await expect(SafetensorsFile.open(path)).rejects.toThrow('more than the limit of 100000000');
  });

  test('a folder, a path that is not there', async () => {
    await expect(SafetensorsFile.open(folder)).rejects.toThrow('not a regular file');
    await expect(SafetensorsFile.open(join(folder, 'absent'))).rejects.toThrow('cannot be opened');
  });
});

test('float types become float32, by value', async () => {
  const path = join(folder, 'types.safetensors');
  const values = [0, -1.5, 65504, 2 ** -14];
  const halves = Uint16Array.of(0x0000, 0xbe00, 0x7bff, 0x0400);
  const brain = Uint16Array.of(0x0000, 0xbfc0, 0x7f80, 0x0001);
  const data = (array: ArrayBufferView) => new Uint8Array(array.buffer.slice(0));
  writeSafetensors(
    path,
    new Map([
      ['half', { dtype: 'F16', shape: [2, 2], data: data(halves) }],
      ['empty', { dtype: 'F32', shape: [0, 3], data: bytes(0) }],
      ['odd', { dtype: 'BOOL', shape: [1], data: bytes(1) }],
      ['single', f32([4], [...values])],
      ['brain', { dtype: 'BF16', shape: [4], data: data(brain) }],
      ['double', { dtype: 'F64', shape: [2], data: data(Float64Array.of(0.1, 1e300)) }],
      ['whole', { dtype: 'I64', shape: [], data: bytes(8) }],
    ]),
  );
  const file = await SafetensorsFile.open(path);
  expect([...(await file.readFloat32('single'))]).toEqual(values);
  expect([...(await file.readFloat32('half'))]).toEqual(values);
  expect([...(await file.readFloat32('half', 1, 3))]).toEqual([-1.5, 65504]);
  expect([...(await file.readFloat32('empty'))]).toEqual([]);
  expect([...(await file.readFloat32('brain'))]).toEqual([0, -1.5, Number.POSITIVE_INFINITY, 2 ** -133]);
  expect([...(await file.readFloat32('double'))]).toEqual([Math.fround(0.1), Number.POSITIVE_INFINITY]);
  await expect(file.readFloat32('whole')).rejects.toThrow('"whole" holds I64');
  await expect(file.readFloat32('single', 2, 5)).rejects.toThrow('not inside');
  expect(file.tensors.get('half')).toMatchObject({ dtype: 'F16', shape: [2, 2], bytes: 8 });
  await file.close();
});

test('a tensor called __proto__ is only a name', async () => {
  const path = join(folder, 'proto.safetensors');
  writeFileSync(path, rawSafetensors(`{"__proto__":${entry(0, 4)}}`, bytes(4)));
  const file = await SafetensorsFile.open(path);
  expect([...file.tensors.keys()]).toEqual(['__proto__']);
  expect(Object.hasOwn(Object.prototype, 'dtype')).toBe(false);
  await file.close();
});
