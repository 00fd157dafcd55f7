/**
 * Reads a journal file: its frames up to the first that is not whole. Bodies are checked in passing and read later, one
 * by one, so memory does not grow with the file's bodies.
 */

import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { EXIT, UserError } from '../system/errors.ts';
import { machineError, systemCode } from '../system/machine-error.ts';
import { type FileCalls, type OpenFile, readAll, SYSTEM_FILES } from './file-calls.ts';
import { decodeHeader, decodeJson, HEADER_BYTES } from './frame.ts';

const BLOCK_BYTES = 1 << 20;

const START_ANEW =
  'Check the disk and its permissions, then run again; or start anew with --force instead of --resume.';

/** A sound frame as it lies in its file. */
export interface StoredFrame {
  readonly kind: number;
  readonly json: unknown;
  /** Where the body lies, in bytes, and the checksum of it alone. */
  readonly body: { readonly offset: number; readonly bytes: number; readonly checksum: number };
  /** Byte offset behind the frame. */
  readonly end: number;
}

export interface JournalContent {
  /** In the order of the file, without a gap from its beginning. */
  readonly frames: readonly StoredFrame[];
  /** Byte offset behind the last of them. */
  readonly end: number;
  /** Whether something that is no sound frame follows. */
  readonly torn: boolean;
}

export async function readJournal(path: string, files: FileCalls = SYSTEM_FILES): Promise<JournalContent> {
  return withFile(path, 'read', files, contentOf);
}

/** @returns undefined where the file does not begin with a sound frame */
export async function readFirstFrame(path: string, files: FileCalls = SYSTEM_FILES): Promise<StoredFrame | undefined> {
  return withFile(path, 'read', files, async (file) => frameAt(file, 0, await file.size()));
}

/**
 * Reads a journal file and cuts off what is no sound frame. The file and its name are on the disk then, which a process
 * that was killed may not have seen to: whoever deletes what the file replaces loses nothing in a power cut.
 */
export async function recover(path: string, files: FileCalls = SYSTEM_FILES): Promise<JournalContent> {
  return withFile(path, 'append', files, async (file) => {
    const content = await contentOf(file);
    try {
      if (content.torn) await file.truncate(content.end);
      await file.sync();
      await files.syncFolder(dirname(path));
    } catch (error) {
      throw machineError(error, path);
    }
    return content;
  });
}

/** @returns the body of a frame that was read from this file */
export async function readBody(
  path: string,
  { body }: StoredFrame,
  files: FileCalls = SYSTEM_FILES,
): Promise<ArrayBuffer> {
  return withFile(path, 'read', files, async (file) => {
    const bytes = new Uint8Array(body.bytes);
    if ((await readAll(file, bytes, body.offset)) && crc32(bytes) === body.checksum) return bytes.buffer;
    throw new UserError('was changed while it was read', 'Make sure that nothing else writes to it, then run again.', {
      file: path,
    });
  });
}

/** For a journal whose frames are whole but do not tell what they should. @param what as in `it holds no run` */
export function damagedJournal(path: string, what: string): UserError {
  return new UserError(`The journal is damaged: ${what}`, 'Start anew with --force instead of --resume.', {
    file: path,
  });
}

async function contentOf(file: OpenFile): Promise<JournalContent> {
  const size = await file.size();
  const frames: StoredFrame[] = [];
  for (let end = 0; ; ) {
    const frame = await frameAt(file, end, size);
    if (frame === undefined) return { frames, end, torn: end < size };
    frames.push(frame);
    end = frame.end;
  }
}

/** @returns undefined where there is no sound frame */
async function frameAt(file: OpenFile, start: number, size: number): Promise<StoredFrame | undefined> {
  if (start + HEADER_BYTES > size) return undefined;
  const headerBytes = new Uint8Array(HEADER_BYTES);
  if (!(await readAll(file, headerBytes, start))) return undefined;
  const header = decodeHeader(headerBytes);
  if (header === undefined) return undefined;
  const offset = start + HEADER_BYTES + header.jsonBytes;
  const end = offset + header.bodyBytes;
  if (end > size) return undefined;

  const text = new Uint8Array(header.jsonBytes);
  if (!(await readAll(file, text, start + HEADER_BYTES))) return undefined;
  let whole = crc32(text);
  let own = 0;
  const block = new Uint8Array(Math.min(BLOCK_BYTES, header.bodyBytes));
  for (let at = offset; at < end; at += block.length) {
    const part = block.subarray(0, Math.min(block.length, end - at));
    if (!(await readAll(file, part, at))) return undefined;
    whole = crc32(part, whole);
    own = crc32(part, own);
  }
  const json = whole === header.checksum ? decodeJson(text) : undefined;
  if (json === undefined) return undefined;
  return { kind: header.kind, json: json.value, body: { offset, bytes: header.bodyBytes, checksum: own }, end };
}

async function withFile<T>(
  path: string,
  mode: 'read' | 'append',
  files: FileCalls,
  action: (file: OpenFile) => Promise<T>,
): Promise<T> {
  try {
    const file = await files.open(path, mode);
    try {
      return await action(file);
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    throw new UserError(`cannot be read (${code})`, START_ANEW, { file: path }, EXIT.runtime);
  }
}
