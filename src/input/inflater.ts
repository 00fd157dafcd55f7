/**
 * zlib's and zstd's decompressors, driven synchronously: compressed bytes in, data out, into memory of the caller.
 *
 * The streams of node:zlib hand every piece through the event loop in a buffer of its own, which takes as long again as the
 * decompression (measured: 215 MB/s against 365). What they drive is a native object with a method `writeSync`, here used
 * directly, as the synchronous readers of npm's own tar do. It is not documented, but checked when it is made, and the
 * runtime is part of the program.
 */

import { constants, createInflateRaw, createZstdDecompress } from 'node:zlib';

/** The data are damaged. */
export class DamagedData extends Error {
  constructor(readonly code: string) {
    super(code);
    this.name = 'DamagedData';
  }
}

/** `state` after a call: bytes of room left in the output, bytes of input left. */
interface Handle {
  onerror: (message: string, errno: number, code: string) => void;
  writeSync(
    flush: number,
    input: Uint8Array,
    inputFrom: number,
    inputLength: number,
    output: Uint8Array,
    outputFrom: number,
    outputLength: number,
  ): void;
  reset(): void;
  close(): void;
}

export class Inflater {
  /** Of the last step: bytes of input worked off. */
  taken = 0;
  /** Of the last step: bytes of data that came out. */
  given = 0;
  private readonly handle: Handle;
  private readonly state: Uint32Array;
  private failure: string | undefined;

  /** @param stream kept, because its end is that of the handle */
  private constructor(
    readonly stream: object,
    private readonly flush: number,
  ) {
    const handle: unknown = Reflect.get(stream, '_handle');
    const state: unknown = Reflect.get(stream, '_writeState');
    if (!isHandle(handle) || !(state instanceof Uint32Array)) throw new TypeError('node:zlib is not what it was');
    this.handle = handle;
    this.state = state;
    handle.onerror = (_message, _number, code) => {
      this.failure = code;
    };
  }

  /** Of deflate data without a head (RFC 1951). */
  static deflate(): Inflater {
    return new Inflater(createInflateRaw(), constants.Z_NO_FLUSH);
  }

  /** Of zstd frames (RFC 8878), one behind the other. */
  static zstd(): Inflater {
    return new Inflater(createZstdDecompress(), constants.ZSTD_e_continue);
  }

  /**
   * Decompresses `input` to `output[from, …)` until one of them is used up, or the data end. Deflate data that have ended
   * take nothing of what follows them.
   *
   * @throws DamagedData; what came out of this input is lost
   */
  step(input: Uint8Array, output: Uint8Array, from: number): void {
    const room = output.length - from;
    this.handle.writeSync(this.flush, input, 0, input.length, output, from, room);
    if (this.failure !== undefined) {
      const code = this.failure;
      this.failure = undefined;
      throw new DamagedData(code);
    }
    this.given = room - this.state[0]!;
    this.taken = input.length - this.state[1]!;
  }

  /** To the start of other data. */
  reset(): void {
    this.handle.reset();
  }

  close(): void {
    this.handle.close();
  }
}

function isHandle(value: unknown): value is Handle {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['writeSync', 'reset', 'close'].every((name) => typeof Reflect.get(value, name) === 'function')
  );
}
