/** What the protobuf writer writes, the reader gives back. */

import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { MessageWriter } from '../../src/model/graph/protobuf.ts';
import { type Field, readFields } from '../../src/model/graph/protobuf-reader.ts';

const number = fc.integer({ min: 1, max: 2 ** 20 });
const field: fc.Arbitrary<Field> = fc.oneof(
  fc.record({ field: number, kind: fc.constant('integer' as const), value: fc.maxSafeNat() }),
  fc.record({ field: number, kind: fc.constant('float' as const), value: fc.float({ noNaN: true }) }),
  fc.record({ field: number, kind: fc.constant('bytes' as const), value: fc.uint8Array({ maxLength: 300 }) }),
);

test('any fields, in any order', () => {
  fc.assert(
    fc.property(fc.array(field, { maxLength: 20 }), (fields) => {
      const message = new MessageWriter();
      for (const entry of fields) {
        if (entry.kind === 'integer') message.integer(entry.field, entry.value);
        else if (entry.kind === 'float') message.float(entry.field, entry.value);
        else message.bytes(entry.field, entry.value);
      }
      expect(readFields(message.finish())).toEqual(fields);
    }),
  );
});

test('any bytes are fields or refused with a reason', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        readFields(bytes);
      } catch (error) {
        expect(String(error)).toStartWith('Error: protobuf: ');
      }
    }),
  );
});
