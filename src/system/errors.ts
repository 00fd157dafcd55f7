/**
 * The one error type for what a person can fix. Everything else that is thrown is a bug and keeps its stack.
 *
 * A `UserError` reads as a sentence that names what is wrong, where (file, record, line), and ends with what to do.
 */

/** Exit codes of the process; `docs/exit-codes.md` is the contract's table of them. */
export const EXIT = {
  done: 0,
  /** The machine failed: disk full, memory, a library that could not be loaded. */
  runtime: 1,
  /** What was typed, or what was in a file. */
  usage: 2,
  /** Done, but some records failed. */
  partial: 3,
  bug: 70,
  interrupted: 130,
  terminated: 143,
  /** Ended by a signal from outside that nothing can answer, mostly because memory ran out. */
  killed: 137,
  /** The terminal or the connection went away. */
  hungUp: 129,
} as const;

export interface Whereabouts {
  /** Path as the user typed it. */
  readonly file?: string | undefined;
  /** Record id as written in the tables. */
  readonly record?: string | undefined;
  /** 1-based line number. */
  readonly line?: number | undefined;
}

export class UserError extends Error {
  override readonly name = 'UserError';

  /**
   * @param sentence what is wrong, without its place; ends without a full stop
   * @param remedy what to do about it, a full sentence
   */
  constructor(
    readonly sentence: string,
    readonly remedy: string,
    readonly where: Whereabouts = {},
    readonly exitCode: (typeof EXIT)['usage' | 'runtime' | 'bug' | 'killed'] = EXIT.usage,
  ) {
    super(render(sentence, remedy, where));
  }
}

function render(sentence: string, remedy: string, where: Whereabouts): string {
  const place = [
    where.file,
    where.record === undefined ? undefined : `record ${where.record}`,
    where.line === undefined ? undefined : `line ${where.line}`,
  ].filter((part) => part !== undefined);
  const prefix = place.length > 0 ? `${place.join(', ')}: ` : '';
  return `${prefix}${sentence}. ${remedy}`;
}
