/** Decompresses gzip that comes in order through a window, however slowly. */

import { GzipDecoder } from './gzip-decoder.ts';
import type { Window } from './window.ts';

export class GzipStream {
  private readonly decoder: GzipDecoder;

  /**
   * @param window capacity `HEAD_MAX_BYTES` or more
   * @param offset decompressed bytes before the window's first
   */
  constructor(
    private readonly window: Window,
    offset: number,
  ) {
    this.decoder = new GzipDecoder(offset);
  }

  /** After the end: why the data stop early. */
  get cut(): string | undefined {
    return this.decoder.cut;
  }

  /** Writes data to `output[from, …)`, at least one byte; 0 at the end. */
  async read(output: Uint8Array, from: number): Promise<number> {
    const { decoder, window } = this;
    while (!decoder.hasEnded) {
      const bytes = decoder.decode(window, output, from);
      if (bytes > 0) return bytes;
      if (!decoder.hasEnded) await window.fill(window.view().length + 1);
    }
    decoder.close();
    return 0;
  }
}
