/** The executable's entry: argv in, exit code out. */

import { run } from './cli/run.ts';

// A reader that went away (`virnucpro --help | head -1`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exit(await run(process.argv.slice(2)));
