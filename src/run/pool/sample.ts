/** A look at the first records of an input: its format and how long they are. */

import { closeSync, openSync, readSync } from 'node:fs';
import type { InputFile } from '../../input/container.ts';
import { formatOf, type SequenceFormat } from '../../input/format.ts';
import { openStream } from '../../input/open-stream.ts';
import { laterReadingError } from '../../input/reading-error.ts';

const SAMPLE_BYTES = 1 << 18;
const GREATER_AT_LINE_START = '\n>';
const LINES_OF_FASTQ_RECORD = 4;

export interface Sample {
  /** Where neither is seen, `fasta`: its reader refuses what is none, with the line. */
  readonly format: SequenceFormat;
  /** Mean bytes of a record, header and line ends included. */
  readonly recordBytes: number;
}

/** @returns undefined for a pipe, which can be read only once */
export async function sampleInput(file: InputFile): Promise<Sample | undefined> {
  if (file.container === 'stream') return undefined;
  return sampleOf(file.container === 'plain' ? plainHead(file.name) : await streamHead(file.name));
}

/** @param head the first bytes of an input, decompressed */
export function sampleOf(head: Uint8Array): Sample {
  const format = formatOf(head) === 'fastq' ? 'fastq' : 'fasta';
  const text = Buffer.from(head.buffer, head.byteOffset, head.length);
  const found = format === 'fasta' ? count(text, GREATER_AT_LINE_START) : count(text, '\n') / LINES_OF_FASTQ_RECORD;
  return { format, recordBytes: Math.max(1, head.length) / Math.max(1, found) };
}

function count(text: Buffer, what: string): number {
  let found = 0;
  for (let at = text.indexOf(what); at >= 0; at = text.indexOf(what, at + 1)) found += 1;
  return found;
}

function plainHead(name: string): Uint8Array {
  try {
    const descriptor = openSync(name, 'r');
    try {
      const head = new Uint8Array(SAMPLE_BYTES);
      return head.subarray(0, readSync(descriptor, head, 0, head.length, 0));
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw laterReadingError(error, name);
  }
}

async function streamHead(name: string): Promise<Uint8Array> {
  for await (const block of openStream(name).blocks()) return block.slice(0, SAMPLE_BYTES);
  return new Uint8Array(0);
}
