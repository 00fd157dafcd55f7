/**
 * From argv to typed values, by the flag table. What was typed wrong gets a sentence that names it and, when it looks
 * like a slip, what was probably meant.
 */

import { parseArgs } from 'node:util';
import { UserError } from '../system/errors.ts';
import type { CommandSpec, FlagName, FlagSpec } from './flags.ts';
import { suggest } from './suggest.ts';

export class Arguments<C extends CommandSpec> {
  constructor(
    readonly command: C,
    readonly positionals: readonly string[],
    readonly given: ReadonlyMap<string, readonly string[]>,
  ) {}

  has(flag: FlagName<C>): boolean {
    return this.given.has(flag);
  }

  values(flag: FlagName<C>): readonly string[] {
    return this.given.get(flag) ?? [];
  }

  value(flag: FlagName<C>): string | undefined {
    return this.values(flag).at(-1);
  }

  required(flag: FlagName<C>): string {
    const value = this.value(flag);
    if (value !== undefined) return value;
    throw new UserError(`--${flag} is missing`, `Try "virnucpro ${this.command.name} --help".`);
  }

  /** A whole number not below `least`. */
  integer(flag: FlagName<C>, least: number): number | undefined {
    const value = this.value(flag);
    return value === undefined ? undefined : wholeNumber(`--${flag}`, value, least);
  }
}

/** @param flag as the person typed it, with dashes */
export function wholeNumber(flag: string, text: string, least: number): number {
  const number = /^[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least) return number;
  throw new UserError(`${flag} ${text} is not a whole number of at least ${least}`, 'Give it in digits.');
}

/** @throws UserError for an unknown flag, a missing or superfluous value, a repeated flag */
export function parseArguments<C extends CommandSpec>(command: C, argv: readonly string[]): Arguments<C> {
  const options = Object.fromEntries(
    command.flags.map((flag: FlagSpec) => [
      flag.long,
      {
        type: flag.value === undefined ? ('boolean' as const) : ('string' as const),
        ...(flag.short && { short: flag.short }),
      },
    ]),
  );
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true });
  const positionals: string[] = [];
  const given = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      positionals.push(token.value);
      continue;
    }
    const flag = command.flags.find((candidate: FlagSpec) => candidate.long === token.name);
    if (flag === undefined) throw unknownFlag(command, token.rawName);
    if (flag.value !== undefined && isMissing(token)) {
      throw new UserError(`${token.rawName} needs a value (${flag.value})`, 'Give it behind the flag.');
    }
    if (flag.value === undefined && token.value !== undefined) {
      throw new UserError(`${token.rawName} takes no value`, `Leave out "=${token.value}".`);
    }
    const values = given.get(flag.long) ?? [];
    if (values.length > 0 && flag.value !== undefined && flag.repeats !== true) {
      throw new UserError(`${token.rawName} was given twice`, 'Give it once.');
    }
    given.set(flag.long, [...values, token.value ?? '']);
  }
  if (command.positionals === undefined && positionals[0] !== undefined) {
    throw new UserError(
      `"virnucpro ${command.name}" takes flags only, not "${positionals[0]}"`,
      `Try "virnucpro ${command.name} --help".`,
    );
  }
  return new Arguments(command, positionals, given);
}

/**
 * A flag is not the value of the one before it: `-o --force` is no folder. `--output=--force` is. Nothing is no value either:
 * it is what a script makes of a variable that is not set.
 */
function isMissing({ value, inlineValue }: { value?: string | undefined; inlineValue?: boolean | undefined }): boolean {
  return value === undefined || value === '' || (inlineValue !== true && /^-./.test(value));
}

function unknownFlag(command: CommandSpec, typed: string): UserError {
  // What stands without a command has no name.
  const name = `virnucpro ${command.name}`.trim();
  const meant = typed.startsWith('--')
    ? suggest(
        typed.slice(2),
        command.flags.map(({ long }) => long),
      )
    : undefined;
  return new UserError(
    `"${name}" has no flag ${typed}`,
    meant === undefined ? `Try "${name} --help".` : `Did you mean --${meant}?`,
  );
}
