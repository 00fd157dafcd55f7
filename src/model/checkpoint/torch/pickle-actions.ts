/** The opcodes that work on the stack: containers, memo, names, and those that would call. */

import { quoted } from '../json.ts';
import type { Opcode } from './opcodes.ts';
import { build, call, newObject, refuseCall } from './pickle-calls.ts';
import type { Literal } from './pickle-literals.ts';
import { NOT_PLAIN, PickleProblem } from './pickle-problem.ts';
import type { PickleReader } from './pickle-reader.ts';
import type { PickleStack } from './pickle-stack.ts';
import { asKind, type Dict, describe, type Global, type Tuple, type Value } from './pickle-value.ts';
import type { StorageTable } from './storage-table.ts';

const NEWEST_PROTOCOL = 5;
/** Characters of a module or of a name in it. */
const MAX_NAME = 256;

/** What an opcode works on. */
export interface Machine {
  readonly reader: PickleReader;
  readonly stack: PickleStack;
  readonly storages: StorageTable;
  /** Byte position where the last frame ends. */
  frameEnd: number;
}

type Action = (machine: Machine) => void;

export const ACTIONS: Readonly<Record<Exclude<Opcode, Literal | 'STOP'>, Action>> = {
  PROTO: protocol,
  FRAME: frame,

  MARK: ({ stack }) => stack.mark(),
  POP: ({ stack }) => stack.drop(),
  POP_MARK: ({ stack }) => stack.popToMark(),
  DUP: ({ stack }) => stack.push(stack.top()),

  PUT: ({ stack, reader }) => stack.put(memoIndex(reader)),
  BINPUT: ({ stack, reader }) => stack.put(reader.uint8()),
  LONG_BINPUT: ({ stack, reader }) => stack.put(reader.uint32()),
  MEMOIZE: ({ stack }) => stack.memoize(),
  GET: ({ stack, reader }) => stack.push(stack.get(memoIndex(reader))),
  BINGET: ({ stack, reader }) => stack.push(stack.get(reader.uint8())),
  LONG_BINGET: ({ stack, reader }) => stack.push(stack.get(reader.uint32())),

  EMPTY_TUPLE: ({ stack }) => stack.push({ kind: 'tuple', items: [] }),
  TUPLE: ({ stack }) => stack.push({ kind: 'tuple', items: stack.popToMark() }),
  TUPLE1: ({ stack }) => stack.push(tuple(stack, 1)),
  TUPLE2: ({ stack }) => stack.push(tuple(stack, 2)),
  TUPLE3: ({ stack }) => stack.push(tuple(stack, 3)),

  EMPTY_LIST: ({ stack }) => stack.push({ kind: 'list', items: [], isTaken: false }),
  LIST: ({ stack }) => stack.push({ kind: 'list', items: stack.popToMark(), isTaken: false }),
  APPEND: ({ stack }) => append(stack, [stack.pop()]),
  APPENDS: ({ stack }) => append(stack, stack.popToMark()),

  EMPTY_DICT: ({ stack }) => stack.push(emptyDict()),
  DICT: ({ stack }) => {
    const dict = emptyDict();
    setItems(dict, stack.popToMark());
    stack.push(dict);
  },
  SETITEM: ({ stack }) => {
    const value = stack.pop();
    const key = stack.pop();
    setItems(stack.top(), [key, value]);
  },
  SETITEMS: ({ stack }) => {
    const items = stack.popToMark();
    setItems(stack.top(), items);
  },

  EMPTY_SET: ({ stack }) => stack.push({ kind: 'set', items: new Set() }),
  FROZENSET: ({ stack }) => stack.push({ kind: 'set', items: new Set(stack.popToMark()) }),
  ADDITEMS: ({ stack }) => {
    const items = stack.popToMark();
    const set = asKind(stack.top(), 'set');
    if (set === undefined) throw new PickleProblem(`adds items to ${describe(stack.top())}`, NOT_PLAIN);
    for (const item of items) set.items.add(item);
  },

  GLOBAL: ({ stack, reader }) => stack.push(globalOfLines(reader)),
  STACK_GLOBAL: ({ stack }) => {
    const name = stack.pop();
    const module = stack.pop();
    if (typeof name !== 'string' || typeof module !== 'string') {
      throw new PickleProblem(`names ${describe(module)} and ${describe(name)} where two texts must be`);
    }
    stack.push(globalOf(module, name));
  },
  BINPERSID: ({ stack, storages }) => stack.push(storages.resolve(stack.pop())),

  REDUCE: ({ stack }) => {
    const args = stack.pop();
    stack.push(call(stack.pop(), args));
  },
  NEWOBJ: ({ stack }) => {
    const args = stack.pop();
    stack.push(newObject('NEWOBJ', stack.pop(), args));
  },
  NEWOBJ_EX: ({ stack }) => {
    const named = asKind(stack.pop(), 'dict');
    const args = stack.pop();
    const type = stack.pop();
    if (named?.entries.size !== 0) refuseCall('NEWOBJ_EX', type);
    stack.push(newObject('NEWOBJ_EX', type, args));
  },
  BUILD: ({ stack }) => {
    const state = stack.pop();
    build(stack.top(), state);
  },
  INST: ({ reader }) => refuseCall('INST', globalOfLines(reader)),
  OBJ: ({ stack }) => refuseCall('OBJ', stack.popToMark()[0]),

  PERSID: () => refuseOpcode('PERSID'),
  EXT1: () => refuseOpcode('EXT1'),
  EXT2: () => refuseOpcode('EXT2'),
  EXT4: () => refuseOpcode('EXT4'),
  NEXT_BUFFER: () => refuseOpcode('NEXT_BUFFER'),
  READONLY_BUFFER: () => refuseOpcode('READONLY_BUFFER'),
};

