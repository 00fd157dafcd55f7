/**
 * What an event says to a person, as log lines: settings, stages, devices, warnings, problems, the summary. How far a run
 * is stands elsewhere: such events make no line here. What comes from the input was escaped before it became an event.
 */

import type { DeviceEvent, Event, RecordFailedEvent, RestartedEvent, StartedEvent } from '../events/event.ts';
import { counted, countText } from '../system/quantities.ts';
import type { Line } from './log.ts';
import { estimateLines, finishedLines } from './summary-lines.ts';

/** Problems told one by one, unless all are asked for; a broken file has millions. */
const PROBLEMS_SHOWN = 20;

/** `quiet` says nothing at all. */
export type Verbosity = 'quiet' | 'normal' | 'verbose';

/** Give it every event in order. */
export class EventLines {
  #problems = 0;

  constructor(readonly verbosity: Verbosity) {}

  of(event: Event): Line[] {
    if (this.verbosity === 'quiet') return [];
    const isVerbose = this.verbosity === 'verbose';
    switch (event.event) {
      case 'started':
        return startedLines(event, isVerbose);
      case 'stage':
        return [info(event.note)];
      case 'device':
        return deviceLines(event, isVerbose);
      case 'record_failed':
        this.#problems += 1;
        return isVerbose || this.#problems <= PROBLEMS_SHOWN ? [warn(problemText(event))] : [];
      case 'warning':
        return [warn(event.message)];
      case 'restarted':
        return [warn(restartText(event))];
      case 'interrupted':
        return [warn(`Stopped by ${event.signal}: no results were written. To go on: ${event.resume}`)];
      case 'estimate':
        return estimateLines(event);
      case 'finished':
        return [...this.#untold(isVerbose), ...finishedLines(event, isVerbose)];
      case 'plan':
      case 'window':
      case 'batch':
      case 'checkpoint':
      case 'progress':
      case 'download':
      // Whoever ends the run says why, in every mode.
      case 'failed':
        return [];
      default:
        return event satisfies never;
    }
  }

  #untold(isVerbose: boolean): Line[] {
    const untold = this.#problems - PROBLEMS_SHOWN;
    if (isVerbose || untold <= 0) return [];
    return [warn(`${countText(untold)} more problems of this kind; --verbose tells all.`)];
  }
}

function deviceLines(event: DeviceEvent, isVerbose: boolean): Line[] {
  const { device, name, driver, threads, reason, state } = event;
  switch (state) {
    case 'ready': {
      const about = [name, driver, threads === undefined ? undefined : `threads: ${threads}`];
      // The processor is nothing new to anybody.
      return isVerbose || threads === undefined ? [info(`device ${device}: ${joined(about)}`)] : [];
    }
    case 'running':
      return [];
    // Stages and warnings tell these as well.
    case 'loading':
    case 'proving':
      return isVerbose ? [info(`device ${device}: ${state}`)] : [];
    case 'refused':
      return isVerbose ? [info(`device ${device}: refused${because(reason)}`)] : [];
    case 'retrying':
      return [warn(`${device} (${name}) goes on with less at a time${because(reason)}.`)];
    case 'lost':
      return [warn(`${device} (${name}) is lost${because(reason)}. Others do its batches.`)];
    default:
      return state satisfies never;
  }
}

function restartText({ signal, device, from }: RestartedEvent): string {
  const where = from === 'journal' ? 'goes on from the journal' : 'begins again';
  if (device === undefined) return `The program crashed (${signal}); it ${where}.`;
  return `The program crashed (${signal}) while ${device} was at work; it ${where}, without ${device}.`;
}

function startedLines(event: StartedEvent, isVerbose: boolean): Line[] {
  const inputs = event.inputs.length === 1 ? pathText(event.inputs[0]!) : `${event.inputs.length} inputs`;
  const settings = [
    event.model === undefined ? undefined : `model ${event.model}`,
    event.length === undefined ? undefined : `chunks of ${event.length} nt`,
    `threads: ${event.threads ?? event.workers}`,
  ];
  const lines = [info(`virnucpro ${event.version}: ${inputs} -> ${event.output}`), info(joined(settings))];
  if (isVerbose) {
    lines.push(
      info(
        `${counted(event.workers, 'sequence Worker')}, batches of ${counted(event.batch_size, 'record')}, ` +
          `at most ${countText(event.window)} under way`,
      ),
    );
  }
  return lines;
}

function problemText({ file, record, line, message }: RecordFailedEvent): string {
  const place = [
    pathText(file),
    record === undefined ? undefined : `record ${record}`,
    line === undefined ? undefined : `line ${countText(line)}`,
  ];
  return `${joined(place)}: ${message}.`;
}

function joined(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join(', ');
}

const pathText = (path: string) => (path === '-' ? 'standard input' : path);
const because = (reason: string | undefined) => (reason === undefined ? '' : `: ${reason}`);
const info = (text: string): Line => ({ level: 'info', text });
const warn = (text: string): Line => ({ level: 'warn', text });
