/**
 * What a server's answer means for a file of which `from` bytes are there already. Nothing of the body is read here, so
 * an answer that cannot be right is refused before it costs a byte of disk.
 */

import { Interruption, refusal } from './interruption.ts';
import type { RemoteFile } from './remote-file.ts';
import { shown } from './request.ts';
import { LONGEST_ASKED_MS, retryAfterMs } from './retry.ts';

/** Offsets count from the file's start. */
export type Meaning =
  | {
      readonly kind: 'body';
      /** Offset of the body's first byte: `from`, or 0 where the whole file comes again. */
      readonly from: number;
      /** Offset behind its last byte; undefined where nobody says it. */
      readonly until: number | undefined;
      /** Size of the whole file; undefined where neither the server nor the catalogue says it. */
      readonly total: number | undefined;
      readonly validator: string | undefined;
    }
  /** All is there: the server has nothing behind `from`. */
  | { readonly kind: 'complete' }
  /** What is there is not the beginning of what the server has now. */
  | { readonly kind: 'other' };

export interface Asked {
  readonly file: RemoteFile;
  readonly from: number;
  /** What the server said about the bytes that are there, where it did. */
  readonly validator: string | undefined;
  /** Size of the file as it said before. */
  readonly total: number | undefined;
  readonly nowMs: number;
}

/** @param url where the answer came from */
export function meaningOf(response: Response, url: URL, asked: Asked): Meaning {
  const { status } = response;
  if (status === 416 && asked.from > 0) return nothingBehind(response, asked);
  if (status !== 200 && status !== 206) throw unwanted(response, url, asked);
  refuseOtherContent(response, url, asked.file);
  return status === 200 ? whole(response, url, asked) : range(response, url, asked);
}

/** A strong ETag, else the date: what If-Range can be asked with. */
export function validatorOf(headers: Headers): string | undefined {
  const tag = headers.get('etag');
  if (tag !== null && /^"[\x21\x23-\x7e]*"$/.test(tag)) return tag;
  const date = headers.get('last-modified');
  return date !== null && !Number.isNaN(Date.parse(date)) ? date : undefined;
}

function whole(response: Response, url: URL, { file }: Asked): Meaning {
  const length = contentLength(response, url, file);
  refuseOtherSize(length, url, file);
  const total = file.bytes ?? length;
  if (total === undefined && response.headers.get('transfer-encoding') === null) refuseWithoutEnd(url, file);
  return { kind: 'body', from: 0, until: length ?? total, total, validator: validatorOf(response.headers) };
}

function range(response: Response, url: URL, asked: Asked): Meaning {
  const { file, from } = asked;
  const text = response.headers.get('content-range');
  const found = contentRange(text);
  if (from === 0 || found === undefined || found.from !== from) {
    throw refusal(file.name, `${shown(url)} was asked for the bytes from ${from} on and sent "${text ?? 'no range'}"`);
  }
  const { until } = found;
  const length = contentLength(response, url, file);
  if (length !== undefined && length !== until - from) {
    throw refusal(file.name, `${shown(url)} announces ${length} bytes and the range "${text}" at once`);
  }
  refuseOtherSize(found.total, url, file);
  const validator = validatorOf(response.headers);
  const isChanged = asked.validator !== undefined && validator !== undefined && validator !== asked.validator;
  const isResized = asked.total !== undefined && found.total !== undefined && asked.total !== found.total;
  if (isChanged || isResized) return { kind: 'other' };
  const total = file.bytes ?? found.total ?? asked.total;
  if (total === undefined) refuseWithoutEnd(url, file);
  return { kind: 'body', from, until, total, validator };
}

function nothingBehind(response: Response, { file, from }: Asked): Meaning {
  const size = /^bytes \*\/(\d{1,15})$/.exec(response.headers.get('content-range') ?? '')?.[1];
  const isWhole = size !== undefined && Number(size) === from && (file.bytes === undefined || file.bytes === from);
  return isWhole ? { kind: 'complete' } : { kind: 'other' };
}

function refuseOtherContent(response: Response, url: URL, { name }: RemoteFile): void {
  const encoding = response.headers.get('content-encoding') ?? 'identity';
  if (encoding.trim().toLowerCase() !== 'identity') {
    throw refusal(name, `${shown(url)} sends the file compressed (${encoding.slice(0, 40)}), which was not asked for`);
  }
  const type = response.headers.get('content-type') ?? '';
  if (/^\s*text\/html\b/i.test(type) && !/\.html?$/i.test(name)) {
    throw refusal(
      name,
      `${shown(url)} answers with a web page instead of the file`,
      'If this network asks for a login in the browser, log in there; otherwise check --mirror and HF_ENDPOINT.',
    );
  }
}

/** Only a hash can tell then whether all has come. */
function refuseWithoutEnd(url: URL, { name, hash }: RemoteFile): void {
  if (hash !== undefined) return;
  throw refusal(name, `${shown(url)} does not say how long the file is, and no hash of it is known`);
}

function refuseOtherSize(size: number | undefined, url: URL, { name, bytes }: RemoteFile): void {
  if (size === undefined || bytes === undefined || size === bytes) return;
  throw refusal(name, `${shown(url)} has ${size} bytes, and the catalogue says ${bytes}: it is another file`);
}

function contentLength(response: Response, url: URL, { name }: RemoteFile): number | undefined {
  const text = response.headers.get('content-length');
  if (text === null) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw refusal(name, `${shown(url)} announces a length that is no number`);
  return Number(text);
}

/** `bytes FIRST-LAST/TOTAL` with FIRST <= LAST < TOTAL, TOTAL a number or `*`; `until` is LAST + 1. */
export function contentRange(
  text: string | null,
): { from: number; until: number; total: number | undefined } | undefined {
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(text ?? '');
  if (match === null) return undefined;
  const from = Number(match[1]);
  const until = Number(match[2]) + 1;
  const total = match[3] === '*' ? undefined : Number(match[3]);
  return from < until && until <= (total ?? until) ? { from, until, total } : undefined;
}

/** The error for every status but those that bring something. */
function unwanted({ status, headers }: Response, url: URL, { file: { name }, nowMs }: Asked): Error {
  const place = shown(url);
  if (status === 401 || status === 403) {
    return refusal(
      name,
      `${place} refuses access (${status})`,
      'If the repository asks for it, accept its terms on the web site and set HF_TOKEN to a token that may read it.',
    );
  }
  if (status === 404 || status === 410) {
    return refusal(
      name,
      `${place} does not exist (${status})`,
      'Check --mirror and HF_ENDPOINT; without them, a newer version of this program may know the new place.',
    );
  }
  if (status !== 408 && status !== 425 && status !== 429 && status < 500) {
    return refusal(name, `${place} answers with status ${status}`);
  }
  const askedMs = retryAfterMs(headers.get('retry-after'), nowMs);
  if (askedMs > LONGEST_ASKED_MS) {
    return refusal(name, `${place} is busy (${status}) and asks to wait ${Math.ceil(askedMs / 60_000)} minutes`);
  }
  return new Interruption(`the server is busy (${status})`, askedMs);
}