function refuseOpcode(opcode: Opcode): never {
  throw new PickleProblem(`uses the opcode ${opcode}, which a checkpoint has no need of`, NOT_PLAIN);
}

function protocol({ reader }: Machine): void {
  const version = reader.uint8();
  // Two bytes were read: the opcode and its argument.
  if (reader.at !== 2) throw new PickleProblem('names its protocol in the middle');
  if (version > NEWEST_PROTOCOL) {
    throw new PickleProblem(`is of protocol ${version}; protocols 0 to ${NEWEST_PROTOCOL} are read`);
  }
}

function frame(machine: Machine): void {
  const bytes = machine.reader.uint64();
  const { at, left } = machine.reader;
  if (bytes > left || at < machine.frameEnd) throw new PickleProblem('has a frame that passes its end');
  machine.frameEnd = at + bytes;
}

function memoIndex(reader: PickleReader): number {
  const text = reader.decode(reader.line());
  if (!/^\d{1,10}$/.test(text)) throw new PickleProblem('a memo index is no number');
  return Number(text);
}

function tuple(stack: PickleStack, count: number): Tuple {
  const items: Value[] = [];
  for (let i = 0; i < count; i++) items.unshift(stack.pop());
  return { kind: 'tuple', items };
}

function emptyDict(): Dict {
  return { kind: 'dict', entries: new Map(), ordered: false };
}

function append(stack: PickleStack, items: readonly Value[]): void {
  const list = asKind(stack.top(), 'list');
  if (list === undefined) throw new PickleProblem(`appends to ${describe(stack.top())}`, NOT_PLAIN);
  for (const item of items) list.items.push(item);
}

/** @param items keys and values by turns */
function setItems(target: Value, items: readonly Value[]): void {
  const entries = asKind(target, 'dict')?.entries;
  if (entries === undefined) throw new PickleProblem(`sets items of ${describe(target)}`, NOT_PLAIN);
  if (items.length % 2 !== 0) throw new PickleProblem('a dict has a key without a value');
  for (let i = 0; i < items.length; i += 2) {
    const key = items[i]!;
    if (entries.has(key)) {
      throw new PickleProblem(`a dict has the key ${typeof key === 'string' ? quoted(key) : describe(key)} twice`);
    }
    entries.set(key, items[i + 1]!);
  }
}

function globalOfLines(reader: PickleReader): Global {
  const module = reader.decode(reader.line());
  return globalOf(module, reader.decode(reader.line()));
}

function globalOf(module: string, name: string): Global {
  if (module.length > MAX_NAME || name.length > MAX_NAME) throw new PickleProblem('a name of a module is too long');
  return { kind: 'global', module, name };
}
