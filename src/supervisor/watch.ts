/** The parent's side of one child: started, sent what comes for it, and looked at when it has ended. */

import type { Crash } from '../system/crash.ts';
import { relaySignals, type Stop, stopBy } from '../system/signals.ts';
import { ASSIGNMENT_VARIABLE } from './contract.ts';
import type { Descriptors } from './descriptors.ts';
import { LastKnown } from './last-known.ts';
import { stopTogether } from './stop-together.ts';
import { isCrashSignal } from './verdict.ts';

/** Of what a child wrote to descriptor 2: its end. */
const WORDS_KEPT = 64 << 10;
/** A child that a person told to end twice. */
const PATIENCE_MS = 1000;
/** For what a child left in its pipes; a driver's daemon may hold them open for ever. */
const PIPES_MS = 1000;

export interface Start {
  readonly command: readonly string[];
  readonly descriptors: Descriptors;
  readonly crashes: readonly Crash[];
  readonly goesOn: boolean;
}

export interface Ended {
  /** Undefined where a signal ended it. */
  readonly code: number | undefined;
  readonly signal: string | undefined;
  /** A person stopped it, and it was ended before it could tell that: it had just begun, or took too long. */
  readonly stop: Stop | undefined;
  readonly known: LastKnown;
  /** The end of what it, its libraries and the runtime wrote to descriptor 2. */
  readonly lastWords: string;
}

/** @throws what the system says where no process can be started */
export async function watch({ command, descriptors, crashes, goesOn }: Start): Promise<Ended> {
  const { report, standardError, list } = descriptors;
  const assignment = { parent: process.pid, report, standardError, crashes, goesOn };
  const child = Bun.spawn([...command], {
    env: { ...process.env, [ASSIGNMENT_VARIABLE]: JSON.stringify(assignment) },
    stdio: ['inherit', 'inherit', 'pipe', ...list],
  });
  let told: Stop | undefined;
  const release = relaySignals((signal, exitCode) => {
    child.kill(signal);
    if (told !== undefined) setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS).unref();
    told ??= { signal, exitCode };
  });
  const startAlone = stopTogether(child);
  try {
    const known = new LastKnown();
    const lines = child.stdio[report];
    if (typeof lines !== 'number') throw new Error('the report has no descriptor');
    const words = new LastWords();
    const read = Promise.all([words.follow(child.stderr), follow(lines, known)]);
    await child.exited;
    await Promise.race([read, Bun.sleep(PIPES_MS)]);
    const signal = typeof child.signalCode === 'string' ? child.signalCode : undefined;
    const stop = signal === undefined || isCrashSignal(signal) ? undefined : (told ?? stopBy(signal));
    return {
      code: child.exitCode ?? undefined,
      signal,
      stop,
      known,
      lastWords: words.text,
    };
  } finally {
    release();
    startAlone();
  }
}

async function follow(descriptor: number, known: LastKnown): Promise<void> {
  const decoder = new TextDecoder();
  for await (const bytes of Bun.file(descriptor).stream()) known.take(decoder.decode(bytes, { stream: true }));
}

/** The end of a stream. */
class LastWords {
  #kept: Uint8Array = new Uint8Array();

  get text(): string {
    return new TextDecoder().decode(this.#kept);
  }

  async follow(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const bytes of stream) this.#kept = Buffer.concat([this.#kept, bytes]).subarray(-WORDS_KEPT);
  }
}
