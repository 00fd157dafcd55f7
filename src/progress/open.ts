/** Opens the renderers of a run: what is shown on standard error, and the file of events beside it. */

import { isatty } from 'node:tty';
import type { Event } from '../events/event.ts';
import { isForeground, SYSTEM_SHELL } from '../system/job-control.ts';
import { chooseMode, type ProgressMode } from './choose.ts';
import { SYSTEM_CLOCK } from './clock.ts';
import { type Colour, chooseColour, withColouredTags } from './colour.ts';
import type { Verbosity } from './event-lines.ts';
import type { Progress } from './progress.ts';
import { errorDescriptor, flushStandardError, standardError } from './standard-error.ts';
import type { Environment } from './terminal.ts';

/** As typed; undefined where it was not. */
export interface ProgressWish {
  readonly progress: string | undefined;
  readonly progressFile: string | undefined;
  /** Events go behind those that are in the file. */
  readonly goesOn?: boolean;
  readonly color: string | undefined;
  readonly isQuiet: boolean;
  readonly isVerbose: boolean;
}

export interface OpenProgress extends Progress {
  readonly mode: ProgressMode;
  /** Before something else is written to the terminal: the panel goes, for good. */
  makeRoom(): void;
}

/** What is shown. */
type Shown = Omit<OpenProgress, 'mode'>;

/** @throws UserError for a word that is not known, a terminal that is none, a file that cannot be written */
export async function openProgress(wish: ProgressWish, env: Environment = process.env): Promise<OpenProgress> {
  const isTty = isatty(errorDescriptor());
  const colour = chooseColour({ typed: wish.color, env, isTty });
  const { progress: typed, isQuiet } = wish;
  const mode = chooseMode({ typed, env, isTty, isForeground: isForeground(), isQuiet });
  const file = wish.progressFile === undefined ? undefined : await openFile(wish.progressFile, wish.goesOn ?? false);
  const shown = await show(mode, wish.isVerbose ? 'verbose' : 'normal', colour, env);
  if (file === undefined) return { mode, ...shown };
  const events = file(shown.emit);
  return {
    mode,
    emit: (event) => {
      events.emit(event);
      shown.emit(event);
    },
    makeRoom: shown.makeRoom,
    close: () => {
      events.close();
      shown.close();
    },
  };
}

async function show(mode: ProgressMode, verbosity: Verbosity, colour: Colour, env: Environment): Promise<Shown> {
  switch (mode) {
    case 'tty':
      return await showPanel(verbosity, colour, env);
    case 'plain': {
      const { plainRenderer } = await import('./plain.ts');
      // A log has no control characters, unless somebody wants colour in it.
      const dye = colour === 'asked' ? withColouredTags : (text: string) => text;
      return withoutPanel(plainRenderer(verbosity, (text) => standardError().write(dye(text))));
    }
    case 'json': {
      const { ndjsonRenderer } = await import('./ndjson.ts');
      return withoutPanel(ndjsonRenderer((text) => standardError().write(text)));
    }
    case 'off':
      return { emit: () => undefined, close: () => undefined, makeRoom: () => undefined };
    default:
      return mode satisfies never;
  }
}

async function showPanel(verbosity: Verbosity, colour: Colour, env: Environment): Promise<Shown> {
  const [{ TtyRenderer }, { StandardTerminal, abilitiesOf }, { RunState }, { panel }] = await Promise.all([
    import('./tty.ts'),
    import('./terminal.ts'),
    import('./run-state.ts'),
    import('./panel.ts'),
  ]);
  const state = new RunState();
  const abilities = abilitiesOf(env);
  const hasColour = colour !== 'none';
  const renderer = new TtyRenderer({
    ...{ out: new StandardTerminal(), clock: SYSTEM_CLOCK, shell: SYSTEM_SHELL, abilities, verbosity, hasColour },
    picture: {
      take: (event, now) => state.take(event, now),
      at: (now, width) => {
        const view = state.view(now);
        const style = { width, unicode: abilities.unicode, colour: hasColour };
        return view.isOver ? undefined : { lines: panel(view, style), fraction: view.fraction };
      },
    },
  });
  return {
    emit: renderer.emit,
    close: () => renderer.close(),
    makeRoom: () => renderer.makeRoom(),
  };
}

/** Standard error is written to the end, as far as somebody reads it. */
function withoutPanel({ emit, close }: Progress): Shown {
  const finish = (): void => {
    close();
    flushStandardError();
  };
  // Also where a signal ends the run.
  process.on('exit', finish);
  return {
    emit,
    makeRoom: () => undefined,
    close: () => {
      process.off('exit', finish);
      finish();
    },
  };
}

/** @returns what begins to write, and tells `emit` once when that is not possible any more */
async function openFile(path: string, goesOn: boolean): Promise<(emit: (event: Event) => void) => Progress> {
  const [{ openEventFile }, { ndjsonRenderer }] = await Promise.all([import('./event-file.ts'), import('./ndjson.ts')]);
  const file = openEventFile(path, goesOn);
  return (emit) => {
    const onFailure = (reason: string): void => {
      emit({ event: 'warning', message: `${path}: no more events are written to it: ${reason}` });
    };
    const { emit: write } = ndjsonRenderer((text) => file.write(text), { onFailure });
    return { emit: write, close: () => file.close() };
  };
}
