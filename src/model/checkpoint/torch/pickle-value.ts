/**
 * What a pickle may hold, as closed tagged types of our own. Nothing of it is a JavaScript object with keys from the
 * file, and nothing refers to code.
 *
 * Containers are shared by reference, may contain each other and even themselves: whoever walks them bounds his walk.
 * Whole numbers are `number` (safe integers) or `bigint`, so that 1 and 1.0 stay apart.
 */

import { quoted } from '../json.ts';
import type { Dtype } from '../source.ts';

export interface Float {
  readonly kind: 'float';
  readonly value: number;
}

export interface Tuple {
  readonly kind: 'tuple';
  readonly items: readonly Value[];
}

export interface List {
  readonly kind: 'list';
  readonly items: Value[];
  /** Whether a set was made of it. */
  isTaken: boolean;
}

/** Keys that are no plain values count as different unless they are one and the same object. */
export interface Dict {
  readonly kind: 'dict';
  readonly entries: Map<Value, Value>;
  /** A collections.OrderedDict, which may have attributes (a state dict's `_metadata`); they are not kept. */
  readonly ordered: boolean;
}

export interface ValueSet {
  readonly kind: 'set';
  readonly items: Set<Value>;
}

/** A class, function or other thing of a Python module, by name only. */
export interface Global {
  readonly kind: 'global';
  readonly module: string;
  readonly name: string;
}

/** An object of a class, of which only the class's name and the object's state are known. */
export interface Instance {
  readonly kind: 'instance';
  readonly type: Global;
  state: Value | undefined;
}

/** The numbers behind tensors: one record of the archive. */
export interface Storage {
  readonly kind: 'storage';
  /** Name of its record below `data/`. */
  readonly key: string;
  /** Undefined: bytes without a type. */
  readonly dtype: Dtype | undefined;
  /** Size of the record. */
  readonly bytes: number;
}

/** A view of a storage. Invariant: every element lies inside the storage. */
export interface Tensor {
  readonly kind: 'tensor';
  readonly storage: Storage;
  readonly dtype: Dtype;
  /** First element, counted in elements from the start of the storage. */
  readonly offset: number;
  readonly shape: readonly number[];
  /** Steps of each dimension in elements; 0 or more. */
  readonly strides: readonly number[];
}

export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Float
  | Tuple
  | List
  | Dict
  | ValueSet
  | Global
  | Instance
  | Storage
  | Tensor;

type Tagged = Extract<Value, { readonly kind: string }>;
export type Kind = Tagged['kind'];

/** The value where it is of this kind. */
export function asKind<K extends Kind>(value: Value | undefined, kind: K): Extract<Tagged, { kind: K }> | undefined {
  return isKind(value, kind) ? value : undefined;
}

function isKind<K extends Kind>(value: Value | undefined, kind: K): value is Extract<Tagged, { kind: K }> {
  return isTagged(value) && value.kind === kind;
}

function isTagged(value: Value | undefined): value is Tagged {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
}

/** `torch.nn.modules.linear.Linear` */
export function globalName({ module, name }: Global): string {
  return `${module}.${name}`;
}

/** For messages, without what is inside: `a list`, `an object of class x.Y`. */
export function describe(value: Value | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'None';
  if (!isTagged(value)) {
    if (typeof value === 'string') return 'a text';
    return typeof value === 'object' ? 'bytes' : typeof value === 'boolean' ? 'a boolean' : 'a whole number';
  }
  if (value.kind === 'global') return `the name ${quoted(globalName(value))}`;
  if (value.kind === 'instance') return `an object of class ${quoted(globalName(value.type))}`;
  return `a ${value.kind}`;
}
