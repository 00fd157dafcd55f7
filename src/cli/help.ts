/** Help texts, derived from the flag table. At most 80 columns wide where the entries allow it. */

import { VERSION } from '../system/program.ts';
import { COMMANDS, type CommandSpec, type FlagSpec, PREDICT, TOP_FLAGS } from './flags.ts';

export function topHelp(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  return [
    `virnucpro ${VERSION} - finds viral sequences in short reads and contigs`,
    '',
    'Usage: virnucpro COMMAND [FLAGS]',
    '',
    'Commands:',
    ...COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'Flags:',
    ...flagLines(TOP_FLAGS),
    '',
    'Example:',
    `  ${COMMANDS[0]?.examples[0] ?? ''}`,
    '',
    'See "virnucpro COMMAND --help" for the flags of a command.',
    '',
  ].join('\n');
}

/** For a person who typed the name alone, to see what this is and to begin. */
export function shortHelp(): string {
  const { name, examples } = PREDICT;
  return [
    `virnucpro ${VERSION} - finds viral sequences in short reads and contigs`,
    '',
    `  ${examples[0]}`,
    '',
    'reads FASTA or FASTQ, also compressed, and writes its tables into the folder reads_predictions.',
    '',
    'More:',
    `  virnucpro ${name} --help   its flags`,
    '  virnucpro --help           all commands',
    '',
  ].join('\n');
}

export function commandHelp({ name, summary, positionals, flags, examples }: CommandSpec): string {
  return [
    summary,
    '',
    `Usage: virnucpro ${name}${positionals === undefined ? '' : ` ${positionals}`} [FLAGS]`,
    '',
    'Flags:',
    ...flagLines(flags),
    '',
    examples.length === 1 ? 'Example:' : 'Examples:',
    ...examples.map((example) => `  ${example}`),
    '',
  ].join('\n');
}

function flagLines(flags: readonly FlagSpec[]): string[] {
  const names = flags.map(({ long, short, value }) => {
    const letter = short === undefined ? '    ' : `-${short}, `;
    return `${letter}--${long}${value === undefined ? '' : ` ${value}`}`;
  });
  const width = Math.max(...names.map((name) => name.length));
  return flags.map(({ help, default: value }, i) => {
    const shown = value === undefined ? '' : ` [${value}]`;
    return `  ${names[i]!.padEnd(width)}  ${help}${shown}`;
  });
}
