/** Which descriptors a child gets: those that its command line names keep their numbers. */

/** What is named by a number: `/dev/fd/63`, as the shell writes `<(...)`. */
const NAMED = /(?:^|=)\/(?:dev|proc\/self)\/fd\/(\d+)$/;
const FIRST = 3;
/** Bun takes a list with a place for each number up to the highest. */
const HIGHEST = 1023;

export interface Descriptors {
  readonly report: number;
  readonly standardError: number;
  /** From number 3 on, as `Bun.spawn` takes them behind the first three. */
  readonly list: readonly ('ignore' | 'pipe' | number)[];
}

/** @returns undefined where a number is too high to be handed on */
export function childDescriptors(argv: readonly string[]): Descriptors | undefined {
  const named = argv.flatMap((word) => {
    const number = NAMED.exec(word)?.[1];
    return number === undefined || Number(number) < FIRST ? [] : [Number(number)];
  });
  if (named.some((number) => number > HIGHEST)) return undefined;
  const free = (from: number): number => (named.includes(from) ? free(from + 1) : from);
  const report = free(FIRST);
  const standardError = free(report + 1);
  const list = Array.from({ length: Math.max(standardError, ...named) - FIRST + 1 }, (_, i) => {
    const number = FIRST + i;
    if (number === report) return 'pipe';
    if (number === standardError) return 2;
    return named.includes(number) ? number : 'ignore';
  });
  return { report, standardError, list };
}
