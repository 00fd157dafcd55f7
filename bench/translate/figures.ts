/** Medians, units and Markdown tables of the benchmarks' reports. */

export function median(list: readonly number[]): number {
  const sorted = [...list].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** `12.3 (11.0 to 13.1)`: median, lowest and highest. */
export function spread(list: readonly number[], digits: number): string {
  const [low, high] = [Math.min(...list), Math.max(...list)];
  const range = list.length > 1 ? ` (${low.toFixed(digits)} to ${high.toFixed(digits)})` : '';
  return `${median(list).toFixed(digits)}${range}`;
}

/** A count with three figures that mean something: `1,230,000`. */
export function rounded(value: number): string {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, value))) - 2);
  return (Math.round(value / step) * step).toLocaleString('en-US');
}

export function mebibytes(bytes: number): string {
  return bytes === 0 ? 'unknown' : `${Math.round(bytes / 2 ** 20)} MiB`;
}

/** Prints a table whose lines can be pasted into a page. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  console.log(['', line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line), ''].join('\n'));
}
