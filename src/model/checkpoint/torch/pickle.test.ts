import { describe, expect, test } from 'bun:test';
import {
  bytes,
  dict,
  float,
  global,
  int,
  list,
  none,
  object,
  orderedDict,
  pickle,
  reduce,
  storage,
  text,
  tuple,
} from '../../../../test/helpers/torch-pickle.ts';
import { UserError } from '../../../system/errors.ts';
import { OPCODES, opcodeOf } from './opcodes.ts';
import { unpickle } from './pickle.ts';
import type { Value } from './pickle-value.ts';
import { StorageTable } from './storage-table.ts';

/** One storage `0` of 8 bytes. */
const load = (content: Uint8Array): Value =>
  unpickle(content, 'x.pth', new StorageTable((key) => (key === '0' ? 8 : undefined)));

/** A pickle of any protocol without its first opcode. */
const raw = (...body: readonly (string | Uint8Array)[]) => load(bytes(...body));

function refusal(content: Uint8Array): string {
  try {
    load(content);
  } catch (error) {
    if (error instanceof UserError && error.where.file === 'x.pth') return error.message;
    throw error;
  }
  return 'was read';
}

const float1 = { kind: 'float', value: 1 };
const globalValue = (module: string, name: string) => ({ kind: 'global', module, name });

describe('reads the literal', () => {
  const LITERALS: Readonly<Record<string, readonly [body: string | Uint8Array, value: unknown]>> = {
    NONE: ['N.', null],
    'NEWTRUE NEWFALSE': ['\x88\x89\x86.', { kind: 'tuple', items: [true, false] }],
    'INT of a boolean': ['I01\n.', true],
    INT: ['I-12\n.', -12],
    BININT: ['J\xfe\xff\xff\xff.', -2],
    BININT1: ['K\xff.', 255],
    BININT2: ['M\x01\x02.', 513],
    LONG: ['L-99999999999999999999L\n.', -99999999999999999999n],
    'LONG that fits': ['L7L\n.', 7],
    'LONG1 of no bytes': ['\x8a\x00.', 0],
    'LONG1 below 0': ['\x8a\x02\xff\xfe.', -257],
    'LONG1 of 2^63': ['\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x80\x00.', 2n ** 63n],
    LONG4: ['\x8b\x01\x00\x00\x00\x05.', 5],
    FLOAT: ['F1.0\n.', float1],
    'FLOAT in exponents': ['F1e+00\n.', float1],
    'FLOAT without end': ['F-inf\n.', { kind: 'float', value: Number.NEGATIVE_INFINITY }],
    BINFLOAT: [bytes(float(1), '.'), float1],
    STRING: ["S'a b'\n.", 'a b'],
    BINSTRING: ['T\x02\x00\x00\x00\xc3\xa9.', 'é'],
    SHORT_BINSTRING: ['U\x01a.', 'a'],
    UNICODE: ['Va\xe9\\u20ac\\U0001f600\n.', 'aé€😀'],
    BINUNICODE: ['X\x02\x00\x00\x00\xc3\xa9.', 'é'],
    SHORT_BINUNICODE: ['\x8c\x01a.', 'a'],
    BINUNICODE8: ['\x8d\x01\x00\x00\x00\x00\x00\x00\x00a.', 'a'],
    BINBYTES: ['B\x01\x00\x00\x00a.', Uint8Array.of(97)],
    SHORT_BINBYTES: ['C\x01a.', Uint8Array.of(97)],
    BINBYTES8: ['\x8e\x01\x00\x00\x00\x00\x00\x00\x00a.', Uint8Array.of(97)],
    BYTEARRAY8: ['\x96\x01\x00\x00\x00\x00\x00\x00\x00a.', Uint8Array.of(97)],
  };
  for (const [what, [body, value]] of Object.entries(LITERALS)) {
    test(what, () => expect(raw(body) as unknown).toEqual(value));
  }
});

