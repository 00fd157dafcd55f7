/**
 * Reads safetensors files over a file handle: 8 bytes header length (little-endian), JSON header, tensor data. Only the
 * header and the tensor asked for are ever in memory.
 *
 * Everything is checked at `open`, before a tensor is read; every violation is a UserError that names the file.
 */

import { UserError } from '../../system/errors.ts';
import { RandomAccessFile } from '../../system/random-access.ts';
import { float32Of, isFloat } from './elements.ts';
import { DAMAGED, quoted } from './json.ts';
import { type PlacedTensor, parseHeader } from './safetensors-header.ts';
import { DTYPE_BYTES, elementCount, type TensorSource } from './source.ts';

const LENGTH_BYTES = 8;
/** The limit of the format's own reader. */
const MAX_HEADER_BYTES = 100_000_000;

export class SafetensorsFile implements TensorSource {
  private constructor(
    readonly tensors: ReadonlyMap<string, PlacedTensor>,
    private readonly opened: RandomAccessFile,
  ) {}

  static async open(path: string): Promise<SafetensorsFile> {
    const file = await RandomAccessFile.open(path);
    try {
      return new SafetensorsFile(await readHeader(file), file);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get file(): string {
    return this.opened.path;
  }

  get files(): readonly string[] {
    return [this.file];
  }

  async readFloat32(name: string, from = 0, to?: number): Promise<Float32Array> {
    const tensor = this.tensors.get(name);
    if (tensor === undefined) throw new Error(`no tensor ${quoted(name)} in ${this.file}`);
    const end = to ?? elementCount(tensor.shape) ?? 0;
    const { dtype } = tensor;
    const size = DTYPE_BYTES[dtype];
    if (from < 0 || from > end || end * size > tensor.bytes) {
      throw new Error(`elements ${from} to ${end} are not inside tensor ${quoted(name)}`);
    }
    if (!isFloat(dtype)) {
      throw new UserError(
        `tensor ${quoted(name)} holds ${dtype} values, not floating-point numbers`,
        'Use a checkpoint in float32, float16 or bfloat16.',
        { file: this.file },
      );
    }
    const bytes = new Uint8Array((end - from) * size);
    return float32Of(dtype, await this.opened.read(bytes, tensor.offset + from * size));
  }

  async close(): Promise<void> {
    await this.opened.close();
  }
}

async function readHeader(file: RandomAccessFile): Promise<ReadonlyMap<string, PlacedTensor>> {
  const { path, size } = file;
  const refuse = (sentence: string): never => {
    throw new UserError(sentence, DAMAGED, { file: path });
  };
  if (size < LENGTH_BYTES) return refuse(`has ${size} bytes, too few for a safetensors file`);
  const prefix = await file.read(new Uint8Array(LENGTH_BYTES), 0);
  // Number() rounds beyond 2^53, far above the limit that is checked next.
  const length = Number(new DataView(prefix.buffer).getBigUint64(0, true));
  const dataStart = LENGTH_BYTES + length;
  if (length > MAX_HEADER_BYTES || dataStart > size) {
    return refuse(
      `is not a safetensors file or is cut off: its first 8 bytes announce a header of ${length} bytes, more than ` +
        (length > MAX_HEADER_BYTES ? `the limit of ${MAX_HEADER_BYTES}` : 'the file holds'),
    );
  }
  return parseHeader(await file.read(new Uint8Array(length), LENGTH_BYTES), path, dataStart, size - dataStart);
}
