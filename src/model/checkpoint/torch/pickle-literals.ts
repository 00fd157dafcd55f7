/** The opcodes that only push a value which follows them: numbers, texts, bytes. */

import type { Opcode } from './opcodes.ts';
import { PickleProblem } from './pickle-problem.ts';
import type { PickleReader } from './pickle-reader.ts';
import type { Float, Value } from './pickle-value.ts';

/** No number of a checkpoint is longer; making a number of many digits takes quadratic time. */
const MAX_LONG_BYTES = 32;
const MAX_LONG_DIGITS = 80;

type Read = (reader: PickleReader) => Value;

const LITERALS = {
  NONE: () => null,
  NEWTRUE: () => true,
  NEWFALSE: () => false,
  INT: (reader) => {
    const text = reader.decode(reader.line());
    // The booleans of protocol 0 and 1.
    if (text === '01') return true;
    if (text === '00') return false;
    return decimal(text);
  },
  BININT: (reader) => reader.int32(),
  BININT1: (reader) => reader.uint8(),
  BININT2: (reader) => reader.uint16(),
  LONG: (reader) => decimal(reader.decode(reader.line()).replace(/L$/, '')),
  LONG1: (reader) => twosComplement(reader.take(length(reader.uint8(), MAX_LONG_BYTES))),
  LONG4: (reader) => twosComplement(reader.take(length(reader.int32(), MAX_LONG_BYTES))),
  FLOAT: (reader) => {
    const text = reader.decode(reader.line());
    if (!/^(-?\d+(\.\d*)?(e[+-]?\d+)?|-?inf|nan)$/.test(text) || text.length > MAX_LONG_DIGITS) {
      throw new PickleProblem('a FLOAT is no number');
    }
    return float(Number(text.replace('inf', 'Infinity')));
  },
  BINFLOAT: (reader) => float(reader.float64()),
  STRING: (reader) => {
    // As Python's repr writes it; escapes stand only in texts that no checkpoint holds.
    const match = /^(["'])([^\\]*)\1$/.exec(reader.decode(reader.line()));
    if (match === null) throw new PickleProblem('a STRING is not a plain quoted text');
    return match[2]!;
  },
  BINSTRING: (reader) => reader.text(length(reader.int32())),
  SHORT_BINSTRING: (reader) => reader.text(reader.uint8()),
  UNICODE: (reader) => rawUnicode(reader.line()),
  BINUNICODE: (reader) => reader.text(reader.uint32()),
  SHORT_BINUNICODE: (reader) => reader.text(reader.uint8()),
  BINUNICODE8: (reader) => reader.text(reader.uint64()),
  BINBYTES: (reader) => reader.take(reader.uint32()),
  SHORT_BINBYTES: (reader) => reader.take(reader.uint8()),
  BINBYTES8: (reader) => reader.take(reader.uint64()),
  BYTEARRAY8: (reader) => reader.take(reader.uint64()),
} satisfies { readonly [Name in Opcode]?: Read };

export type Literal = keyof typeof LITERALS;

export function isLiteral(opcode: Opcode): opcode is Literal {
  return Object.hasOwn(LITERALS, opcode);
}

export function readLiteral(opcode: Literal, reader: PickleReader): Value {
  return LITERALS[opcode](reader);
}

function float(value: number): Float {
  return { kind: 'float', value };
}

function length(value: number, most = Number.POSITIVE_INFINITY): number {
  if (value < 0 || value > most) throw new PickleProblem(`announces ${value} bytes`);
  return value;
}

/** As a number where it is exact. */
function whole(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function decimal(text: string): number | bigint {
  if (!/^[+-]?\d+$/.test(text) || text.length > MAX_LONG_DIGITS) {
    throw new PickleProblem('a decimal number is malformed or too long');
  }
  return whole(BigInt(text.replace('+', '')));
}

/** Little-endian, signed; no bytes are 0. */
function twosComplement(bytes: Uint8Array): number | bigint {
  const hex = Buffer.from(bytes).reverse().toString('hex');
  const value = BigInt(`0x0${hex}`);
  return whole(BigInt.asIntN(8 * bytes.length, value));
}

/** Python's raw-unicode-escape: bytes are code points, others stand as \uXXXX or \UXXXXXXXX. */
function rawUnicode(line: Uint8Array): string {
  const text = Buffer.from(line).toString('latin1');
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/g, (_, four: string, eight: string) => {
    const code = Number.parseInt(four ?? eight, 16);
    if (code > 0x10ffff) throw new PickleProblem('a text has a character that does not exist');
    return String.fromCodePoint(code);
  });
}
