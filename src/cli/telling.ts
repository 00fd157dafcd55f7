/** How a command tells what it does and what went wrong: opened by its flags, closed in every ending. */

import { DeviceError } from '../device/backend.ts';
import type { Emit } from '../events/event.ts';
import { beforeOutput, ReaderGone } from '../output/standard-output.ts';
import type { OpenProgress } from '../progress/open.ts';
import { writeError } from '../progress/standard-error.ts';
import { EXIT, UserError } from '../system/errors.ts';
import { memoryShort } from '../system/memory-short.ts';
import { COMMIT, VERSION } from '../system/program.ts';
import { onSignal } from '../system/signals.ts';
import { resumeCommand } from './resume-command.ts';

/** Arguments of a command that shows progress. */
interface Given {
  has(flag: 'quiet' | 'verbose'): boolean;
  value(flag: 'progress' | 'progress-file' | 'color'): string | undefined;
}

export class Telling {
  #progress: OpenProgress | undefined;

  /**
   * Before anything else is looked at, so that what is wrong there is told the way that was asked for.
   * @param argv of the whole command
   * @param goesOn another process of the same command line has told something before
   */
  async open(given: Given, argv: readonly string[], goesOn = false): Promise<Emit> {
    const { openProgress } = await import('../progress/open.ts');
    const progress = await openProgress({
      progress: given.value('progress'),
      progressFile: given.value('progress-file'),
      goesOn,
      color: given.value('color'),
      isQuiet: given.has('quiet'),
      isVerbose: given.has('verbose'),
    });
    this.#progress = progress;
    // On one terminal, results and a panel would be written over each other.
    if (process.stdout.isTTY) beforeOutput(() => progress.makeRoom());
    // The first that asks is the last that is called: what was half done is undone by then.
    onSignal(({ signal, exitCode }) => {
      progress.emit({ event: 'interrupted', signal, resume: resumeCommand(argv), exit_code: exitCode });
    });
    return progress.emit;
  }

  /** Tells what went wrong. @returns the exit code */
  failed(error: unknown): number {
    // `virnucpro translate --stdout protein | head`: whoever read has enough.
    if (error instanceof ReaderGone) return EXIT.done;
    const { message, code } = troubleOf(error);
    const progress = this.#progress;
    progress?.emit({ event: 'failed', message, exit_code: code });
    this.close();
    // A program that reads events has been told; nothing else may stand between them.
    if (progress?.mode !== 'json') writeError(`${message}\n`);
    return code;
  }

  close(): void {
    this.#progress?.close();
    this.#progress = undefined;
  }
}

function troubleOf(thrown: unknown): { readonly message: string; readonly code: number } {
  const error = memoryShort(thrown) ?? thrown;
  if (error instanceof UserError) return { message: `virnucpro: ${printable(error.message)}`, code: error.exitCode };
  if (error instanceof DeviceError && error.kind !== 'Bug') {
    const remedy = error.kind === 'OutOfMemory' ? 'Try a smaller --batch-tokens.' : 'Try again with --verify-bundle.';
    return { message: `virnucpro: The device failed: ${printable(error.message)}. ${remedy}`, code: EXIT.runtime };
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const about = `virnucpro ${VERSION} (${COMMIT}): this is a bug, please report it with these lines:`;
  return { message: `${about}\n${text}`, code: EXIT.bug };
}

/** File names and headers may hold control characters; a terminal must not obey them. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach the terminal
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}
