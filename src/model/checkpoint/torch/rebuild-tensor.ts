/** From the arguments of torch's tensor rebuilders to a tensor whose elements all lie inside its storage. */

import { quoted } from '../json.ts';
import { DTYPE_BYTES, type Dtype, elementCount } from '../source.ts';
import { canGather } from './gather.ts';
import { NOT_PLAIN, OTHER_NUMBERS, PickleProblem } from './pickle-problem.ts';
import { asKind, describe, globalName, type Storage, type Tensor, type Value } from './pickle-value.ts';

/** Weights have at most five dimensions. */
const MAX_RANK = 16;
/**
 * A tensor may have more elements than its storage (expanded ones have), but only up to this many: 4 bytes could stand
 * for terabytes.
 */
const MAX_EXPANDED_ELEMENTS = 1 << 20;

/** For `_rebuild_tensor_v3`, by the name below `torch`. */
const DTYPES: ReadonlyMap<string, Dtype> = new Map([
  ['float64', 'F64'],
  ['float32', 'F32'],
  ['float16', 'F16'],
  ['bfloat16', 'BF16'],
  ['int64', 'I64'],
  ['int32', 'I32'],
  ['int16', 'I16'],
  ['int8', 'I8'],
  ['uint8', 'U8'],
  ['bool', 'BOOL'],
]);

/** `_rebuild_tensor`: (storage, offset, size, stride). */
export function rebuildTensor(args: readonly Value[]): Tensor {
  expectArguments('_rebuild_tensor', args, 4, 4);
  const storage = storageOf(args[0]);
  return tensorOf(storage, typed(storage), args);
}

/** `_rebuild_tensor_v2`: (storage, offset, size, stride, requires_grad, hooks[, metadata]). */
export function rebuildTensorV2(args: readonly Value[]): Tensor {
  expectArguments('_rebuild_tensor_v2', args, 6, 7);
  expectPlain(args[4], args[5], args[6]);
  const storage = storageOf(args[0]);
  return tensorOf(storage, typed(storage), args);
}

/** `_rebuild_tensor_v3`: (storage without type, offset, size, stride, requires_grad, hooks, dtype[, metadata]). */
export function rebuildTensorV3(args: readonly Value[]): Tensor {
  expectArguments('_rebuild_tensor_v3', args, 7, 8);
  expectPlain(args[4], args[5], args[7]);
  const storage = storageOf(args[0]);
  const name = asKind(args[6], 'global');
  const dtype = name?.module === 'torch' ? DTYPES.get(name.name) : undefined;
  if (name === undefined || dtype === undefined) {
    const shown = name === undefined ? describe(args[6]) : quoted(globalName(name));
    throw new PickleProblem(`a tensor has the type ${shown}, which is not read`, OTHER_NUMBERS);
  }
  if (storage.dtype !== undefined) throw new PickleProblem('a tensor has another type than its storage');
  return tensorOf(storage, dtype, args);
}

/** `_rebuild_parameter`: (tensor, requires_grad, hooks), and with a fourth, its Python attributes, `..._with_state`. */
export function rebuildParameter(args: readonly Value[], count: 3 | 4): Tensor {
  expectArguments('_rebuild_parameter', args, count, count);
  expectPlain(args[1], args[2], null);
  const tensor = asKind(args[0], 'tensor');
  if (tensor === undefined) throw new PickleProblem(`a parameter is made of ${describe(args[0])}, not of a tensor`);
  return tensor;
}

export function expectArguments(name: string, args: readonly Value[], least: number, most: number): void {
  if (args.length < least || args.length > most) throw new PickleProblem(`${name} is given ${args.length} arguments`);
}

/** Metadata could say that the numbers are negated or conjugated; checkpoints have none. */
function expectPlain(requiresGrad: Value | undefined, hooks: Value | undefined, metadata: Value | undefined): void {
  const isEmpty = (value: Value | undefined) => (value ?? null) === null || asKind(value, 'dict')?.entries.size === 0;
  if (typeof requiresGrad !== 'boolean' || !isEmpty(hooks) || !isEmpty(metadata)) {
    throw new PickleProblem('a tensor comes with hooks or metadata that change what it means', NOT_PLAIN);
  }
}

function storageOf(value: Value | undefined): Storage {
  const storage = asKind(value, 'storage');
  if (storage === undefined) throw new PickleProblem(`a tensor is made of ${describe(value)}, not of a storage`);
  return storage;
}

function typed(storage: Storage): Dtype {
  if (storage.dtype === undefined) throw new PickleProblem('a tensor has a storage without a type');
  return storage.dtype;
}

function tensorOf(storage: Storage, dtype: Dtype, args: readonly Value[]): Tensor {
  const offset = wholeNumber(args[1], 'an offset');
  const shape = wholeNumbers(args[2], 'a size');
  const strides = wholeNumbers(args[3], 'a stride');
  if (shape.length !== strides.length) {
    throw new PickleProblem(`a tensor has ${shape.length} sizes and ${strides.length} strides`);
  }
  const count = elementCount(shape);
  const held = storage.bytes / DTYPE_BYTES[dtype];
  if (count === undefined || count > Math.max(held, MAX_EXPANDED_ELEMENTS)) {
    throw new PickleProblem(`a tensor of shape [${shape.slice(0, 8)}] is too large for a storage of ${held} elements`);
  }
  // Rounding far beyond 2^53 cannot bring a sum of positive numbers below the size of a file.
  let end = offset + (count > 0 ? 1 : 0);
  if (count > 0) for (const [i, size] of shape.entries()) end += (size - 1) * strides[i]!;
  if (end > held) throw new PickleProblem(`a tensor of shape [${shape.slice(0, 8)}] passes the end of its storage`);
  if (!canGather({ offset, shape, strides }, DTYPE_BYTES[dtype])) {
    throw new PickleProblem(`a tensor of shape [${shape.slice(0, 8)}] overlaps itself in a way that is not read`);
  }
  return { kind: 'tensor', storage, dtype, offset, shape, strides };
}

function wholeNumbers(value: Value | undefined, what: string): number[] {
  const tuple = asKind(value, 'tuple');
  if (tuple === undefined)
    throw new PickleProblem(`${describe(value)} stands where the sizes or strides of a tensor must be`);
  if (tuple.items.length > MAX_RANK) throw new PickleProblem(`a tensor has more than ${MAX_RANK} dimensions`);
  return tuple.items.map((item) => wholeNumber(item, what));
}

function wholeNumber(value: Value | undefined, what: string): number {
  if (typeof value !== 'number' || value < 0) {
    const shown = typeof value === 'number' ? `${value}` : (asKind(value, 'float')?.value ?? describe(value));
    throw new PickleProblem(`a tensor has ${what} of ${shown}, which is no whole number from 0`);
  }
  return value;
}
