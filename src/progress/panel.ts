/**
 * A run as lines for a terminal: what it is, how far it is and when it ends, stages with rates, both encoders, a row for each
 * device, and the newest warning. At most eight lines and one per device. Pure: the same view gives the same lines.
 *
 * From `WIDE` columns on, times stand beside the bar; below, on a line of their own. Bars of all lines begin in the same
 * column and are equally long.
 */

import { bytesText, countText, durationText, shortCountText } from '../system/quantities.ts';
import { barLine, deviceRows, FRAME, INDENT, LEAST_BAR } from './device-rows.ts';
import { columns, cut, plainText } from './fit-text.ts';
import { lineText, listText, type PanelLine, type PanelStyle } from './pieces.ts';
import type { DeviceView, EncoderView, RunView, StageView } from './run-view.ts';

export type { PanelStyle } from './pieces.ts';

const WIDE = 72;
const TIMES = 'elapsed 12 min 05 s, ~14 min 05 s left'.length;
const LINES_BESIDES = 8;

/** @returns lines without line ends; none when the run is over, because its summary takes the place */
export function panel(view: RunView, style: PanelStyle): string[] {
  if (view.isOver) return [];
  const isWide = style.width >= WIDE;
  const most = Math.max(1, (style.height ?? Number.POSITIVE_INFINITY) - LINES_BESIDES);
  const mostBar = isWide ? Math.max(LEAST_BAR, style.width - FRAME - TIMES) : style.width;
  const devices = deviceRows(devicesShown(view.devices), most, mostBar, style);
  const layout: Layout = { ...style, bar: devices.bar, isWide };
  const lines = [
    [{ text: plainText(view.title, style.unicode), tint: 'title' as const }],
    ...overall(view, layout),
    ...textLine(countsOf(view), layout),
    ...textLine(stagesOf(view), layout),
    ...encoderLines(view, layout),
    ...devices.lines,
    ...warningLine(view, layout),
  ];
  return lines.map((line) => lineText(line, style));
}

interface Layout extends PanelStyle {
  readonly bar: number;
  readonly isWide: boolean;
}

/** One that takes no part is of interest until others do the work; a warning tells of it as well. */
function devicesShown(devices: readonly DeviceView[]): readonly DeviceView[] {
  const isAtWork = devices.some(({ state }) => state === 'running' || state === 'ready');
  return isAtWork ? devices.filter(({ state }) => state !== 'refused') : devices;
}

function overall(view: RunView, layout: Layout): PanelLine[] {
  const { bar, isWide, unicode, width } = layout;
  const { fraction, elapsed, eta, note, title, stages } = view;
  const times = [`elapsed ${timeText(elapsed)}`, eta === undefined ? undefined : `~${timeText(eta)} left`];
  if (fraction !== undefined) {
    const share = { value: fraction, percent: Math.floor(100 * fraction) };
    const room = width - FRAME - bar;
    if (isWide) return [barLine('total', share, bar, [{ text: listText(times, room) }], unicode)];
    return [barLine('total', share, bar, [], unicode), [{ text: listText(times, width) }]];
  }
  // Nothing to measure yet, or nothing that could be: what it is at, unless the title or the lines below say that.
  if (note === undefined || note === title || stages.length > 0) return textLine(times, layout);
  const time = listText(times, width);
  const doing = plainText(note, unicode);
  if (!isWide) return [[{ text: doing }], [{ text: time }]];
  return [[{ text: `${cut(doing, width - columns(time) - 2, unicode)}, ${time}` }]];
}

function countsOf({ records, recordsTotal, viral, bytes, bytesTotal, stages }: RunView): (string | undefined)[] {
  if (stages.length === 0) return [];
  const of = recordsTotal === undefined ? '' : ` of ${countText(recordsTotal)}`;
  const size = bytesTotal === undefined ? bytesText(bytes) : `${bytesText(bytes)} of ${bytesText(bytesTotal)}`;
  return [
    records === undefined
      ? undefined
      : `${countText(records)}${of} ${(recordsTotal ?? records) === 1 ? 'record' : 'records'}`,
    viral === undefined ? undefined : `${countText(viral)} viral`,
    records === undefined ? size : `${size} read`,
  ];
}

/** Encoders have lines of their own. */
function stagesOf({ stages }: RunView): (string | undefined)[] {
  return stages.map(({ name, rate, unit }) => {
    if (rate === undefined || unit === 'tokens') return undefined;
    return `${name} ${rateText(rate, unit)}`;
  });
}

function rateText(rate: number, unit: StageView['unit']): string {
  return unit === 'bytes' ? `${bytesText(rate)}/s` : `${shortCountText(rate)} ${unit}/s`;
}

function encoderLines({ encoders }: RunView, layout: Layout): PanelLine[] {
  if (encoders === undefined) return [];
  return [encoderLine('nucleotide', encoders.nucleotide, layout), encoderLine('protein', encoders.protein, layout)];
}

function encoderLine(name: string, { done, planned, expected, rate }: EncoderView, layout: Layout): PanelLine {
  const { bar, isWide, unicode, width } = layout;
  const speed = rate === undefined ? undefined : `${shortCountText(rate)}${isWide ? ' tokens' : ''}/s`;
  if (expected === undefined || expected === 0) {
    // Of a pipe nobody knows the end: what is read is told instead.
    const amount = `${shortCountText(done)} of ${shortCountText(planned)}${isWide ? ' tokens' : ''} read`;
    return barLine(name, undefined, bar, [{ text: listText([amount, speed], width - INDENT.length) }], unicode);
  }
  const share = { value: done / expected, percent: Math.floor((100 * done) / expected) };
  const amount = `${shortCountText(done)} of ~${shortCountText(expected)} tokens`;
  const text = isWide ? listText([amount, speed], width - FRAME - bar) : (speed ?? '');
  return barLine(name, share, bar, [{ text }], unicode);
}

function textLine(parts: readonly (string | undefined)[], { isWide, width }: Layout): PanelLine[] {
  const indent = isWide ? INDENT : '';
  const text = listText(parts, width - indent.length);
  return text === '' ? [] : [[{ text: indent + text }]];
}

function warningLine({ warnings: { count, newest } }: RunView, { unicode }: Layout): PanelLine[] {
  if (newest === undefined) return [];
  const head = count === 1 ? '! ' : `! ${countText(count)} warnings, the newest: `;
  return [[{ text: head + plainText(newest, unicode), tint: 'attention' }]];
}

/** Whole seconds: tenths would only flicker. */
function timeText(seconds: number): string {
  return seconds < 9.95 ? `${Math.round(seconds)} s` : durationText(seconds);
}
