/** The state dict of a pickled module: its parameters and buffers under dotted names, as `state_dict()` gives them. */

import { quoted } from '../json.ts';
import { PickleProblem, SAVE_STATE_DICT } from './pickle-problem.ts';
import { asKind, type Dict, describe, type Instance, type Tensor, type Value } from './pickle-value.ts';

const MAX_DEPTH = 64;
/** Modules and their dicts may be shared, so that few of them make many names. */
const MAX_NAMES = 100_000;
/** Characters of a dotted name. */
const MAX_NAME = 1000;

/** Modules that compute what their class's name says: torch's own, and the published classifier. */
function isKnownModule({ type: { module, name } }: Instance): boolean {
  if (module === '__main__') return name === 'MLPClassifier';
  return /^torch\.nn\.modules\.[a-z_]+$/.test(module) && /^[A-Z]\w*$/.test(name);
}

/** Functions that would run beside the module and could change its results. */
const HOOKS = ['_forward_hooks', '_forward_pre_hooks'];

interface Open {
  readonly module: Instance;
  readonly prefix: string;
  readonly depth: number;
}

export function moduleTensors(root: Instance): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  const open: Open[] = [{ module: root, prefix: '', depth: 0 }];
  let named = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { module, prefix, depth } = next;
    const attributes = attributesOf(module);
    const [parameters, buffers, modules] = ['_parameters', '_buffers', '_modules'].map((name) => {
      const dict = asKind(attributes.get(name), 'dict');
      if (dict === undefined) throw new PickleProblem(`a module has no ${name}`);
      named += dict.entries.size;
      return dict;
    });
    if (named > MAX_NAMES || depth > MAX_DEPTH) throw new PickleProblem('the modules are nested without end');
    for (const [name, value] of childrenOf(prefix, parameters)) addTensor(tensors, name, value);
    const fleeting = asKind(attributes.get('_non_persistent_buffers_set'), 'set')?.items;
    for (const [name, value, key] of childrenOf(prefix, buffers)) {
      if (fleeting?.has(key) !== true) addTensor(tensors, name, value);
    }
    const below: Open[] = [];
    for (const [name, child] of childrenOf(prefix, modules)) {
      if (child === null) continue;
      const instance = asKind(child, 'instance');
      if (instance === undefined) throw new PickleProblem(`module ${quoted(name)} is ${describe(child)}`);
      below.push({ module: instance, prefix: `${name}.`, depth: depth + 1 });
    }
    // The first child is to be taken next.
    for (const child of below.reverse()) open.push(child);
  }
  return tensors;
}

function attributesOf(module: Instance): ReadonlyMap<Value, Value> {
  const attributes = asKind(module.state, 'dict')?.entries;
  if (!isKnownModule(module) || attributes === undefined) {
    throw new PickleProblem(`${describe(module)} stands where a module must be`, SAVE_STATE_DICT);
  }
  for (const hooks of HOOKS) {
    const dict = asKind(attributes.get(hooks), 'dict');
    if (dict !== undefined && dict.entries.size > 0)
      throw new PickleProblem('a module has hooks, which could change what it computes', SAVE_STATE_DICT);
  }
  return attributes;
}

/** Dotted name, value and plain name of each entry. */
function* childrenOf(prefix: string, dict: Dict | undefined): Generator<readonly [string, Value, string]> {
  for (const [key, value] of dict?.entries ?? []) {
    if (typeof key !== 'string' || key === '' || key.includes('.') || prefix.length + key.length > MAX_NAME) {
      throw new PickleProblem(
        `something in a module has the name ${typeof key === 'string' ? quoted(key) : describe(key)}`,
      );
    }
    yield [prefix + key, value, key];
  }
}

/** A bias that a module was made without is None. */
function addTensor(tensors: Map<string, Tensor>, name: string, value: Value): void {
  if (value === null) return;
  const tensor = asKind(value, 'tensor');
  if (tensor === undefined) throw new PickleProblem(`${quoted(name)} is ${describe(value)}, not a tensor`);
  if (tensors.has(name)) throw new PickleProblem(`there are two tensors ${quoted(name)}`);
  tensors.set(name, tensor);
}
