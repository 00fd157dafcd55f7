/**
 * What a pickle may ask to be called or made: the allow-list. Nothing is ever called; for each entry it is written here
 * what the result is, and everything else is refused with its name.
 */

import { quoted } from '../json.ts';
import { NOT_PLAIN, PickleProblem } from './pickle-problem.ts';
import { asKind, describe, type Global, globalName, type Instance, type Value } from './pickle-value.ts';
import {
  expectArguments,
  rebuildParameter,
  rebuildTensor,
  rebuildTensorV2,
  rebuildTensorV3,
} from './rebuild-tensor.ts';

type Call = (args: readonly Value[]) => Value;

/** By module and name, with a blank between. */
const TENSOR_CALLS: ReadonlyMap<string, Call> = new Map<string, Call>([
  ['torch._utils _rebuild_tensor', rebuildTensor],
  ['torch._utils _rebuild_tensor_v2', rebuildTensorV2],
  ['torch._utils _rebuild_tensor_v3', rebuildTensorV3],
  ['torch._utils _rebuild_parameter', (args) => rebuildParameter(args, 3)],
  ['torch._utils _rebuild_parameter_with_state', (args) => rebuildParameter(args, 4)],
]);

const CALLS: ReadonlyMap<string, Call> = new Map<string, Call>([
  ...TENSOR_CALLS,
  ['torch._tensor _rebuild_from_type_v2', rebuildFromType],
  ['collections OrderedDict', orderedDict],
  ['torch Size', size],
  ['torch device', device],
  ['builtins set', valueSet],
  ['__builtin__ set', valueSet],
  ['builtins frozenset', valueSet],
  ['__builtin__ frozenset', valueSet],
  ['copyreg _reconstructor', reconstructor],
  ['copy_reg _reconstructor', reconstructor],
]);

/** Classes whose tensors are tensors like any other, with Python attributes. */
const TENSOR_CLASSES: ReadonlySet<string> = new Set([
  'torch Tensor',
  'torch.nn.parameter Parameter',
  'torch.nn.parameter Buffer',
]);

const OBJECT: ReadonlySet<string> = new Set(['builtins object', '__builtin__ object']);

/** REDUCE. */
export function call(callable: Value, args: Value): Value {
  const global = asKind(callable, 'global');
  if (global === undefined) throw new PickleProblem(`REDUCE would call ${describe(callable)}`, NOT_PLAIN);
  const known = CALLS.get(key(global));
  if (known === undefined) refuseCall('REDUCE', callable);
  return known(argumentsOf(args));
}

/** NEWOBJ: an object of any class, which stays empty and inert; the class's own code is not asked. */
export function newObject(opcode: 'NEWOBJ' | 'NEWOBJ_EX', type: Value, args: Value): Instance {
  const global = asKind(type, 'global');
  if (global === undefined) throw new PickleProblem(`${opcode} would make an object of ${describe(type)}`, NOT_PLAIN);
  if (argumentsOf(args).length > 0 || CALLS.has(key(global))) refuseCall(opcode, type);
  return { kind: 'instance', type: global, state: undefined };
}

/** INST, OBJ, REDUCE and others on what is not on the list. */
export function refuseCall(opcode: string, callable: Value | undefined): never {
  const global = asKind(callable, 'global');
  const name = global === undefined ? describe(callable) : quoted(globalName(global));
  throw new PickleProblem(`${opcode} would call ${name}, which a checkpoint has no need of`, NOT_PLAIN);
}

/** BUILD. */
export function build(target: Value, state: Value): void {
  const instance = asKind(target, 'instance');
  if (instance !== undefined && instance.state === undefined) {
    instance.state = state;
    return;
  }
  // The attributes of an ordered dict (`_metadata` of a state dict) are not needed.
  if (asKind(target, 'dict')?.ordered === true && asKind(state, 'dict') !== undefined) return;
  throw new PickleProblem(`BUILD gives a state to ${describe(target)}`, NOT_PLAIN);
}

function key({ module, name }: Global): string {
  return `${module} ${name}`;
}

function argumentsOf(args: Value): readonly Value[] {
  const tuple = asKind(args, 'tuple');
  if (tuple === undefined) throw new PickleProblem(`${describe(args)} stands where arguments must be`);
  return tuple.items;
}

function orderedDict(args: readonly Value[]): Value {
  expectArguments('OrderedDict', args, 0, 0);
  return { kind: 'dict', entries: new Map(), ordered: true };
}

function size(args: readonly Value[]): Value {
  expectArguments('torch.Size', args, 1, 1);
  return { kind: 'tuple', items: argumentsOf(args[0]!) };
}

/** Only its name matters, to nobody. */
function device(args: readonly Value[]): Value {
  expectArguments('torch.device', args, 1, 2);
  return { kind: 'tuple', items: args };
}

function valueSet(args: readonly Value[]): Value {
  expectArguments('set', args, 0, 1);
  const [items] = args;
  if (items === undefined) return { kind: 'set', items: new Set() };
  const list = asKind(items, 'list');
  if (list === undefined) throw new PickleProblem(`a set is made of ${describe(items)}`);
  // A second set of one list would be work that the size of the pickle does not bound; no pickler writes it.
  if (list.isTaken) throw new PickleProblem('two sets are made of one list');
  list.isTaken = true;
  return { kind: 'set', items: new Set(list.items) };
}

/** (class, object, None): what protocols 0 and 1 write for NEWOBJ. */
function reconstructor(args: readonly Value[]): Value {
  const [type, base, state] = args;
  const global = asKind(base, 'global');
  if (args.length !== 3 || type === undefined || global === undefined || !OBJECT.has(key(global)) || state !== null) {
    throw new PickleProblem(`copyreg._reconstructor is asked for ${describe(type)}`, NOT_PLAIN);
  }
  return newObject('NEWOBJ', type, { kind: 'tuple', items: [] });
}

/** (rebuilder, class, its arguments, attributes): a tensor that has Python attributes, which are not kept. */
function rebuildFromType(args: readonly Value[]): Value {
  expectArguments('_rebuild_from_type_v2', args, 4, 4);
  const [rebuild, type, inner] = args;
  const global = asKind(rebuild, 'global');
  const known = global === undefined ? undefined : TENSOR_CALLS.get(key(global));
  if (known === undefined || inner === undefined) return refuseCall('REDUCE', rebuild);
  const tensorClass = asKind(type, 'global');
  if (tensorClass === undefined || !TENSOR_CLASSES.has(key(tensorClass))) {
    throw new PickleProblem(`a tensor is of the class ${describe(type)}`, NOT_PLAIN);
  }
  return known(argumentsOf(inner));
}
