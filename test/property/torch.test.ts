import { afterAll, expect, test } from 'bun:test';
import fc from 'fast-check';
import { gather } from '../../src/model/checkpoint/torch/gather.ts';
import { TorchFile } from '../../src/model/checkpoint/torch/torch-file.ts';
import { UserError } from '../../src/system/errors.ts';
import { dict, moduleObject, pickle, storage, tensor, vector } from '../helpers/torch-pickle.ts';
import { readAll, Scratch } from '../helpers/torch-refusal.ts';
import { float32Bytes, torchBytes, torchParts, zipBytes } from '../helpers/torch-zip.ts';

const scratch = new Scratch();
afterAll(() => scratch.remove());

const STORAGES = { '0': float32Bytes(1, 2, 3, 4, 5, 6), '1': float32Bytes(7) };
const transposed = tensor({ storage: storage('0', 6), shape: [3, 2], strides: [1, 3] });
const PICKLES = [
  pickle(dict({ model: dict({ a: transposed, b: vector('1', 1) }) })),
  pickle(
    moduleObject('__main__', 'MLPClassifier', {
      parameters: { a: transposed },
      buffers: { b: vector('1', 1) },
      modules: {},
    }),
  ),
];
const MEANT = 'a 1,4,2,5,3,6; b 7';

/** What is read, as a text, or undefined for a refusal with a sentence; anything else that is thrown passes through. */
async function outcome(file: Uint8Array): Promise<string | undefined> {
  const path = scratch.write(file);
  try {
    const read = await readAll(path);
    return [...read].map(([name, values]) => `${name} ${Array.from(values, Number)}`).join('; ');
  } catch (error) {
    if (error instanceof UserError && error.where.file === path) return undefined;
    throw error;
  }
}

test('what is not changed is read', async () => {
  for (const one of PICKLES) expect(await outcome(torchBytes(one, STORAGES))).toBe(MEANT);
});

const change = fc.record({ at: fc.nat(), value: fc.integer({ min: 0, max: 255 }) });
const changes = fc.array(change, { minLength: 1, maxLength: 3 });

test('a file with bytes changed is refused or holds the same numbers', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...PICKLES), changes, async (one, all) => {
      const file = torchBytes(one, STORAGES);
      for (const { at, value } of all) file[at % file.length] = value;
      const read = await outcome(file);
      return read === undefined || read === MEANT;
    }),
    { numRuns: 1500 },
  );
}, 60_000);

test('a pickle with bytes changed under a right checksum is refused or read, never crashed upon', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...PICKLES), changes, async (one, all) => {
      const changed = Buffer.from(one);
      for (const { at, value } of all) changed[at % changed.length] = value;
      await outcome(torchBytes(changed, STORAGES));
    }),
    { numRuns: 1500 },
  );
}, 60_000);

test('any bytes as a pickle are refused or read, never crashed upon', async () => {
  const opcodes = fc.constantFrom(
    ...Buffer.from('(.012GJKMNQRX]abcdehlopqrstu})\x80\x81\x85\x86\x87\x88\x89\x92\x93\x94\x95', 'latin1'),
  );
  const byte = fc.oneof(opcodes, fc.integer({ min: 0, max: 255 }));
  await fc.assert(
    fc.asyncProperty(fc.array(byte, { maxLength: 60 }), async (body) => {
      await outcome(torchBytes(Uint8Array.from(body), STORAGES));
    }),
    { numRuns: 1500 },
  );
}, 60_000);

test('an archive with parts moved, lost or doubled is refused or holds the same numbers', async () => {
  const parts = torchParts(PICKLES[0]!, STORAGES);
  const chosen = fc.array(fc.nat({ max: parts.length - 1 }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(chosen, async (which) => {
      const read = await outcome(zipBytes(which.map((i) => parts[i]!)));
      return read === undefined || read === MEANT;
    }),
  );
}, 60_000);

test('any view is gathered as its elements are, one by one', async () => {
  const dimension = fc.record({ size: fc.nat({ max: 5 }), stride: fc.nat({ max: 9 }) });
  const views = fc.record({
    dimensions: fc.array(dimension, { maxLength: 4 }),
    offset: fc.nat({ max: 5 }),
    size: fc.constantFrom(1, 2, 4, 8),
    cut: fc.tuple(fc.nat(), fc.nat()),
  });
  const held = Uint8Array.from({ length: 8 * 256 }, (_, i) => (i * 37 + (i >> 3)) & 0xff);
  const read = async (bytes: Uint8Array, from: number) => bytes.set(held.subarray(from, from + bytes.length));
  await fc.assert(
    fc.asyncProperty(views, async ({ dimensions, offset, size, cut }) => {
      let places = [offset];
      for (const { size: length, stride } of dimensions) {
        places = places.flatMap((at) => Array.from({ length }, (_, i) => at + i * stride));
      }
      const [from = 0, to = 0] = cut.map((at) => at % (places.length + 1)).sort((a, b) => a - b);
      const view = { offset, shape: dimensions.map((d) => d.size), strides: dimensions.map((d) => d.stride) };
      const found = await gather(view, size, from, to, read);
      const wanted = places.slice(from, to).flatMap((at) => [...held.subarray(at * size, at * size + size)]);
      return Buffer.compare(found, Uint8Array.from(wanted)) === 0;
    }),
    { numRuns: 500 },
  );
});

test('a file that is open stays what it was when it is read in any order', async () => {
  const path = scratch.write(torchBytes(PICKLES[0]!, STORAGES), 'kept.pth');
  const file = await TorchFile.open(path);
  const range = fc.tuple(fc.nat({ max: 6 }), fc.nat({ max: 6 }));
  await fc.assert(
    fc.asyncProperty(range, async (ends) => {
      const [from = 0, to = 0] = ends.sort((a, b) => a - b);
      const values = await file.readFloat32('a', from, to);
      return `${values}` === `${[1, 4, 2, 5, 3, 6].slice(from, to)}`;
    }),
  );
  await file.close();
});
