import { afterAll, describe, expect, test } from 'bun:test';
import {
  bytes,
  dict,
  float,
  global,
  int,
  list,
  no,
  none,
  object,
  orderedDict,
  reduce,
  storage,
  tensor,
  text,
  tuple,
  vector,
  yes,
} from '../../../../test/helpers/torch-pickle.ts';
import { readAll, refusalOf, Scratch } from '../../../../test/helpers/torch-refusal.ts';

const scratch = new Scratch();
afterAll(() => scratch.remove());

const four = vector('0', 4);
const view = (
  shape: readonly (number | bigint)[],
  strides: readonly (number | bigint)[],
  offset: number | bigint = 0,
) => tensor({ storage: storage('0', 4), shape, strides, offset });

describe('reads views', () => {
  const VIEWS: Readonly<Record<string, readonly [top: Uint8Array, values: readonly number[]]>> = {
    transposed: [view([2, 2], [1, 2]), [1, 3, 2, 4]],
    expanded: [view([3, 2], [0, 2]), [1, 3, 1, 3, 1, 3]],
    overlapping: [view([3, 2], [1, 1]), [1, 2, 2, 3, 3, 4]],
    'one number': [view([], [], 3), [4]],
    'nothing at the end': [view([0], [1], 4), []],
    'a large stride that is never taken': [view([1, 2], [2n ** 53n - 1n, 1]), [1, 2]],
    'a million numbers of one': [view([1024, 1024], [0, 0]), Array.from({ length: 1 << 20 }, () => 1)],
  };
  for (const [what, [top, values]] of Object.entries(VIEWS)) {
    test(what, async () => {
      const read = (await readAll(scratch.checkpoint(dict({ a: top })))).get('a')!;
      expect(Array.from(read, Number)).toEqual([...values]);
    });
  }
});

describe('refuses', () => {
  const v2 = (...args: readonly (string | Uint8Array)[]) =>
    dict({ a: reduce(global('torch._utils', '_rebuild_tensor_v2'), ...args) });
  const [held, one] = [storage('0', 4), tuple(int(1))];
  const id = (...items: readonly (string | Uint8Array)[]) => dict({ a: bytes(tuple(...items), 'Q') });
  const floats = global('torch', 'FloatStorage');
  const REFUSED: Readonly<Record<string, readonly [top: Uint8Array | string, said: string]>> = {
    'a storage that is not there': [dict({ a: vector('9', 1) }), 'storage 9 is not in the archive'],
    'a storage of another size': [dict({ a: vector('0', 3) }), 'declared with 3 elements'],
    'a storage of two types': [
      dict({ a: four, b: tensor({ storage: storage('0', 4, 'IntStorage'), shape: [4], strides: [1] }) }),
      'two types',
    ],
    'a storage of unknown type': [
      dict({ a: tensor({ storage: storage('0', 2, 'ComplexFloatStorage'), shape: [2], strides: [1] }) }),
      '"torch.ComplexFloatStorage"',
    ],
    'a storage outside': [dict({ a: vector('../data.pkl', 1) }), 'the key "../data.pkl"'],
    'a storage of a fraction': [id(text('storage'), floats, text('0'), text('cpu'), float(4)), 'declared with a float'],
    'a persistent id of four parts': [id(text('storage'), floats, text('0'), text('cpu')), 'not a storage'],
    'a persistent id that is a text': [dict({ a: bytes(text('0'), 'Q') }), 'a persistent id is a text'],
    'a location that is a number': [id(text('storage'), floats, text('0'), int(0), int(4)), 'has the key'],
    'a tensor past its storage': [dict({ a: view([4], [1], 1) }), 'passes the end'],
    'strides past its storage': [dict({ a: view([2, 2], [3, 1]) }), 'passes the end'],
    'strides past 2^64': [dict({ a: view([3], [2n ** 53n - 1n]) }), 'passes the end'],
    'an offset past its storage': [dict({ a: view([0], [1], 5) }), 'passes the end'],
    'a negative size': [dict({ a: view([-1], [1]) }), 'a size of -1'],
    'a negative stride': [dict({ a: view([2], [-1]) }), 'a stride of -1'],
    'a negative offset': [dict({ a: view([2], [1], -1) }), 'an offset of -1'],
    'a size of 2^63': [dict({ a: view([2n ** 63n], [0]) }), 'a whole number, which is no'],
    'sizes beyond 2^53 times 0': [dict({ a: view([2n ** 52n, 2n ** 52n, 0], [0, 0, 0]) }), 'too large'],
    'one number two million times': [dict({ a: view([2048, 1024], [0, 0]) }), 'too large'],
    'fewer strides than sizes': [dict({ a: view([2, 2], [1]) }), '2 sizes and 1 strides'],
    'seventeen dimensions': [
      dict({
        a: view(
          Array.from({ length: 17 }, () => 1),
          Array.from({ length: 17 }, () => 1),
        ),
      }),
      'more than 16',
    ],
    'sizes that are booleans': [v2(held, int(0), tuple(yes), one, no, orderedDict), 'a boolean'],
    'sizes that are a list': [v2(held, int(0), list(int(1)), one, no, orderedDict), 'a list stands where the sizes'],
    'a tensor of a tensor': [v2(four, int(0), one, one, no, orderedDict), 'made of a tensor'],
    'hooks of a tensor': [v2(held, int(0), one, one, no, dict({ a: none })), 'hooks or metadata'],
    'a negated tensor': [v2(held, int(0), one, one, no, orderedDict, dict({ neg: yes })), 'hooks or metadata'],
    'requires_grad that is an object': [
      v2(held, int(0), one, one, object('a', 'C', none), orderedDict),
      'hooks or metadata',
    ],
    'too few arguments': [v2(held, int(0), one, one, no), '5 arguments'],
    'a parameter of None': [
      dict({ a: reduce(global('torch._utils', '_rebuild_parameter'), none, yes, orderedDict) }),
      'made of None',
    ],
    'a tensor with attributes rebuilt by another': [
      dict({
        a: reduce(
          global('torch._tensor', '_rebuild_from_type_v2'),
          global('os', 'system'),
          global('torch', 'Tensor'),
          tuple(),
          dict({}),
        ),
      }),
      'would call "os.system"',
    ],
    'a tensor of another type than its storage': [
      dict({
        a: reduce(
          global('torch._utils', '_rebuild_tensor_v3'),
          ...[held, int(0), one, one, no, orderedDict, global('torch', 'float64')],
        ),
      }),
      'another type than its storage',
    ],
    'a tensor of another class': [
      dict({
        a: reduce(
          global('torch._tensor', '_rebuild_from_type_v2'),
          global('torch._utils', '_rebuild_tensor_v2'),
          global('a', 'Tensor'),
          tuple(),
          dict({}),
        ),
      }),
      'the class the name "a.Tensor"',
    ],
  };
  for (const [what, [top, said]] of Object.entries(REFUSED)) {
    test(what, async () => expect(await refusalOf(scratch.checkpoint(top))).toContain(said));
  }
});
