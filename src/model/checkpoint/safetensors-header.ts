/**
 * The header of a safetensors file: JSON that maps each tensor name to dtype, shape and byte range.
 *
 * Invariant of the result: the tensors tile the data part exactly, without overlap or hole, and each range has the size
 * that its dtype and shape ask for. Offsets in the header count from the data part, those in the result from the file.
 */

import { UserError } from '../../system/errors.ts';
import { isObject } from '../../system/json-object.ts';
import { DAMAGED, parseJsonObject, quoted } from './json.ts';
import { DTYPE_BYTES, type Dtype, elementCount, type StoredTensor } from './source.ts';

export interface PlacedTensor extends StoredTensor {
  /** Byte position of the first element in the file. */
  readonly offset: number;
  readonly bytes: number;
}

const METADATA = '__metadata__';
/** The header's object, a tensor's object, its shape or offsets. */
const LEVELS = 3;

/**
 * @param header the JSON text's bytes
 * @param dataStart byte position in the file of the data part
 * @param dataBytes size of the data part
 */
export function parseHeader(
  header: Uint8Array,
  file: string,
  dataStart: number,
  dataBytes: number,
): ReadonlyMap<string, PlacedTensor> {
  const tensors = new Map<string, PlacedTensor>();
  for (const [name, entry] of parseJsonObject(header, file, 'the safetensors header', LEVELS)) {
    if (name === METADATA) checkMetadata(entry, file);
    else tensors.set(name, parseEntry(name, entry, file, dataStart, dataBytes));
  }
  checkTiling(tensors, file, dataStart, dataStart + dataBytes);
  return tensors;
}

function refuse(file: string, sentence: string): never {
  throw new UserError(sentence, DAMAGED, { file });
}

function checkMetadata(entry: unknown, file: string): void {
  if (!isObject(entry) || Object.values(entry).some((value) => typeof value !== 'string')) {
    refuse(file, `${METADATA} in the safetensors header does not map text to text`);
  }
}

function parseEntry(name: string, entry: unknown, file: string, dataStart: number, dataBytes: number): PlacedTensor {
  const tensor = `tensor ${quoted(name)}`;
  const keys = isObject(entry) ? Object.keys(entry).sort().join(' ') : '';
  if (!isObject(entry) || keys !== 'data_offsets dtype shape') {
    return refuse(file, `${tensor} is not described by exactly dtype, shape and data_offsets`);
  }
  const { dtype, shape, data_offsets: range } = entry;
  if (!isDtype(dtype)) return refuse(file, `${tensor} has an unknown dtype`);
  if (!isSizes(shape)) return refuse(file, `${tensor} has a shape that is not a list of whole numbers from 0`);
  if (!isSizes(range) || range.length !== 2) {
    return refuse(file, `${tensor} has data_offsets that are not two whole numbers from 0`);
  }
  const [begin = 0, end = 0] = range;
  if (begin > end || end > dataBytes) {
    return refuse(file, `${tensor} lies at bytes ${begin} to ${end}, but the file holds ${dataBytes} bytes of data`);
  }
  const elements = elementCount(shape);
  // A product beyond 2^53 is not equal to any size that a file can have.
  if (elements === undefined || elements * DTYPE_BYTES[dtype] !== end - begin) {
    return refuse(
      file,
      `${tensor} of type ${dtype} and shape [${shape.slice(0, 8)}] does not fit its ${end - begin} bytes`,
    );
  }
  return { dtype, shape, offset: dataStart + begin, bytes: end - begin };
}

function isDtype(value: unknown): value is Dtype {
  return typeof value === 'string' && Object.hasOwn(DTYPE_BYTES, value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function checkTiling(tensors: ReadonlyMap<string, PlacedTensor>, file: string, start: number, end: number): void {
  let next = start;
  const byPlace = [...tensors].sort(([, a], [, b]) => a.offset - b.offset || a.bytes - b.bytes);
  for (const [name, { offset, bytes }] of byPlace) {
    if (offset < next) refuse(file, `tensor ${quoted(name)} overlaps another tensor`);
    if (offset > next) refuse(file, `${offset - next} bytes before tensor ${quoted(name)} belong to no tensor`);
    next = offset + bytes;
  }
  if (next !== end) refuse(file, `the last ${end - next} bytes belong to no tensor`);
}
