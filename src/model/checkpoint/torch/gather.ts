/**
 * Elements of a strided view in row-major order, read from its storage in windows of 8 MiB.
 *
 * A range of elements is cut into boxes (whole slabs, and what is left at both ends); within a box the elements are
 * visited in the order of the storage, so that each window is read once, whatever the strides are. No list of indices is
 * made. All positions and counts are in elements of the storage, unless they say bytes.
 */

const WINDOW_BYTES = 8 << 20;

export interface View {
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** Fills bytes from this byte of the storage. */
export type ReadStorage = (bytes: Uint8Array<ArrayBuffer>, fromByte: number) => Promise<unknown>;

/** One dimension of a box; `step` in the storage, `outStep` in the result. */
interface Dimension {
  readonly size: number;
  readonly step: number;
  readonly outStep: number;
}

interface Box {
  readonly start: number;
  /** Place of its first element in the result. */
  readonly out: number;
  readonly dimensions: readonly Dimension[];
}

/** Whether the elements lie one after the other in row-major order. */
export function isContiguous({ shape, strides }: View): boolean {
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] !== 1 && strides[i] !== step) return false;
    step *= shape[i]!;
  }
  return true;
}

/**
 * Whether a view can be read with one pass over its storage: its elements fit a window, or visiting them by falling
 * strides never goes back. Then the same holds for each box of it.
 */
export function canGather(view: View, size: number): boolean {
  if (isContiguous(view)) return true;
  const { shape, strides } = view;
  const dimensions = shape.map((length, i) => ({ length, step: strides[i]! })).filter(({ length }) => length > 1);
  dimensions.sort((a, b) => a.step - b.step);
  let extent = 0;
  let ordered = true;
  for (const { length, step } of dimensions) {
    ordered &&= step >= extent;
    extent += (length - 1) * step;
  }
  return ordered || (extent + 1) * size <= WINDOW_BYTES;
}

/** Elements [from, to) of a view as the bytes they have in the storage. @param size bytes of one element */
export async function gather(
  view: View,
  size: 1 | 2 | 4 | 8,
  from: number,
  to: number,
  read: ReadStorage,
): Promise<Uint8Array<ArrayBuffer>> {
  const result = new Uint8Array((to - from) * size);
  if (from === to) return result;
  if (isContiguous(view)) {
    await read(result, (view.offset + from) * size);
    return result;
  }
  const window = new Window(size, result, read);
  for (const box of boxes(view, from, to)) await copyBox(box, window);
  return result;
}

function boxes(view: View, from: number, to: number): Box[] {
  // Row-major steps of the result.
  const outSteps = view.shape.map(() => 1);
  for (let i = outSteps.length - 2; i >= 0; i--) outSteps[i] = outSteps[i + 1]! * view.shape[i + 1]!;
  const found: Box[] = [];
  /** Elements [low, high) of the slab of dimensions `depth`.. that begins at `start`; its first is `out` of the whole. */
  const split = (depth: number, start: number, out: number, low: number, high: number): void => {
    const outStep = outSteps[depth];
    const step = view.strides[depth];
    if (outStep === undefined || step === undefined) {
      found.push({ start, out: out - from, dimensions: [] });
      return;
    }
    const first = Math.floor(low / outStep);
    const last = Math.floor(high / outStep);
    const within = (index: number, lower: number, upper: number) =>
      split(depth + 1, start + index * step, out + index * outStep, lower, upper);
    const lowRest = low - first * outStep;
    const highRest = high - last * outStep;
    if (first === last) {
      within(first, lowRest, highRest);
      return;
    }
    if (lowRest > 0) within(first, lowRest, outStep);
    const whole = lowRest > 0 ? first + 1 : first;
    if (last > whole) {
      const dimensions = view.shape.slice(depth + 1).map((size, i) => {
        return { size, step: view.strides[depth + 1 + i]!, outStep: outSteps[depth + 1 + i]! };
      });
      dimensions.unshift({ size: last - whole, step, outStep });
      found.push({ start: start + whole * step, out: out + whole * outStep - from, dimensions });
    }
    if (highRest > 0) within(last, 0, highRest);
  };
  split(0, view.offset, 0, from, to);
  return found;
}

async function copyBox(box: Box, window: Window): Promise<void> {
  const dimensions = box.dimensions.filter(({ size }) => size > 1).sort((a, b) => b.step - a.step);
  const extent = dimensions.reduce((sum, { size, step }) => sum + (size - 1) * step, 1);
  const end = box.start + extent;
  const inner = dimensions.pop() ?? { size: 1, step: 0, outStep: 0 };
  const index = dimensions.map(() => 0);
  let at = box.start;
  let out = box.out;
  for (;;) {
    let done = window.copyHeld(at, inner, out, 0);
    while (done < inner.size) {
      await window.load(at + done * inner.step, end);
      done = window.copyHeld(at, inner, out, done);
    }
    let d = dimensions.length - 1;
    for (; d >= 0; d--) {
      const { size, step, outStep } = dimensions[d]!;
      at += step;
      out += outStep;
      index[d]!++;
      if (index[d]! < size) break;
      at -= size * step;
      out -= size * outStep;
      index[d] = 0;
    }
    if (d < 0) return;
  }
}

/** A piece of the storage in memory, and the result that is filled from it. Elements of 8 bytes are two words. */
class Window {
  readonly #words: 1 | 2;
  readonly #result: Uint8Array | Uint16Array | Uint32Array;
  #held: Uint8Array | Uint16Array | Uint32Array = new Uint8Array(0);
  #start = 0;
  #end = 0;

  constructor(
    private readonly size: 1 | 2 | 4 | 8,
    result: Uint8Array<ArrayBuffer>,
    private readonly read: ReadStorage,
  ) {
    this.#words = size === 8 ? 2 : 1;
    this.#result = wordsOf(result, size);
  }

  /** Copies elements of an innermost dimension from number `done` on, as far as they are held; how many are done then. */
  copyHeld(start: number, { size, step, outStep }: Dimension, out: number, done: number): number {
    const next = start + done * step;
    if (next < this.#start || next >= this.#end) return done;
    const reach = step === 0 ? size : Math.floor((this.#end - 1 - next) / step) + 1;
    const count = Math.min(size - done, reach);
    this.#copy(next - this.#start, step, out + done * outStep, outStep, count);
    return done + count;
  }

  /** Holds the storage from `start` to at most `end`. */
  async load(start: number, end: number): Promise<void> {
    const bytes = new Uint8Array(Math.min(WINDOW_BYTES / this.size, end - start) * this.size);
    await this.read(bytes, start * this.size);
    this.#held = wordsOf(bytes, this.size);
    this.#start = start;
    this.#end = start + bytes.length / this.size;
  }

  #copy(from: number, step: number, out: number, outStep: number, count: number): void {
    const words = this.#words;
    const source = this.#held;
    const target = this.#result;
    for (let i = 0, s = from * words, t = out * words; i < count; i++, s += step * words, t += outStep * words) {
      target[t] = source[s]!;
      if (words === 2) target[t + 1] = source[s + 1]!;
    }
  }
}

function wordsOf(bytes: Uint8Array<ArrayBuffer>, size: 1 | 2 | 4 | 8): Uint8Array | Uint16Array | Uint32Array {
  if (size === 1) return bytes;
  return size === 2 ? new Uint16Array(bytes.buffer) : new Uint32Array(bytes.buffer);
}
