import { afterAll, describe, expect, test } from 'bun:test';
import {
  bytes,
  dict,
  global,
  int,
  list,
  moduleObject,
  no,
  none,
  object,
  orderedDict,
  reduce,
  storage,
  text,
  tuple,
  vector,
  yes,
} from '../../../../test/helpers/torch-pickle.ts';
import { readAll, refusalOf, Scratch } from '../../../../test/helpers/torch-refusal.ts';

const scratch = new Scratch();
afterAll(() => scratch.remove());

const four = vector('0', 4);

describe('finds the tensors of', () => {
  const linear = moduleObject(
    'torch.nn.modules.linear',
    'Linear',
    {
      parameters: { weight: four, bias: none },
      buffers: { kept: vector('1', 1), fleeting: vector('1', 1) },
      modules: {},
    },
    { _non_persistent_buffers_set: reduce(global('builtins', 'set'), list(text('fleeting'))) },
  );
  const classifier = moduleObject('__main__', 'MLPClassifier', {
    parameters: {},
    buffers: {},
    modules: { first: linear, second: linear, gone: none },
  });
  const names = ['first.weight', 'first.kept', 'second.weight', 'second.kept'];
  const params = reduce(global('torch._utils', '_rebuild_parameter'), four, yes, orderedDict);
  const withState = reduce(
    global('torch._utils', '_rebuild_parameter_with_state'),
    four,
    yes,
    orderedDict,
    dict({ a: none }),
  );
  const v2 = global('torch._utils', '_rebuild_tensor_v2');
  const args = tuple(storage('0', 4), int(0), tuple(int(4)), tuple(int(1)), no, orderedDict);
  const withAttributes = reduce(
    global('torch._tensor', '_rebuild_from_type_v2'),
    v2,
    global('torch', 'Tensor'),
    args,
    dict({ a: none }),
  );
  const untyped = bytes(
    tuple(text('storage'), global('torch.storage', 'UntypedStorage'), text('0'), text('cpu'), int(16)),
    'Q',
  );
  const v3 = reduce(
    global('torch._utils', '_rebuild_tensor_v3'),
    ...[untyped, int(0), tuple(int(4)), tuple(int(1)), no, orderedDict, global('torch', 'float32')],
  );
  const inert = object('omegaconf.dictconfig', 'DictConfig', dict({ a: global('typing', 'Any') }));

  const FOUND: Readonly<Record<string, readonly [top: Uint8Array | string, names: readonly string[]]>> = {
    'a dict': [dict({ a: four, b: four }), ['a', 'b']],
    'an OrderedDict': [dict({ a: four }, orderedDict), ['a']],
    'a parameter': [dict({ a: params }), ['a']],
    'a parameter with attributes': [dict({ a: withState }), ['a']],
    'a tensor with attributes': [dict({ a: withAttributes }), ['a']],
    'a storage without a type': [dict({ a: v3 }), ['a']],
    'an old rebuilder': [
      dict({
        a: reduce(global('torch._utils', '_rebuild_tensor'), storage('0', 4), int(0), tuple(int(4)), tuple(int(1))),
      }),
      ['a'],
    ],
    'a dict below model': [dict({ cfg: inert, model: dict({ a: four }) }), ['a']],
    'a dict below state_dict': [dict({ state_dict: dict({ a: four }), epoch: int(1) }), ['a']],
    'a dict below model_state_dict': [dict({ optimizer: dict({}), model_state_dict: dict({ a: four }) }), ['a']],
    'a module': [classifier, names],
    'a module below model': [dict({ model: classifier }), names],
  };
  for (const [what, [top, found]] of Object.entries(FOUND)) {
    test(what, async () => {
      const tensors = await readAll(scratch.checkpoint(top));
      expect([...tensors.keys()]).toEqual([...found]);
      expect(Array.from(tensors.values().next().value!, Number)).toEqual([1, 2, 3, 4]);
    });
  }
});

describe('refuses', () => {
  const empty = { parameters: {}, buffers: {}, modules: {} };
  const moduleOf = (parts: Partial<typeof empty>, extra = {}) =>
    moduleObject('torch.nn.modules.linear', 'Linear', { ...empty, ...parts }, extra);
  const self = bytes(
    'ctorch.nn.modules.linear\nLinear\n)\x81q\x07',
    dict({ _parameters: '}', _buffers: '}', _modules: dict({ a: 'h\x07', b: 'h\x07' }) }),
    'b',
  );

  const REFUSED: Readonly<Record<string, readonly [top: Uint8Array | string, said: string]>> = {
    'a number': [int(1), 'a whole number stands where'],
    'a tensor alone': [four, 'a tensor stands where'],
    'a list of tensors': [list(four), 'a list stands where'],
    'an empty dict': [dict({}), 'no tensors'],
    'a module without tensors': [moduleOf({}), 'no tensors'],
    'a dict with something else': [dict({ a: four, b: int(1) }), '"b" is a whole number, not a tensor'],
    'a dict with an object': [dict({ a: four, b: object('os', 'system', none) }), 'an object of class "os.system"'],
    'a dict with a name': [dict({ a: four, b: global('os', 'system') }), 'the name "os.system"'],
    'a dict with a storage': [dict({ a: four, b: storage('0', 4) }), 'a storage'],
    'a dict with a number as a key': [bytes('}', int(1), four, 's'), 'a whole number as a name'],
    'two models': [
      dict({ model: dict({ a: four }), state_dict: dict({ a: four }) }),
      'several models: "model", "state_dict"',
    ],
    'tensors beside a model': [dict({ b: four, model: dict({ a: four }) }), 'tensor "b" beside "model"'],
    'a model in a model': [dict({ model: dict({ model: dict({ a: four }) }) }), '"model" is a dict'],
    'a dict that is its own model': [bytes('}q\x05', text('model'), 'h\x05s'), '"model" is a dict'],
    'an object of another class as a model': [
      object('train', 'MLPClassifier', dict({})),
      'class "train.MLPClassifier"',
    ],
    'another class of torch.nn': [object('torch.nn.modules.linear', '_x', dict({})), 'stands where a module'],
    'a module without state': [bytes(global('__main__', 'MLPClassifier'), ')\x81'), 'stands where a module'],
    'a module without buffers': [
      object('__main__', 'MLPClassifier', dict({ _parameters: '}', _modules: '}' })),
      'no _buffers',
    ],
    'a module that holds itself': [self, 'nested without end'],
    'a parameter that is no tensor': [moduleOf({ parameters: { w: int(1) } }), '"w" is a whole number'],
    'a module that is a number': [moduleOf({ modules: { m: int(1) } }), '"m" is a whole number'],
    'a dotted name in a module': [moduleOf({ parameters: { 'a.b': four } }), 'has the name "a.b"'],
    'a parameter and a buffer of one name': [
      moduleOf({ parameters: { a: four }, buffers: { a: four } }),
      'two tensors "a"',
    ],
    'a module with hooks': [moduleOf({ parameters: { a: four } }, { _forward_hooks: dict({ h: none }) }), 'hooks'],
  };
  for (const [what, [top, said]] of Object.entries(REFUSED)) {
    test(what, async () => expect(await refusalOf(scratch.checkpoint(top))).toContain(said));
  }

  test('modules that share modules, under a billion names', async () => {
    const level = (below: Uint8Array | string) => moduleOf({ modules: { a: below, b: below } });
    let top: Uint8Array = moduleOf({ parameters: { w: four } });
    for (let i = 0; i < 30; i++) top = bytes(top, 'q\x070', level('h\x07'));
    expect(await refusalOf(scratch.checkpoint(top))).toContain('nested without end');
  });
});
