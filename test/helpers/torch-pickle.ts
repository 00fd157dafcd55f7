/**
 * Writes pickles, good and bad, opcode by opcode. Written apart from the interpreter in src. Texts stand for their
 * bytes in Latin-1, so that '\x80\x02' is two bytes.
 */

type Part = string | Uint8Array;

export function bytes(...parts: readonly Part[]): Buffer {
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)));
}

/** A whole pickle of protocol 2. */
export const pickle = (...body: readonly Part[]) => bytes('\x80\x02', ...body, '.');

export function text(value: string): Buffer {
  const utf8 = Buffer.from(value, 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(utf8.length);
  return bytes('X', length, utf8);
}

/** BININT where it fits, LONG1 otherwise. */
export function int(value: number | bigint): Buffer {
  const small = Buffer.alloc(4);
  if (value >= -(2 ** 31) && value < 2 ** 31) {
    small.writeInt32LE(Number(value));
    return bytes('J', small);
  }
  const long = Buffer.alloc(16);
  long.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
  long.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value) >> 64n), 8);
  return bytes('\x8a\x10', long);
}

export function float(value: number): Buffer {
  const double = Buffer.alloc(8);
  double.writeDoubleBE(value);
  return bytes('G', double);
}

export const none = 'N';
export const yes = '\x88';
export const no = '\x89';
export const global = (module: string, name: string) => bytes('c', Buffer.from(`${module}\n${name}\n`));
export const tuple = (...items: readonly Part[]) => bytes('(', ...items, 't');
export const list = (...items: readonly Part[]) => bytes('](', ...items, 'e');
export const reduce = (callable: Part, ...args: readonly Part[]) => bytes(callable, tuple(...args), 'R');
export const orderedDict = reduce(global('collections', 'OrderedDict'));

export function dict(items: Readonly<Record<string, Part>>, empty: Part = '}'): Buffer {
  return bytes(empty, '(', ...Object.entries(items).flatMap(([key, value]) => [text(key), value]), 'u');
}

/** An object made by NEWOBJ and BUILD. */
export const object = (module: string, name: string, state: Part) => bytes(global(module, name), ')\x81', state, 'b');

/** @param type e.g. `FloatStorage` */
export const storage = (key: string, elements: number | bigint, type = 'FloatStorage') =>
  bytes(tuple(text('storage'), global('torch', type), text(key), text('cpu'), int(elements)), 'Q');

export interface View {
  readonly storage: Part;
  readonly shape: readonly (number | bigint)[];
  readonly strides: readonly (number | bigint)[];
  readonly offset?: number | bigint;
}

export const tensor = ({ storage: held, shape, strides, offset = 0 }: View) =>
  reduce(
    global('torch._utils', '_rebuild_tensor_v2'),
    ...[held, int(offset), tuple(...shape.map(int)), tuple(...strides.map(int)), no, orderedDict],
  );

/** A float32 tensor of one dimension that is its storage. */
export const vector = (key: string, elements: number) =>
  tensor({ storage: storage(key, elements), shape: [elements], strides: [1] });

/** A torch.nn.Module of this class; `extra` are further attributes. */
export function moduleObject(
  module: string,
  name: string,
  parts: Readonly<Record<'parameters' | 'buffers' | 'modules', Readonly<Record<string, Part>>>>,
  extra: Readonly<Record<string, Part>> = {},
): Buffer {
  const state = {
    training: yes,
    _parameters: dict(parts.parameters),
    _buffers: dict(parts.buffers),
    _modules: dict(parts.modules),
    ...extra,
  };
  return object(module, name, dict(state));
}
