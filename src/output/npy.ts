/**
 * A float32 matrix `[n, width]` as a NumPy file (format version 1.0, little-endian, row-major), written row by row:
 * n is filled in when the file is finished.
 */

import { AtomicFile } from '../system/atomic-file.ts';

/** The whole header; a multiple of 64, so the data is aligned, and room for any n. */
const HEADER_BYTES = 128;
/** The magic string, two bytes of version, two bytes of header length. */
const PREFIX_BYTES = 10;

export class NpyWriter extends AtomicFile {
  #rows = 0;

  /** @param width numbers in a row */
  constructor(
    path: string,
    readonly width: number,
  ) {
    super(path);
    this.bytes(npyHeader(0, width));
  }

  /** Appends a copy of whole rows: `[k, width]`, float32. */
  rows(values: Float32Array): void {
    if (values.length % this.width !== 0) throw new Error(`${values.length} numbers are no rows of ${this.width}`);
    // Every machine this runs on is little-endian, as the header says.
    this.bytes(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    this.#rows += values.length / this.width;
  }

  override finish(): void {
    this.overwrite(0, npyHeader(this.#rows, this.width));
    super.finish();
  }
}

/** @returns 128 bytes */
export function npyHeader(rows: number, width: number): Uint8Array {
  const description = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${width}), }`;
  const header = Buffer.alloc(HEADER_BYTES, ' ');
  header.write('\x93NUMPY\x01\x00', 'latin1');
  header.writeUInt16LE(HEADER_BYTES - PREFIX_BYTES, PREFIX_BYTES - 2);
  header.write(description, PREFIX_BYTES, 'latin1');
  header[HEADER_BYTES - 1] = 0x0a;
  return header;
}
