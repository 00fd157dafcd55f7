/**
 * Events as plain lines on standard error: one per stage, warnings, a line of progress now and then, and a summary. No
 * control characters; what comes from the input was escaped before it became an event.
 */

import { createConsola } from 'consola/basic';
import type { EstimateEvent, Event, FinishedEvent, ProgressEvent, StartedEvent } from '../events/event.ts';
import { bytesText, counted, countText, durationText } from './quantities.ts';

/** Seconds between two lines of progress. */
const INTERVAL_SECONDS = 10;

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
  return (event) => {
    switch (event.event) {
      case 'started':
        for (const line of startedLines(event, verbose)) log.info(line);
        return;
      case 'stage':
        log.info(event.note);
        return;
      case 'device':
        if (verbose) log.info(`device ${event.device}: ${event.name}, ${event.backend}, threads: ${event.threads}`);
        return;
      case 'batch':
        return;
      case 'progress':
        if (event.seconds - lastProgress < INTERVAL_SECONDS) return;
        lastProgress = event.seconds;
        log.info(progressLine(event));
        return;
      case 'warning':
        log.warn(event.message);
        return;
      case 'estimate':
        for (const line of estimateLines(event)) log.info(line);
        return;
      case 'finished':
        for (const line of finishedLines(event)) log.success(line);
        // Again, because whoever reads only the end must read it too.
        if (event.note !== undefined) log.warn(event.note);
        return;
      default:
        event satisfies never;
    }
  };
}

function startedLines(event: StartedEvent, verbose: boolean): string[] {
  const inputs = event.inputs.length === 1 ? event.inputs[0] : `${event.inputs.length} inputs`;
  const lines = [`virnucpro ${event.version}: ${inputs} -> ${event.output}`];
  lines.push(`model ${event.model}, chunks of ${event.length} nt, threads: ${event.workers}`);
  if (verbose) lines.push(`batches of ${event.batch_size} tokens, windows of ${event.window} chunks`);
  return lines;
}

function progressLine(event: ProgressEvent): string {
  const share =
    event.bytes_total === undefined || event.bytes_total === 0
      ? bytesText(event.bytes)
      : `${Math.floor((100 * event.bytes) / event.bytes_total)} % of the input`;
  return (
    `${share}, ${counted(event.records, 'record')}, ${counted(event.frames, 'frame')}, ` +
    `${countText(event.viral)} viral, ${durationText(event.seconds)}`
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
  return [...lines, `${folder}: ${written.join(', ')}`];
}

/** What became of the records, leaving out what did not occur. */
function countsLine(counts: Readonly<Record<string, number>>): string {
  const parts = [
    ['viral', 'viral'],
    ['non_viral', 'non-viral'],
    ['ambiguous', 'ambiguous'],
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
