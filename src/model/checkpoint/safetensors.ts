/**
 * Reads safetensors files over a file handle: 8 bytes header length (little-endian), JSON header, tensor data. Only the
 * header and the tensor asked for are ever in memory.
 *
 * Everything is checked at `open`, before a tensor is read; every violation is a UserError that names the file.
 */

import { type FileHandle, open, stat } from 'node:fs/promises';
import { UserError } from '../../system/errors.ts';
import { DAMAGED, quoted } from './json.ts';
import { parseHeader } from './safetensors-header.ts';
import { DTYPE_BYTES, elementCount, type StoredTensor, type TensorSource } from './source.ts';

const LENGTH_BYTES = 8;
/** The limit of the format's own reader. */
const MAX_HEADER_BYTES = 100_000_000;
/** One read of the system; larger ones fail on some platforms from 2 GiB. */
const MAX_READ_BYTES = 1 << 30;

export class SafetensorsFile implements TensorSource {
  private constructor(
    readonly file: string,
    readonly tensors: ReadonlyMap<string, StoredTensor>,
    private readonly handle: FileHandle,
  ) {}

  static async open(path: string): Promise<SafetensorsFile> {
    let handle: FileHandle;
    try {
      // Asked before opening, because opening a pipe waits for someone to write.
      if (!(await stat(path)).isFile()) {
        throw new UserError('is not a regular file', 'Give a .safetensors file or its folder.', { file: path });
      }
      handle = await open(path, 'r');
    } catch (error) {
      if (error instanceof UserError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new UserError(`cannot be opened (${reason})`, 'Check the path and its permissions.', { file: path });
    }
    try {
      return new SafetensorsFile(path, await readHeader(handle, path), handle);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async readFloat32(name: string, from = 0, to?: number): Promise<Float32Array> {
    const tensor = this.tensors.get(name);
    if (tensor === undefined) throw new Error(`no tensor ${quoted(name)} in ${this.file}`);
    const end = to ?? elementCount(tensor.shape) ?? 0;
    const size = DTYPE_BYTES[tensor.dtype];
    if (from < 0 || from > end || end * size > tensor.bytes) {
      throw new Error(`elements ${from} to ${end} are not inside tensor ${quoted(name)}`);
    }
    const fill = <T extends Uint8Array>(bytes: T): Promise<T> =>
      readFully(this.handle, bytes, tensor.offset + from * size, this.file);
    const count = end - from;
    switch (tensor.dtype) {
      case 'F32':
        return new Float32Array((await fill(new Uint8Array(count * 4))).buffer);
      case 'F16':
        return new Float32Array(new Float16Array((await fill(new Uint8Array(count * 2))).buffer));
      case 'F64':
        return new Float32Array(new Float64Array((await fill(new Uint8Array(count * 8))).buffer));
      case 'BF16': {
        const halves = new Uint16Array((await fill(new Uint8Array(count * 2))).buffer);
        const words = new Uint32Array(count);
        for (let i = 0; i < count; i++) words[i] = halves[i]! << 16;
        return new Float32Array(words.buffer);
      }
      default:
        throw new UserError(
          `tensor ${quoted(name)} holds ${tensor.dtype} values, not floating-point numbers`,
          'Use a checkpoint in float32, float16 or bfloat16.',
          { file: this.file },
        );
    }
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}

async function readHeader(handle: FileHandle, file: string): Promise<ReadonlyMap<string, StoredTensor>> {
  const refuse = (sentence: string): never => {
    throw new UserError(sentence, DAMAGED, { file });
  };
  const { size } = await handle.stat();
  if (size < LENGTH_BYTES) return refuse(`has ${size} bytes, too few for a safetensors file`);
  const prefix = await readFully(handle, new Uint8Array(LENGTH_BYTES), 0, file);
  // Number() rounds beyond 2^53, far above the limit that is checked next.
  const length = Number(new DataView(prefix.buffer).getBigUint64(0, true));
  const dataStart = LENGTH_BYTES + length;
  if (length > MAX_HEADER_BYTES || dataStart > size) {
    return refuse(
      `is not a safetensors file or is cut off: its first 8 bytes announce a header of ${length} bytes, more than ` +
        (length > MAX_HEADER_BYTES ? `the limit of ${MAX_HEADER_BYTES}` : 'the file holds'),
    );
  }
  const header = await readFully(handle, new Uint8Array(length), LENGTH_BYTES, file);
  return parseHeader(header, file, dataStart, size - dataStart);
}

/** Fills `bytes` from `position` of the file; a file that became shorter since it was opened is a UserError. */
async function readFully<T extends Uint8Array>(
  handle: FileHandle,
  bytes: T,
  position: number,
  file: string,
): Promise<T> {
  for (let done = 0; done < bytes.length; ) {
    const wanted = Math.min(bytes.length - done, MAX_READ_BYTES);
    const { bytesRead } = await handle.read(bytes, done, wanted, position + done);
    if (bytesRead === 0) {
      throw new UserError('ends before its last tensor', 'It was changed while it was read; run again.', { file });
    }
    done += bytesRead;
  }
  return bytes;
}
