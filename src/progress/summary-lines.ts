/** What is told at the end of a run: the answer of a dry run, the counts, what each device did, where the results are. */

import type { EstimateEvent, FinishedDevice, FinishedEvent } from '../events/event.ts';
import { counted, countText, durationText } from '../system/quantities.ts';
import type { Line } from './log.ts';

export function estimateLines(event: EstimateEvent): Line[] {
  const encoder = (name: string, tokens: number, rate: number) =>
    info(`${name} model: ${countText(tokens)} tokens at ${countText(rate)} tokens/s`);
  const { records, chunks, frames, seconds } = event;
  return [
    info(`${counted(records, 'record')}, ${counted(chunks, 'chunk')}, ${counted(frames, 'open frame')}`),
    encoder('nucleotide', event.nucleotide_tokens, event.nucleotide_rate),
    encoder('protein', event.protein_tokens, event.protein_rate),
    info(`estimated time: ${durationText(seconds)}. Nothing was written.`),
  ];
}

/** @param isVerbose a device that was alone is told as well */
export function finishedLines(event: FinishedEvent, isVerbose: boolean): Line[] {
  const { counts, seconds, folder, written, note } = event;
  const lines = [success(`done in ${durationText(seconds)}`)];
  if (counts['records'] !== undefined) lines.push(success(countsText(counts)));
  lines.push(...balanceLines(event, isVerbose));
  if (written.length > 0) lines.push(success(`${folder}: ${written.join(', ')}`));
  // At the end, which is what people read.
  if (note !== undefined) lines.push(info(note));
  return lines;
}

/** A device that was alone has nothing to be compared with, so only its failures are news. */
function balanceLines({ devices = [], imbalance }: FinishedEvent, isVerbose: boolean): Line[] {
  const isShared = devices.length > 1;
  const shown = devices.filter(({ failures }) => isShared || isVerbose || failures > 0);
  const lines = shown.map((device) => info(deviceText(device)));
  if (isShared && imbalance !== undefined) {
    lines.push(info(`imbalance ${imbalance.toFixed(2)}: last finishing time of a device over their mean; 1 is even`));
  }
  return lines;
}

function deviceText({ device, batches, tokens, busy_seconds, idle_share, failures }: FinishedDevice): string {
  // "batch" takes no plain s.
  const count = `${countText(batches)} ${batches === 1 ? 'batch' : 'batches'}`;
  const busy = `busy ${durationText(busy_seconds)}, idle ${Math.round(100 * idle_share)} %`;
  return `${device}: ${count}, ${counted(tokens, 'token')}, ${busy}, ${counted(failures, 'failure')}`;
}

/** What became of the records, leaving out what did not occur. */
function countsText(counts: FinishedEvent['counts']): string {
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
  const shown = parts.flatMap(([key, text]) => {
    const count = counts[key] ?? 0;
    return count > 0 ? [`${countText(count)} ${text}`] : [];
  });
  const total = counted(counts['records'] ?? 0, 'record');
  return shown.length === 0 ? total : `${total}: ${shown.join(', ')}`;
}

const info = (text: string): Line => ({ level: 'info', text });
const success = (text: string): Line => ({ level: 'success', text });
