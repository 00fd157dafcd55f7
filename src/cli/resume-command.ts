/** The command that goes on with a run, as a person can type it. */

/** @param typed argv; of `predict` it becomes the command that resumes, anything else stays as it is */
export function resumeCommand(typed: readonly string[]): string {
  const argv = typed[0] === 'predict' ? resuming(typed) : typed;
  const quoted = (word: string) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
  return ['virnucpro', ...argv].map(quoted).join(' ');
}

/** The same run, to go on where it was. */
function resuming(argv: readonly string[]): string[] {
  const words = argv.filter((word) => word !== '--force' && word !== '-f');
  if (words.includes('--resume')) return words;
  // Behind `--` stand names of files.
  const end = words.indexOf('--');
  return end < 0 ? [...words, '--resume'] : [...words.slice(0, end), '--resume', ...words.slice(end)];
}
