/** What an input is: how many bytes, and in which container, by its first bytes whatever its name. */

import { constants } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';
import { UserError } from '../system/errors.ts';
import { memberHead } from './gzip-member.ts';
import { readingError } from './reading-error.ts';

export const STANDARD_INPUT = '-';

export type Container = 'plain' | 'gzip' | 'bgzip' | 'zstd';

export interface InputFile {
  /** As typed; `-` for standard input. */
  readonly name: string;
  /** Bytes as they stand in the file; undefined where it is no regular file. */
  readonly size: number | undefined;
  /** 'stream' for what is no regular file: its container is known once it is read. */
  readonly container: Container | 'stream';
}

/** Bytes of a file's head that tell every container, wherever bgzip's field stands among the first extra fields. */
export const CONTAINER_HEAD_BYTES = 4096;

interface Compression {
  readonly name: string;
  readonly magic: readonly number[];
  readonly command: string;
}

const REFUSED: readonly Compression[] = [
  { name: 'bzip2', magic: [0x42, 0x5a, 0x68], command: 'bzip2 -d' },
  { name: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], command: 'xz -d' },
  { name: 'zip', magic: [0x50, 0x4b, 0x03, 0x04], command: 'unzip' },
];

const GZIP = [0x1f, 0x8b];
const ZSTD = [0x28, 0xb5, 0x2f, 0xfd];
/** Behind a first byte 0x50 to 0x5f: a frame to be skipped, with which zstd data may begin. */
const ZSTD_SKIPPABLE = [0x2a, 0x4d, 0x18];

/**
 * Looks at an input without reading on. A pipe or a device is not opened: that can be done only once.
 *
 * @param name path as typed, `-` for standard input
 * @throws UserError when it is absent, a folder, not readable, or in a container that is not read
 */
export async function inspectInput(name: string): Promise<InputFile> {
  if (name === STANDARD_INPUT) return { name, size: undefined, container: 'stream' };
  try {
    const status = await stat(name);
    if (status.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
    await access(name, constants.R_OK);
    if (!status.isFile()) return { name, size: undefined, container: 'stream' };
    const head = await headOf(name);
    // Files that the kernel makes up as they are read have no size.
    if (status.size === 0 && head.length > 0) return { name, size: undefined, container: 'stream' };
    return { name, size: status.size, container: containerOf(head, name) };
  } catch (error) {
    throw readingError(error, name);
  }
}

async function headOf(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const head = new Uint8Array(CONTAINER_HEAD_BYTES);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/**
 * @param head the first `CONTAINER_HEAD_BYTES` of an input; all of it where it is shorter
 * @param name as typed
 */
export function containerOf(head: Uint8Array, name: string): Container {
  if (startsWith(head, GZIP)) {
    const member = memberHead(head);
    return typeof member === 'object' && member.blockBytes !== undefined ? 'bgzip' : 'gzip';
  }
  if (startsWith(head, ZSTD)) return 'zstd';
  if (head.length > 0 && (head[0]! & 0xf0) === 0x50 && startsWith(head.subarray(1), ZSTD_SKIPPABLE)) return 'zstd';
  const refused = REFUSED.find(({ magic }) => startsWith(head, magic));
  if (refused === undefined) return 'plain';
  const fromStandardInput = name === STANDARD_INPUT;
  throw new UserError(
    `${fromStandardInput ? 'standard input' : 'the file'} is ${refused.name}-compressed, which this version does not read yet`,
    `Decompress it first: ${refused.command} ${fromStandardInput ? '| virnucpro …' : name}`,
    { file: name },
  );
}

function startsWith(head: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, i) => head[i] === byte);
}
