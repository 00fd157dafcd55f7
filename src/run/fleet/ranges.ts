/**
 * Which batches a device did, as short texts: `1-12` are all batches of the windows 1 to 12, `13:1-40,43` are the batches
 * 1 to 40 and 43 of window 13. A window is written down when its last batch is done, so memory holds text and not numbers.
 */

interface Part {
  readonly window: number;
  /** Undefined for all batches of the window. */
  readonly batches: string | undefined;
}

interface OpenWindow {
  /** Batches that are still to come. */
  left: number;
  /** Batch numbers by device. */
  readonly done: Map<string, number[]>;
}

export class DoneBatches {
  readonly #open = new Map<number, OpenWindow>();
  readonly #parts = new Map<string, Part[]>();

  /** @param batches of the window */
  add(device: string, window: number, batch: number, batches: number): void {
    const open = this.#open.get(window) ?? { left: batches, done: new Map<string, number[]>() };
    this.#open.set(window, open);
    const numbers = open.done.get(device) ?? [];
    open.done.set(device, numbers);
    numbers.push(batch);
    open.left -= 1;
    if (open.left > 0) return;
    this.#open.delete(window);
    for (const [who, own] of open.done) {
      this.#partsOf(who).push({ window, batches: own.length === batches ? undefined : rangesText(own) });
    }
  }

  /** In the order of the windows, those that are not complete as well. */
  of(device: string): string[] {
    const parts = [...this.#partsOf(device)];
    for (const [window, { done }] of this.#open) {
      const numbers = done.get(device);
      if (numbers !== undefined) parts.push({ window, batches: rangesText(numbers) });
    }
    parts.sort((a, b) => a.window - b.window);
    const texts: string[] = [];
    for (let at = 0; at < parts.length; ) {
      const { window, batches } = parts[at]!;
      let end = at + 1;
      if (batches === undefined) {
        while (parts[end]?.batches === undefined && parts[end]?.window === window + end - at) end += 1;
      }
      texts.push(batches === undefined ? rangeText(window, window + end - at - 1) : `${window}:${batches}`);
      at = end;
    }
    return texts;
  }

  #partsOf(device: string): Part[] {
    const parts = this.#parts.get(device) ?? [];
    this.#parts.set(device, parts);
    return parts;
  }
}

/** `1-3,7` for 7, 1, 3, 2. */
export function rangesText(numbers: readonly number[]): string {
  const rising = [...numbers].sort((a, b) => a - b);
  const ranges: string[] = [];
  for (let at = 0; at < rising.length; ) {
    let end = at + 1;
    while (rising[end] === rising[at]! + end - at) end += 1;
    ranges.push(rangeText(rising[at]!, rising[end - 1]!));
    at = end;
  }
  return ranges.join(',');
}

function rangeText(first: number, last: number): string {
  return first === last ? `${first}` : `${first}-${last}`;
}
