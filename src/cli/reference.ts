/** The page `docs/cli.md` and the README's table of flags, from the flag table. */

import { COMMANDS, type CommandSpec, type FlagSpec, TOP_FLAGS } from './flags.ts';

const INTRODUCTION = `# Command line

\`virnucpro COMMAND [FLAGS]\`. Talk goes to standard error; standard output carries data only when it was asked for.
Nothing ever waits for an answer. A flag's value follows it as \`--flag VALUE\` or \`--flag=VALUE\`; behind \`--\` everything
is a file name. What a run's exit code means is told in [exit-codes.md](exit-codes.md).

This page is generated from the flag table in the source; \`npm run docs\` writes it again.
`;

const ENVIRONMENT = `
## Environment

| variable | meaning |
|---|---|
| \`VIRNUCPRO_CACHE\` | Folder for native libraries and the embedded bundle as files. Without it: the cache folder of the platform (\`$XDG_CACHE_HOME\` or \`~/.cache\`, below it \`virnucpro\`), and where that cannot be written a folder of this user below the temp folder. Everything in it can be deleted at any time. |
| \`VIRNUCPRO_RUNTIME\` | Folder of what \`runtime install\` fetched. Without it: \`virnucpro/runtime\` in the data folder of the platform (\`$XDG_DATA_HOME\` or \`~/.local/share\`). |
| \`VIRNUCPRO_RUNTIME_CATALOGUE\` | A catalogue of runtimes to use instead of the one in the executable (\`models/runtimes.json\` in the source). |
| \`VIRNUCPRO_PROGRESS\` | What \`--progress\` takes, for all runs. The flag goes before it, and \`tty\` without a terminal is \`plain\`. |
| \`VIRNUCPRO_SUPERVISE\` | \`off\`: \`predict\` is one process, which a crash in a graphics driver ends; for debuggers and profilers. |
| \`NO_COLOR\`, \`FORCE_COLOR\` | Colour on standard error: none, or also where it is no terminal. \`--color\` goes before both, and NO_COLOR before FORCE_COLOR. |
| \`CI\` | Where it is set, \`--progress auto\` means \`plain\` on a terminal too. |
`;

/** The whole page, ending in a line feed. */
export function referenceMarkdown(): string {
  const top = `\n## virnucpro\n\nFlags that stand without a command.\n\n${flagTable(TOP_FLAGS)}`;
  return `${INTRODUCTION}${COMMANDS.map(section).join('')}${top}${ENVIRONMENT}`;
}

/** A Markdown table with one row per flag, ending in a line feed. */
export function flagTable(flags: readonly FlagSpec[]): string {
  return `| flag | default | meaning |\n|---|---|---|\n${flags.map(row).join('')}`;
}

function section({ name, summary, positionals, flags, examples }: CommandSpec): string {
  const usage = ['virnucpro', name, ...(positionals === undefined ? [] : [positionals]), '[FLAGS]'].join(' ');
  return `\n## ${name}\n\n${summary}\n\n\`\`\`\n${usage}\n\`\`\`\n\n${flagTable(flags)}\nFor example:\n\n\`\`\`\n${examples.join('\n')}\n\`\`\`\n`;
}

function row({ long, short, value, repeats, help, default: fallback }: FlagSpec): string {
  const names = [...(short === undefined ? [] : [`-${short}`]), `--${long}${value === undefined ? '' : ` ${value}`}`];
  const times = repeats === true ? ' May be given several times.' : '';
  // A bar would end the cell, even between backticks.
  const cells = [names.map((text) => `\`${text}\``).join(' '), fallback ?? '', `${help}${times}`];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
}
