/** From the bytes of a checkpoint's elements (little-endian, as this machine is) to numbers. */

import type { Dtype } from './source.ts';

/** Elements as stored; bfloat16 as its 16 bits, booleans as bytes. */
export type Elements =
  | Float64Array
  | Float32Array
  | Float16Array
  | Uint16Array
  | BigInt64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint8Array;

export function elementsOf(dtype: Dtype, { buffer }: Uint8Array<ArrayBuffer>): Elements {
  switch (dtype) {
    case 'F64':
      return new Float64Array(buffer);
    case 'F32':
      return new Float32Array(buffer);
    case 'F16':
      return new Float16Array(buffer);
    case 'BF16':
      return new Uint16Array(buffer);
    case 'I64':
      return new BigInt64Array(buffer);
    case 'I32':
      return new Int32Array(buffer);
    case 'I16':
      return new Int16Array(buffer);
    case 'I8':
      return new Int8Array(buffer);
    case 'U8':
    case 'BOOL':
      return new Uint8Array(buffer);
    default:
      return dtype satisfies never;
  }
}

export type FloatDtype = Extract<Dtype, 'F64' | 'F32' | 'F16' | 'BF16'>;

export function isFloat(dtype: Dtype): dtype is FloatDtype {
  return dtype === 'F64' || dtype === 'F32' || dtype === 'F16' || dtype === 'BF16';
}

/** As float32: F32 is the same memory, F16 and BF16 widen exactly, F64 is rounded to nearest. */
export function float32Of(dtype: FloatDtype, { buffer }: Uint8Array<ArrayBuffer>): Float32Array {
  switch (dtype) {
    case 'F32':
      return new Float32Array(buffer);
    case 'F16':
      return new Float32Array(new Float16Array(buffer));
    case 'F64':
      return new Float32Array(new Float64Array(buffer));
    case 'BF16': {
      const halves = new Uint16Array(buffer);
      const words = new Uint32Array(halves.length);
      for (let i = 0; i < halves.length; i++) words[i] = halves[i]! << 16;
      return new Float32Array(words.buffer);
    }
    default:
      return dtype satisfies never;
  }
}
