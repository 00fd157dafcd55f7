/**
 * Brings one file: attempt after attempt until it is whole, then its hash. An attempt that got further than any before
 * it begins the count of vain ones anew; so it ends, whatever the server does.
 */

import { UserError } from '../system/errors.ts';
import { bytesText, durationText } from '../system/quantities.ts';
import { meaningOf } from './answer.ts';
import { type Clock, StallWatch, waitFor } from './clock.ts';
import { type Digests, digestOfKind } from './digest.ts';
import { Interruption, networkError, refusal } from './interruption.ts';
import type { Part } from './part.ts';
import type { ProgressTracker } from './progress.ts';
import { request, shown } from './request.ts';
import { MOST_VAIN_ATTEMPTS, waitMs } from './retry.ts';

export interface TransferContext {
  readonly credentials: (url: URL) => Readonly<Record<string, string>>;
  readonly progress: ProgressTracker;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly stallMs: number;
  /** Whether connections are forbidden; to come here is a bug then. */
  readonly offline: boolean;
  /** Bytes that a file may have whose size nobody says. */
  readonly ceiling: number;
}

/** Fills the part. It is left as far as it came where this throws, unless its content turned out to be wrong. */
export async function transfer(part: Part, context: TransferContext): Promise<Digests> {
  const { file } = part;
  if (context.offline) throw new Error(`a request for ${file.url} while offline`);
  for (let isLast = false; ; isLast = true) {
    await bring(part, context);
    const digests = await part.digests(context.signal);
    const found = file.hash && digestOfKind(digests, file.hash.kind);
    if (found === file.hash?.hex) return digests;
    const sentence = `its ${file.hash?.kind} is ${found}, and the catalogue says ${file.hash?.hex}`;
    if (isLast || !part.isPieced) {
      await part.remove();
      throw refusal(
        file.name,
        `what ${shown(new URL(file.url))} sent is not the file: ${sentence}`,
        'It was thrown away, and nothing else was changed. Try again later, or take another source with --mirror.',
      );
    }
    await startOver(part, context, `${sentence}; it came in pieces, so it is fetched once more in one.`);
  }
}

async function bring(part: Part, context: TransferContext): Promise<void> {
  let furthest = part.length;
  let vain = 0;
  let isWhole = part.isWhole;
  while (!isWhole) {
    try {
      await attempt(part, context);
      isWhole = true;
    } catch (error) {
      if (!(error instanceof Interruption)) throw error;
      if (part.length > furthest) vain = 0;
      furthest = Math.max(furthest, part.length);
      vain += 1;
      if (vain > MOST_VAIN_ATTEMPTS) throw givenUp(part, error);
      const wait = waitMs(vain, error.waitMs);
      const message = `At ${reached(part)} ${error.reason}; trying again in ${durationText(wait / 1000)}.`;
      context.progress.note(part.file.name, 'waiting', message);
      await waitFor(context.clock, wait, context.signal);
    }
  }
}

/** One request. Returns when the file is whole. */
async function attempt(part: Part, context: TransferContext): Promise<void> {
  const watch = new StallWatch(context.clock, context.stallMs, context.signal);
  try {
    const asked = { file: part.file, from: part.length, validator: part.validator, total: part.total };
    const { response, url } = await overNetwork(part, watch, () =>
      request({
        url: new URL(part.file.url),
        name: part.file.name,
        headers: rangeHeaders(part),
        credentials: context.credentials,
        signal: watch.signal,
      }),
    );
    const meaning = meaningOf(response, url, { ...asked, nowMs: context.clock.now() });
    if (meaning.kind === 'complete') return;
    if (meaning.kind === 'other') {
      await startOver(part, context, 'The file on the server has changed.');
      throw new Interruption('the file on the server had changed');
    }
    if (meaning.from < part.length) {
      await startOver(
        part,
        context,
        'The server sends the file from its beginning, unasked or because it has changed.',
      );
    }
    part.describe(meaning.total, meaning.validator);
    const note = meaning.from > 0 ? 'resumed' : 'started';
    context.progress.note(part.file.name, note, `From ${reached(part)}.`);
    await receive(response, url, meaning.until, part, context, watch);
    if (part.length < (meaning.total ?? meaning.until ?? 0)) throw new Interruption('the server sent no more');
  } finally {
    watch.end();
    await part.flush();
  }
}

/** Takes a body, and not one byte more than was announced. */
async function receive(
  response: Response,
  url: URL,
  until: number | undefined,
  part: Part,
  context: TransferContext,
  watch: StallWatch,
): Promise<void> {
  const from = part.length;
  const limit = until ?? context.ceiling;
  const reader = response.body?.getReader();
  for (;;) {
    const bytes = await overNetwork(part, watch, async () => (await reader?.read())?.value);
    if (bytes === undefined) break;
    if (part.length + bytes.length > limit) {
      // Who lies about the length may lie about the rest.
      await part.keepOnly(from);
      const end = until === undefined ? 'fits on this disk' : 'it announced or the catalogue says';
      throw refusal(part.file.name, `${shown(url)} sends more than ${end} (${bytesText(limit)})`);
    }
    await part.append(bytes);
    context.progress.downloaded(part.file.name, part.length, part.total, bytes.length);
  }
  // A file of unknown length is whole now.
  context.progress.downloaded(part.file.name, part.length, part.total ?? part.length, 0);
}

/** If-Range makes the server send everything where the file is another one by now. */
function rangeHeaders(part: Part): Readonly<Record<string, string>> {
  if (part.length === 0) return {};
  const range = { Range: `bytes=${part.length}-` };
  return part.validator === undefined ? range : { ...range, 'If-Range': part.validator };
}

async function startOver(part: Part, { progress }: TransferContext, message: string): Promise<void> {
  await part.restart();
  progress.downloaded(part.file.name, 0, part.total, 0);
  progress.note(part.file.name, 'restarted', message);
}

/** Runs what only the network can make fail, and says what that means. */
async function overNetwork<T>(part: Part, watch: StallWatch, action: () => Promise<T>): Promise<T> {
  try {
    return await watch.during(action);
  } catch (error) {
    watch.outer.throwIfAborted();
    if (watch.isStalled) throw new Interruption(`no byte came for ${durationText(watch.patienceMs / 1000)}`);
    if (error instanceof UserError) throw error;
    throw networkError(error, part.file.name, new URL(part.file.url).host);
  }
}

function givenUp(part: Part, { reason }: Interruption): Error {
  return refusal(
    part.file.name,
    `the download stopped at ${reached(part)}: ${reason}, ${MOST_VAIN_ATTEMPTS + 1} times without getting further`,
    'Run the same command again: it goes on where it stopped. If it stops there again, take another source with --mirror.',
  );
}

function reached({ length, total }: Part): string {
  return total === undefined ? bytesText(length) : `${bytesText(length)} of ${bytesText(total)}`;
}
