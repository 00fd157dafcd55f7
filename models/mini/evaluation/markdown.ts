/** Markdown tables and the numbers in them. */

import type { Estimate } from './bootstrap.ts';

/** What stands where there is no number. */
export const NOTHING = '–';

/** Ends in a line feed. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return [line(header), `|${'---|'.repeat(header.length)}\n`, ...rows.map(line)].join('');
}

/** `0.931 (0.918–0.944)`: value and interval. */
export function estimated(estimate: Estimate | null | undefined): string {
  if (estimate === null || estimate === undefined) return NOTHING;
  const { value, low, high } = estimate;
  return low === null || high === null ? decimals(value) : `${decimals(value)} (${decimals(low)}–${decimals(high)})`;
}

/** The value alone. */
export function plain(estimate: Estimate | null | undefined): string {
  return estimate === null || estimate === undefined ? NOTHING : decimals(estimate.value);
}

/** `93.1 %` of a whole. */
export function percent(part: number, whole: number, digits = 1): string {
  return whole === 0 ? NOTHING : `${((100 * part) / whole).toFixed(digits)} %`;
}

export function thousands(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

function decimals(value: number): string {
  return value.toFixed(3);
}