describe('builds', () => {
  const items = (kind: string, ...values: readonly unknown[]) => ({ kind, items: values });
  const pairs = (...entries: readonly [unknown, unknown][]) => new Map(entries);
  const BUILT: Readonly<Record<string, readonly [body: string | Uint8Array, value: unknown]>> = {
    'EMPTY_TUPLE, TUPLE1 and TUPLE2': [')K\x01\x85\x86.', items('tuple', items('tuple'), items('tuple', 1))],
    TUPLE3: ['K\x01K\x02K\x03\x87.', items('tuple', 1, 2, 3)],
    TUPLE: ['(K\x01K\x02t.', items('tuple', 1, 2)],
    LIST: ['(K\x01K\x02l.', { ...items('list', 1, 2), isTaken: false }],
    'APPEND and APPENDS': [']K\x01a(K\x02K\x03e.', { ...items('list', 1, 2, 3), isTaken: false }],
    DICT: ['(U\x01aK\x01d.', { kind: 'dict', entries: pairs(['a', 1]), ordered: false }],
    'SETITEM and SETITEMS': [
      '}U\x01aK\x01s(U\x01bK\x02u.',
      { kind: 'dict', entries: pairs(['a', 1], ['b', 2]), ordered: false },
    ],
    'EMPTY_SET and ADDITEMS': ['\x8f(K\x01K\x02\x90.', { kind: 'set', items: new Set([1, 2]) }],
    FROZENSET: ['(K\x01K\x02\x91.', { kind: 'set', items: new Set([1, 2]) }],
    'set of a list': [
      bytes(reduce(global('__builtin__', 'set'), list(int(1))), '.'),
      { kind: 'set', items: new Set([1]) },
    ],
    'an OrderedDict with attributes': [
      bytes(orderedDict, text('a'), int(1), 's', dict({ _metadata: none }), 'b.'),
      { kind: 'dict', entries: pairs(['a', 1]), ordered: true },
    ],
    'torch.Size': [bytes(reduce(global('torch', 'Size'), tuple(int(2))), '.'), items('tuple', 2)],
    'POP, DUP and POP_MARK': ['K\x01K\x020(K\x03K\x0412\x86.', items('tuple', 1, 1)],
    'POP of a mark': ['K\x01(0.', 1],
    'PUT and GET': ['K\x07p12\n0g12\n.', 7],
    'BINPUT and LONG_BINGET': ['K\x07q\x010j\x01\x00\x00\x00.', 7],
    'LONG_BINPUT and BINGET': ['K\x07r\x02\x00\x00\x000h\x02.', 7],
    'MEMOIZE counts': ['\x80\x04K\x07\x940K\x08\x940h\x00h\x01\x86.', items('tuple', 7, 8)],
    'a frame': ['\x80\x04\x95\x03\x00\x00\x00\x00\x00\x00\x00K\x07.', 7],
    GLOBAL: ['cos\nsystem\n.', globalValue('os', 'system')],
    STACK_GLOBAL: ['\x80\x04\x8c\x02os\x8c\x06system\x93.', globalValue('os', 'system')],
    'a storage': [bytes(storage('0', 2), '.'), { kind: 'storage', key: '0', dtype: 'F32', bytes: 8 }],
    'an inert object': [
      bytes(object('a.b', 'C', text('state')), '.'),
      { kind: 'instance', type: globalValue('a.b', 'C'), state: 'state' },
    ],
    'an object of copyreg._reconstructor': [
      bytes(
        reduce(global('copyreg', '_reconstructor'), global('a', 'C'), global('builtins', 'object'), none),
        'K\x01b.',
      ),
      { kind: 'instance', type: globalValue('a', 'C'), state: 1 },
    ],
    'an object of NEWOBJ_EX': ['ca\nC\n)}\x92.', { kind: 'instance', type: globalValue('a', 'C'), state: undefined }],
  };
  for (const [what, [body, value]] of Object.entries(BUILT)) {
    test(what, () => expect(raw(body) as unknown).toEqual(value));
  }

  test('a list that holds itself', () => {
    const built = raw(']q\x00h\x00a.');
    expect(built).toMatchObject({ kind: 'list' });
    if (built !== null && typeof built === 'object' && 'items' in built) expect([...built.items][0]).toBe(built);
  });

  test('__proto__ as a key like any other', () => {
    const built: unknown = raw(bytes(dict({ ['__proto__']: dict({ polluted: int(1) }), constructor: int(2) }), '.'));
    expect(built).toMatchObject({ kind: 'dict' });
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});

describe('refuses', () => {
  const os = global('os', 'system');
  const REFUSED: Readonly<Record<string, readonly [content: Uint8Array, said: string]>> = {
    nothing: [bytes(), 'ends without STOP'],
    'no STOP': [bytes('N'), 'ends without STOP'],
    'bytes behind STOP': [bytes('N.N'), '1 bytes behind'],
    'two values at STOP': [bytes('NN.'), '1 values or marks too many'],
    'no value at STOP': [bytes('.'), 'empty stack'],
    'a mark at STOP': [bytes('(.'), 'empty stack'],
    'a value from below a mark': [bytes(']N(a.'), 'empty stack'],
    'no mark for TUPLE': [bytes('Nt.'), 'no mark'],
    'too few for TUPLE2': [bytes('N\x86.'), 'empty stack'],
    'a memo entry never stored': [bytes('h\x01.'), 'memo entry 1'],
    'a memo of nothing': [bytes('q\x01.'), 'empty stack'],
    'a memo index that is no number': [bytes('Np-1\n.'), 'memo index'],
    'a protocol in the middle': [bytes('N\x80\x02.'), 'in the middle'],
    'protocol 6': [bytes('\x80\x06N.'), 'protocol 6'],
    'a frame longer than the rest': [bytes('\x95\x09\x00\x00\x00\x00\x00\x00\x00N.'), 'frame'],
    'a frame of 2^64 - 1 bytes': [bytes('\x95\xff\xff\xff\xff\xff\xff\xff\xffN.'), 'frame'],
    'a frame in a frame': [bytes('\x95\x0b\0\0\0\0\0\0\0\x95\x02\0\0\0\0\0\0\0N.'), 'frame'],
    'a text longer than the rest': [bytes('X\xff\xff\xff\xffa.'), 'needs 4294967295 bytes'],
    'a text of -1 bytes': [bytes('T\xff\xff\xff\xffa.'), '-1 bytes'],
    'bytes longer than the rest': [bytes('\x8e\xff\xff\xff\xff\xff\xff\xff\x7fa.'), 'bytes where'],
    'half a number': [bytes('J\x01\x00'), 'needs 4 bytes'],
    'a LONG of 10^5 digits': [bytes(`L${'9'.repeat(60_000)}L\n.`), 'malformed or too long'],
    'a LONG1 of 255 bytes': [bytes(`\x8a\xff${'9'.repeat(255)}.`), '255 bytes'],
    'a LONG4 of 2^31 - 1 bytes': [bytes('\x8b\xff\xff\xff\x7f.'), '2147483647 bytes'],
    'an INT that is none': [bytes('I0x10\n.'), 'decimal number'],
    'a FLOAT that is none': [bytes('F1,5\n.'), 'no number'],
    'a STRING with escapes': [bytes("S'\\x41'\n."), 'plain quoted'],
    'a STRING without quotes': [bytes('Sa\n.'), 'plain quoted'],
    'a line without end': [bytes(`I${'1'.repeat(100_000)}`), 'no end'],
    'a text that is not UTF-8': [bytes('U\x01\xff.'), 'not UTF-8'],
    'a character that does not exist': [bytes('V\\U00110000\n.'), 'does not exist'],
    'a long name': [bytes(`cos\n${'x'.repeat(300)}\n.`), 'too long'],
    'names that are numbers': [bytes('K\x01K\x02\x93.'), 'two texts'],
    'a key twice': [bytes('}U\x01aNsU\x01aNs.'), '"a" twice'],
    'a key without a value': [bytes('}(U\x01au.'), 'without a value'],
    'items of a list': [bytes(']U\x01aNs.'), 'sets items of a list'],
    'items of an object': [bytes('ca\nC\n)\x81U\x01aNs.'), 'class "a.C"'],
    'an append to a dict': [bytes('}Na.'), 'appends to a dict'],
    'an item added to a list': [bytes('](N\x90.'), 'adds items to a list'],
    'REDUCE of an unknown function': [pickle(reduce(os, text('x'))), 'REDUCE would call "os.system"'],
    'REDUCE of an unknown class': [pickle(reduce(global('__main__', 'Evil'))), '"__main__.Evil"'],
    'REDUCE of an object': [pickle(reduce(object('a', 'C', none))), 'an object of class "a.C"'],
    'REDUCE of a storage type': [pickle(reduce(global('torch', 'FloatStorage'), int(1))), '"torch.FloatStorage"'],
    'REDUCE without arguments': [bytes('cbuiltins\nset\n]R.'), 'a list stands where arguments must be'],
    'a name in two other parts': [pickle(reduce(global('torch', '_utils._rebuild_tensor_v2'))), 'would call'],
    'a module with a trailing blank': [pickle(reduce(global('torch._utils ', '_rebuild_tensor_v2'))), 'would call'],
    'NEWOBJ with arguments': [bytes(os, tuple(text('x')), '\x81.'), 'NEWOBJ would call "os.system"'],
    'NEWOBJ of what is called': [bytes(global('collections', 'OrderedDict'), ')\x81.'), 'NEWOBJ would call'],
    'NEWOBJ of a text': [bytes('U\x01a)\x81.'), 'object of a text'],
    'NEWOBJ_EX with named arguments': [bytes(os, ')', dict({ a: none }), '\x92.'), 'NEWOBJ_EX would call "os.system"'],
    INST: [bytes('(U\x01aios\nsystem\n.'), 'INST would call "os.system"'],
    OBJ: [bytes('(', os, 'U\x01ao.'), 'OBJ would call "os.system"'],
    'OBJ of nothing': [bytes('(o.'), 'OBJ would call nothing'],
    'BUILD of a list': [bytes(']}b.'), 'BUILD gives a state to a list'],
    'BUILD of a name': [bytes(os, '}b.'), 'a state to the name "os.system"'],
    'BUILD of a plain dict': [bytes('}}b.'), 'a state to a dict'],
    'BUILD twice': [bytes(object('a', 'C', none), 'Nb.'), 'a state to an object'],
    'an OrderedDict of items': [pickle(reduce(global('collections', 'OrderedDict'), list())), '1 arguments'],
    'two sets of one list': [
      bytes(
        ']q\x000',
        reduce(global('builtins', 'set'), 'h\x00'),
        '0',
        reduce(global('builtins', 'set'), 'h\x00'),
        '.',
      ),
      'two sets are made of one list',
    ],
    'a set of a text': [pickle(reduce(global('builtins', 'set'), text('a'))), 'a set is made of a text'],
    '_reconstructor with another base': [
      pickle(reduce(global('copyreg', '_reconstructor'), global('a', 'C'), global('builtins', 'dict'), none)),
      'the name "a.C"',
    ],
    EXT1: [bytes('\x82\x01.'), 'EXT1'],
    PERSID: [bytes('P0\n.'), 'PERSID'],
    NEXT_BUFFER: [bytes('\x97.'), 'NEXT_BUFFER'],
    "a terminal's control characters": [pickle(reduce(global('o\x1b[2Js', 'system'))), '\\u001b[2Js'],
    'values without end': [bytes('N'.repeat(60_000), '.'), 'more than 50000 values'],
    'marks without end': [bytes('('.repeat(2000), '.'), 'more than 1000 marks'],
    'lists in lists without end': [bytes(']'.repeat(200_000), 'a'.repeat(199_999), '.'), 'nested too deeply'],
    'operations without end': [bytes('N'.concat('20'.repeat(600_000)), '.'), 'more than 1000000 operations'],
  };
  for (const [what, [content, said]] of Object.entries(REFUSED)) {
    test(what, () => expect(refusal(content)).toContain(said));
  }

  test('every byte that is no opcode, and answers every opcode alone', () => {
    const known = new Set<number>(Object.values(OPCODES));
    for (let code = 0; code < 256; code++) {
      const opcode = String.fromCharCode(code);
      const alone = [bytes(opcode), bytes(opcode, '.')];
      const follows = ['\0\0\0\0\0\0\0\0', '1\n1\n', 'NNN', '\xff\xff\xff\xff\xff\xff\xff\xff'];
      const before = [
        '',
        '\x80\x05',
        'NNN',
        '(NN',
        '}NN',
        ']NN',
        'cos\nsystem\n)',
        'cos\nsystem\n)}',
        'U\x02osU\x06system',
      ];
      const within = before.flatMap((head) => follows.map((tail) => bytes(head, opcode, tail, '.')));
      for (const content of [...alone, ...within]) {
        const said = refusal(content);
        if (!known.has(code) && content[0] === code) expect(said).toContain(`the opcode ${code}, which does not exist`);
      }
      expect(opcodeOf(code) !== undefined).toBe(known.has(code));
    }
    expect(known.size).toBe(68);
  }, 5000);
});

test('shared containers cost what their pickle costs', () => {
  const level = (from: number, to: number) =>
    bytes('](', `h${String.fromCharCode(from)}`.repeat(10), 'e', `q${String.fromCharCode(to)}0`);
  const levels = Array.from({ length: 10 }, (_, i) => level(i, i + 1));
  const built = raw(']q\x000', ...levels, 'h\x0a.');
  expect(built).toMatchObject({ kind: 'list', items: { length: 10 } });
});
