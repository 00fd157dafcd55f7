/**
 * One frame of a journal file, little endian:
 *
 *     offset  bytes
 *          0      4  magic, "VNJ1"
 *          4      4  kind: what the frame tells
 *          8      4  J: bytes of the JSON, a multiple of 4
 *         12      4  B: bytes of the body, a multiple of 4
 *         16      4  CRC-32 of JSON and body
 *         20      4  CRC-32 of the 20 bytes before
 *         24      J  JSON as UTF-8, spaces at its end up to J
 *     24 + J      B  body: typed arrays of 4-byte elements, one behind the other
 *
 * Invariants: every part begins at a multiple of 4 and no byte is outside a checksum, so a frame is whole or it is none.
 * Numbers of a body are in the order of the machine, which is little endian everywhere this program runs.
 */

import { crc32 } from 'node:zlib';

export const HEADER_BYTES = 24;
/** More than any frame's; a damaged length asks for no more than this. */
export const MAX_JSON_BYTES = 1 << 20;
/** As for JSON. Who has more to say says it in several frames. */
export const MAX_BODY_BYTES = 1 << 26;

const MAGIC = 0x314a4e56;
const ALIGNMENT = 4;
const SPACE = 0x20;

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export type BodyPart = Uint32Array | Float32Array;

export interface Frame {
  /** A number in `[0, 2^32)`. */
  readonly kind: number;
  /** What `JSON.stringify` takes. */
  readonly json: unknown;
  readonly body?: readonly BodyPart[];
}

/** What a header says of the bytes behind it. */
export interface FrameHeader {
  readonly kind: number;
  readonly jsonBytes: number;
  readonly bodyBytes: number;
  /** CRC-32 of JSON and body. */
  readonly checksum: number;
}

/** @returns the whole frame; nothing of it is shared with the body's arrays */
export function encodeFrame({ kind, json, body = [] }: Frame): Uint8Array<ArrayBuffer> {
  const text = Buffer.from(JSON.stringify(json));
  const jsonBytes = Math.ceil(text.length / ALIGNMENT) * ALIGNMENT;
  const bodyBytes = body.reduce((sum, part) => sum + part.byteLength, 0);
  if (jsonBytes > MAX_JSON_BYTES || bodyBytes > MAX_BODY_BYTES) {
    throw new Error(`a frame of ${jsonBytes} and ${bodyBytes} bytes`);
  }
  const bytes = new Uint8Array(HEADER_BYTES + jsonBytes + bodyBytes);
  bytes.set(text, HEADER_BYTES);
  bytes.fill(SPACE, HEADER_BYTES + text.length, HEADER_BYTES + jsonBytes);
  let at = HEADER_BYTES + jsonBytes;
  for (const part of body) {
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
    at += part.byteLength;
  }
  const header = new DataView(bytes.buffer, 0, HEADER_BYTES);
  const checksum = crc32(bytes.subarray(HEADER_BYTES));
  for (const [i, word] of [MAGIC, kind, jsonBytes, bodyBytes, checksum].entries()) header.setUint32(4 * i, word, true);
  header.setUint32(HEADER_BYTES - 4, crc32(bytes.subarray(0, HEADER_BYTES - 4)), true);
  return bytes;
}

/**
 * @param bytes of a header
 * @returns undefined where they are none
 */
export function decodeHeader(bytes: Uint8Array): FrameHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  const word = (i: number) => view.getUint32(4 * i, true);
  if (word(0) !== MAGIC || word(5) !== crc32(bytes.subarray(0, HEADER_BYTES - 4))) return undefined;
  const [kind, jsonBytes, bodyBytes, checksum] = [word(1), word(2), word(3), word(4)];
  if (jsonBytes > MAX_JSON_BYTES || bodyBytes > MAX_BODY_BYTES) return undefined;
  if (jsonBytes % ALIGNMENT !== 0 || bodyBytes % ALIGNMENT !== 0) return undefined;
  return { kind, jsonBytes, bodyBytes, checksum };
}

/** @returns undefined where the bytes are no JSON */
export function decodeJson(bytes: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(UTF8.decode(bytes)) };
  } catch {
    return undefined;
  }
}
