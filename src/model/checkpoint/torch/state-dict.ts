/**
 * Finds the tensors in what a checkpoint holds: a dict of tensors, a module, or a dict that has one of both under a
 * well-known key beside other things. One level is unwrapped, never more; a dict that mixes tensors with other things
 * is refused, so that nothing is skipped over.
 */

import { quoted } from '../json.ts';
import { moduleTensors } from './module-tensors.ts';
import { PickleProblem, SAVE_STATE_DICT } from './pickle-problem.ts';
import { asKind, type Dict, describe, type Tensor, type Value } from './pickle-value.ts';

const WRAPPERS = ['model', 'state_dict', 'model_state_dict'];

/** At least one tensor, by name. */
export function findStateDict(top: Value): ReadonlyMap<string, Tensor> {
  const tensors = tensorsOf(unwrap(top));
  if (tensors.size === 0) throw new PickleProblem('it holds no tensors', SAVE_STATE_DICT);
  return tensors;
}

function unwrap(top: Value): Value {
  const dict = asKind(top, 'dict');
  if (dict === undefined) return top;
  const wrapped = WRAPPERS.filter((key) => {
    const value = dict.entries.get(key);
    return asKind(value, 'dict') !== undefined || asKind(value, 'instance') !== undefined;
  });
  const [key] = wrapped;
  if (key === undefined) return top;
  if (wrapped.length > 1)
    throw new PickleProblem(`it holds several models: ${wrapped.map(quoted).join(', ')}`, SAVE_STATE_DICT);
  for (const [name, value] of dict.entries) {
    if (asKind(value, 'tensor') === undefined) continue;
    const beside = typeof name === 'string' ? quoted(name) : describe(name);
    throw new PickleProblem(`it holds tensor ${beside} beside ${quoted(key)}`, SAVE_STATE_DICT);
  }
  return dict.entries.get(key)!;
}

function tensorsOf(value: Value): ReadonlyMap<string, Tensor> {
  const instance = asKind(value, 'instance');
  if (instance !== undefined) return moduleTensors(instance);
  const dict: Dict | undefined = asKind(value, 'dict');
  if (dict === undefined)
    throw new PickleProblem(`${describe(value)} stands where a state dict or a module must be`, SAVE_STATE_DICT);
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of dict.entries) {
    if (typeof name !== 'string')
      throw new PickleProblem(`the state dict has ${describe(name)} as a name`, SAVE_STATE_DICT);
    const tensor = asKind(entry, 'tensor');
    if (tensor === undefined)
      throw new PickleProblem(`${quoted(name)} is ${describe(entry)}, not a tensor`, SAVE_STATE_DICT);
    tensors.set(name, tensor);
  }
  return tensors;
}
