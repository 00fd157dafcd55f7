import { afterAll, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { SafetensorsFile } from '../../src/model/checkpoint/safetensors.ts';
import { UserError } from '../../src/system/errors.ts';
import { f32, type RawTensors, safetensorsBytes } from '../helpers/safetensors.ts';

const folder = mkdtempSync(join(tmpdir(), 'safetensors-property-'));
const path = join(folder, 'any.safetensors');
afterAll(() => rmSync(folder, { recursive: true }));

const tensors: fc.Arbitrary<RawTensors> = fc
  .dictionary(
    fc.string({ maxLength: 12 }).filter((name) => name !== '__metadata__'),
    fc.array(fc.float({ noNaN: true }), { maxLength: 6 }),
    { maxKeys: 5 },
  )
  .map((all) => new Map(Object.entries(all).map(([name, values]) => [name, f32([values.length], values)])));

test('every written tensor is read back bit for bit', async () => {
  await fc.assert(
    fc.asyncProperty(tensors, async (all) => {
      writeFileSync(path, safetensorsBytes(all));
      const file = await SafetensorsFile.open(path);
      try {
        if (file.tensors.size !== all.size) return false;
        for (const [name, { data }] of all) {
          const values = await file.readFloat32(name);
          if (!Buffer.from(values.buffer).equals(data)) return false;
        }
        return true;
      } finally {
        await file.close();
      }
    }),
  );
});

test('a file with one byte changed or with its end cut off is read or refused, never crashed upon', async () => {
  const change = fc.record({ at: fc.nat(), value: fc.integer({ min: 0, max: 255 }), cut: fc.nat({ max: 3 }) });
  await fc.assert(
    fc.asyncProperty(tensors, change, async (all, { at, value, cut }) => {
      const bytes = safetensorsBytes(all);
      bytes[at % bytes.length] = value;
      writeFileSync(path, bytes.subarray(0, bytes.length - cut));
      try {
        const file = await SafetensorsFile.open(path);
        await file.close();
        return true;
      } catch (error) {
        return error instanceof UserError && error.where.file === path;
      }
    }),
    { numRuns: 500 },
  );
});
