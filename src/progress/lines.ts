/**
 * Events as plain lines on standard error: one per stage, warnings, a line of progress now and then, and a summary. No
 * control characters; what comes from the input was escaped before it became an event.
 */

import { type ConsolaInstance, createConsola } from 'consola/basic';
import type {
  DeviceEvent,
  DownloadEvent,
  EstimateEvent,
  Event,
  FinishedEvent,
  ProblemEvent,
  ProgressEvent,
  StartedEvent,
} from '../events/event.ts';
import { bytesText, counted, countText, durationText } from '../system/quantities.ts';

/** Seconds between two lines of progress. */
const INTERVAL_SECONDS = 10;
/** Problems told one by one, unless all are asked for; a broken file has millions. */
const PROBLEMS_SHOWN = 20;

export type Verbosity = 'quiet' | 'normal' | 'verbose';

/** A renderer: give it every event in order. */
export function lineRenderer(verbosity: Verbosity): (event: Event) => void {
  if (verbosity === 'quiet') return () => undefined;
  const log = createConsola({
    // Fixed here: CONSOLA_LEVEL in somebody's environment must not silence a warning.
    level: 3,
    stdout: process.stderr,
    stderr: process.stderr,
    formatOptions: { date: false, colors: false, compact: true },
    // Consola's default drops lines that repeat; a log must hold what happened.
    throttle: 0,
  });
  const verbose = verbosity === 'verbose';
  let lastProgress = 0;
  let problems = 0;
  return (event) => {
    switch (event.event) {
      case 'started':
        for (const line of startedLines(event, verbose)) log.info(line);
        return;
      case 'stage':
        log.info(event.note);
        return;
      case 'device':
        tellDevice(event, verbose, log);
        return;
      case 'batch':
        return;
      case 'progress':
        if (event.seconds - lastProgress < INTERVAL_SECONDS) return;
        lastProgress = event.seconds;
        log.info(progressLine(event));
        return;
      case 'download':
        if (event.seconds - lastProgress < INTERVAL_SECONDS) return;
        lastProgress = event.seconds;
        log.info(downloadLine(event));
        return;
      case 'problem':
        problems += 1;
        if (verbose || problems <= PROBLEMS_SHOWN) log.warn(problemLine(event));
        return;
      case 'warning':
        log.warn(event.message);
        return;
      case 'estimate':
        for (const line of estimateLines(event)) log.info(line);
        return;
      case 'finished':
        if (!verbose && problems > PROBLEMS_SHOWN) {
          log.warn(`${countText(problems - PROBLEMS_SHOWN)} more problems of this kind; --verbose tells all.`);
        }
        for (const line of finishedLines(event)) log.success(line);
        // At the end, which is what people read.
        if (event.note !== undefined) log.info(event.note);
        return;
      default:
        event satisfies never;
    }
  };
}

function tellDevice(event: DeviceEvent, verbose: boolean, log: ConsolaInstance): void {
  const { device, name, reason, state } = event;
  switch (state) {
    case 'ready': {
      const about = [name, event.driver, event.threads === undefined ? undefined : `threads: ${event.threads}`];
      const line = `device ${device}: ${about.filter((part) => part !== undefined).join(', ')}`;
      // The processor is nothing new to anybody.
      if (verbose || event.threads === undefined) log.info(line);
      return;
    }
    case 'running':
      return;
    case 'retrying':
      log.warn(`${device} (${name}) goes on with less at a time: ${reason}.`);
      return;
    case 'lost':
      log.warn(`${device} (${name}) is lost: ${reason}. Others do its batches.`);
      return;
    default:
      state satisfies never;
  }
}

function startedLines(event: StartedEvent, verbose: boolean): string[] {
  const inputs = event.inputs.length === 1 ? event.inputs[0] : `${event.inputs.length} inputs`;
  const lines = [`virnucpro ${event.version}: ${inputs} -> ${event.output}`];
  const settings = [
    event.model === undefined ? undefined : `model ${event.model}`,
    event.length === undefined ? undefined : `chunks of ${event.length} nt`,
    `threads: ${event.threads ?? event.workers}`,
  ];
  lines.push(settings.filter((setting) => setting !== undefined).join(', '));
  if (verbose) {
    lines.push(
      `${counted(event.workers, 'sequence Worker')}, batches of ${counted(event.batch_size, 'record')}, ` +
        `at most ${countText(event.window)} under way`,
    );
  }
  return lines;
}

function downloadLine({
  bytes,
  bytes_total: total,
  bytes_per_second: rate,
  seconds_left: left,
}: DownloadEvent): string {
  const parts = [total === undefined ? bytesText(bytes) : `${bytesText(bytes)} of ${bytesText(total)}`];
  if (rate !== undefined) parts.push(`${bytesText(rate)}/s`);
  if (left !== undefined) parts.push(`${durationText(left)} left`);
  return parts.join(', ');
}

function problemLine({ file, record, line, message }: ProblemEvent): string {
  const place = [
    file === '-' ? 'standard input' : file,
    record === undefined ? undefined : `record ${record}`,
    line === undefined ? undefined : `line ${countText(line)}`,
  ];
  return `${place.filter((part) => part !== undefined).join(', ')}: ${message}.`;
}

function progressLine(event: ProgressEvent): string {
  const share =
    event.bytes_total === undefined || event.bytes_total === 0
      ? bytesText(event.bytes)
      : `${Math.floor((100 * event.bytes) / event.bytes_total)} % of the input`;
  return (
    `${share}, ${counted(event.records, 'record')}, ${counted(event.frames, 'frame')}, ` +
    `${event.viral === undefined ? '' : `${countText(event.viral)} viral, `}${durationText(event.seconds)}`
  );
}

function estimateLines(event: EstimateEvent): string[] {
  const line = (encoder: string, tokens: number, rate: number) =>
    `${encoder} model: ${countText(tokens)} tokens at ${countText(rate)} tokens/s`;
  return [
    `${counted(event.records, 'record')}, ${counted(event.chunks, 'chunk')}, ${counted(event.frames, 'open frame')}`,
    line('nucleotide', event.nucleotide_tokens, event.nucleotide_rate),
    line('protein', event.protein_tokens, event.protein_rate),
    `estimated time: ${durationText(event.seconds)}. Nothing was written.`,
  ];
}

function finishedLines({ counts, seconds, folder, written }: FinishedEvent): string[] {
  const lines = [`done in ${durationText(seconds)}`];
  if (counts['records'] !== undefined) lines.push(countsLine(counts));
  return written.length === 0 ? lines : [...lines, `${folder}: ${written.join(', ')}`];
}

/** What became of the records, leaving out what did not occur. */
function countsLine(counts: Readonly<Record<string, number>>): string {
  const parts = [
    ['viral', 'viral'],
    ['non_viral', 'non-viral'],
    ['ambiguous', 'ambiguous'],
    ['translated', 'with open frames'],
    ['no_orf', 'without an open frame'],
    ['empty', 'empty'],
    ['too_short', 'too short'],
    ['invalid', 'invalid'],
  ] as const;
  const shown = parts
    .filter(([key]) => (counts[key] ?? 0) > 0)
    .map(([key, text]) => `${countText(counts[key]!)} ${text}`);
  const total = counted(counts['records']!, 'record');
  return shown.length === 0 ? total : `${total}: ${shown.join(', ')}`;
}
