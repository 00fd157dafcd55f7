/**
 * One row per device: id, bar of its share of all tokens, tokens per second, how busy it is, memory, state, and as far as
 * there is room its name and what befell it. Columns have fixed widths, so that nothing jumps when numbers grow.
 */

import type { DeviceState } from '../events/event.ts';
import { bytesOfText, bytesText, shortCountText } from '../system/quantities.ts';
import { bar } from './bar.ts';
import { columns, cut, padEnd, plainText } from './fit-text.ts';
import type { PanelLine, PanelStyle, Piece, Tint } from './pieces.ts';
import type { DeviceView } from './run-view.ts';

const LABEL = 10;
const GAP = '  ';
const PERCENT = '100 %'.length;
export const LEAST_BAR = 10;
const MOST_BAR = 40;
const MEMORY = '12.3/141 GB'.length;
const STATE = 'retrying'.length;
/** Less than this of a name says nothing. */
const LEAST_DETAIL = 16;
/** More rows are not read. */
const MOST_ROWS = 12;

/** What stands left of every bar and right of it, before anything else. */
export const FRAME = LABEL + GAP.length + GAP.length + PERCENT + GAP.length;

const TINTS: Readonly<Record<DeviceState, Tint | undefined>> = {
  loading: 'faint',
  proving: 'faint',
  ready: undefined,
  running: 'good',
  retrying: 'attention',
  lost: 'bad',
  refused: 'bad',
};

/** A device, or several as one. */
interface Row {
  readonly label: string;
  readonly share: number;
  readonly rate: string;
  readonly busy: string;
  readonly memory: string;
  readonly state: string;
  readonly tint: Tint | undefined;
  readonly detail: string;
}

export interface DeviceRows {
  readonly lines: readonly PanelLine[];
  /** Columns of the bars, for those of other lines. */
  readonly bar: number;
}

/**
 * A label, a bar and what else there is to say. Without a share the bar's place stays empty.
 *
 * @param percent as a whole number, which the caller rounds
 */
export function barLine(
  label: string,
  share: { readonly value: number; readonly percent: number } | undefined,
  width: number,
  rest: readonly Piece[],
  unicode: boolean,
): PanelLine {
  const head = { text: padEnd(label, LABEL) + GAP };
  if (share === undefined) return [head, ...rest];
  const { done, rest: open } = bar(share.value, width, unicode);
  const percent = `${GAP}${`${share.percent} %`.padStart(PERCENT)}${GAP}`;
  return [head, { text: done, tint: 'done' }, { text: open, tint: 'faint' }, { text: percent }, ...rest];
}

/**
 * @param most rows
 * @param mostBar columns of a bar, so that other lines have room beside theirs
 */
export function deviceRows(
  devices: readonly DeviceView[],
  most: number,
  mostBar: number,
  style: PanelStyle,
): DeviceRows {
  const { width, unicode } = style;
  const rows = rowsOf(devices, Math.min(most, MOST_ROWS), unicode);
  const memory = rows.some((row) => row.memory !== '') ? MEMORY : 0;
  const extras = [
    { key: 'rate', width: '12.3k tokens/s'.length },
    { key: 'busy', width: 'busy 100 %'.length },
    { key: 'memory', width: memory },
  ] as const;
  let used = FRAME + LEAST_BAR + STATE;
  const shown = extras.filter((extra) => {
    const more = extra.width + GAP.length;
    if (extra.width === 0 || used + more > width) return false;
    used += more;
    return true;
  });
  // Bars get a third of what is left; names need the rest, or nothing.
  const spare = Math.max(0, width - used);
  const growth = Math.max(0, Math.min(MOST_BAR, mostBar) - LEAST_BAR);
  const third = Math.min(growth, Math.floor(spare / 3));
  const detail = spare - third - GAP.length;
  const hasDetail = detail >= LEAST_DETAIL && rows.length > 0;
  const barWidth = LEAST_BAR + (hasDetail ? third : Math.min(growth, spare));
  const lines = rows.map((row) => {
    const cells = shown.map(({ key, width: cell }) => ({ text: row[key].padStart(cell) + GAP }));
    const state = { text: padEnd(row.state, STATE), tint: row.tint };
    const end = hasDetail && row.detail !== '' ? [{ text: GAP + cut(row.detail, detail, unicode) }] : [];
    const share = { value: row.share, percent: Math.round(100 * row.share) };
    return barLine(row.label, share, barWidth, [...cells, state, ...end], unicode);
  });
  return { lines, bar: barWidth };
}

function rowsOf(devices: readonly DeviceView[], most: number, unicode: boolean): Row[] {
  if (devices.length <= most) return devices.map((device) => rowOf(device, unicode));
  const alone = Math.max(0, most - 1);
  return [...devices.slice(0, alone).map((device) => rowOf(device, unicode)), sumOf(devices.slice(alone))];
}

function rowOf(device: DeviceView, unicode: boolean): Row {
  const { id, name, backend, state, share, tokensPerSecond, busy, memory, memoryTotal, reason } = device;
  const about = backend === '' ? name : `${name} (${backend})`;
  return {
    label: cut(plainText(id, unicode), LABEL, unicode),
    share,
    rate: rateText(tokensPerSecond),
    busy: busyText(busy),
    memory: memoryText(memory, memoryTotal),
    state,
    tint: TINTS[state],
    // What befell it is worth more than its name.
    detail: plainText(reason === undefined ? about : `${reason}; ${about}`, unicode),
  };
}

/** Of a lost one among them is told first. */
function sumOf(devices: readonly DeviceView[]): Row {
  const busy = devices.flatMap((device) => device.busy ?? []);
  const rates = devices.flatMap((device) => device.tokensPerSecond ?? []);
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  const lost = devices.filter(({ state }) => state === 'lost').length;
  const first = devices[0]?.state ?? 'ready';
  const isSame = devices.every(({ state }) => state === first);
  const running = devices.filter(({ state }) => state === 'running').length;
  return {
    label: `${devices.length} more`,
    share: sum(devices.map(({ share }) => share)),
    rate: rateText(rates.length === 0 ? undefined : sum(rates)),
    busy: busyText(busy.length === 0 ? undefined : sum(busy) / busy.length),
    memory: '',
    state: isSame ? first : lost > 0 ? `${lost} lost` : `${running} run`,
    tint: isSame ? TINTS[first] : lost > 0 ? 'bad' : undefined,
    detail: '',
  };
}

function rateText(rate: number | undefined): string {
  return rate === undefined ? '' : `${shortCountText(rate)} tokens/s`;
}

function busyText(busy: number | undefined): string {
  return busy === undefined ? '' : `busy ${`${Math.round(100 * busy)}`.padStart(3)} %`;
}

function memoryText(memory: number | undefined, total: number | undefined): string {
  if (memory === undefined) return '';
  return total === undefined ? bytesText(memory) : bytesOfText(memory, total);
}

/** Columns of a text left of a bar, for lines without one. */
export const INDENT = ' '.repeat(columns(GAP) + LABEL);
