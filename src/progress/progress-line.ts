/**
 * How far a run is, in one line: elapsed time, stage, percent, what is done of what, speed, time left, and each device's
 * part of the tokens. What is not known is left out.
 */

import type { StageName } from '../events/event.ts';
import { bytesText, counted, countText, durationText } from '../system/quantities.ts';
import type { RunView } from './run-view.ts';

/** More are summed up: one line of a log is to be read at a glance. */
const DEVICES_SHOWN = 8;

/** @param stage the last that began */
export function progressLine(view: RunView, stage: StageName | undefined): string {
  const parts = [
    durationText(view.elapsed),
    stage,
    // Not 100 before it is done.
    view.fraction === undefined ? undefined : `${Math.min(99, Math.floor(100 * view.fraction))} %`,
    recordsText(view),
    bytesOf(view),
    view.viral === undefined ? undefined : `${countText(view.viral)} viral`,
    speedText(view),
    view.eta === undefined ? undefined : `ETA ${durationText(view.eta)}`,
    ...sharesText(view),
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}

function recordsText({ records, recordsTotal: total }: RunView): string | undefined {
  if (records === undefined) return undefined;
  return total === undefined ? counted(records, 'record') : `${countText(records)}/${counted(total, 'record')}`;
}

function bytesOf({ bytes, bytesTotal: total }: RunView): string | undefined {
  if (bytes === 0) return undefined;
  return total === undefined ? bytesText(bytes) : `${bytesText(bytes)}/${bytesText(total)}`;
}

/** Of the models where there are any; else of the reading or the download, which come first. */
function speedText({ encoders, stages }: RunView): string | undefined {
  if (encoders !== undefined) {
    const { nucleotide, protein } = encoders;
    if (nucleotide.rate === undefined && protein.rate === undefined) return undefined;
    return `${countText((nucleotide.rate ?? 0) + (protein.rate ?? 0))} tokens/s`;
  }
  const [first] = stages;
  return first?.rate === undefined ? undefined : `${bytesText(first.rate)}/s`;
}

/** Nothing for a device that is alone. */
function sharesText({ devices }: RunView): string[] {
  const used = devices.filter(({ state, tokens }) => state !== 'refused' || tokens > 0);
  if (used.length < 2 || used.every(({ tokens }) => tokens === 0)) return [];
  const shown = used.slice(0, used.length > DEVICES_SHOWN ? DEVICES_SHOWN - 1 : DEVICES_SHOWN);
  const texts = shown.map(({ id, share, state }) => {
    const word = state === 'lost' || state === 'retrying' ? ` (${state})` : '';
    return `${id} ${percent(share)} %${word}`;
  });
  const rest = used.slice(shown.length);
  if (rest.length > 0)
    texts.push(`${rest.length} others ${percent(rest.reduce((sum, { share }) => sum + share, 0))} %`);
  return texts;
}

const percent = (share: number) => Math.round(100 * share);
