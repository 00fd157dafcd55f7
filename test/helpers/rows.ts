/** Records of a text as the rows that a sequence Worker sends: the Worker's own parts, on this thread. */

import { FastaReader } from '../../src/input/fasta.ts';
import { FastqReader } from '../../src/input/fastq.ts';
import type { SequenceFormat } from '../../src/input/format.ts';
import { INPUT_SIZES, InputSpace } from '../../src/input/input-space.ts';
import { Kernel } from '../../src/kernel/kernel.ts';
import type { RunItem } from '../../src/run/pool/run.ts';
import { RowStream } from '../../src/run/sinks/row-stream.ts';
import { ChunkPlan } from '../../src/sequence/chunk.ts';
import { SixFrames } from '../../src/sequence/frames.ts';
import type { NucleotideTokenizer } from '../../src/tokens/nucleotide.ts';
import { BytesSource } from './jobs.ts';

export interface RowOptions {
  /** Chunk length, nt. */
  readonly length: number;
  /** Shorter records get no chunks, nt. */
  readonly minimumLength?: number;
  readonly format?: SequenceFormat;
  /** Bytes of the text before which another job begins, in rising order. */
  readonly cuts?: readonly number[];
}

/** Small, so that a kernel for every text costs nothing. */
const SIZES = { ...INPUT_SIZES, window: 1 << 12, region: 1 << 16 };

/** The items of a run over one input; the memory of a piece is overwritten when the next item is asked for. */
export async function* rowItems(
  bytes: Uint8Array,
  tokenizer: NucleotideTokenizer,
  { length, minimumLength = 0, format = 'fasta', cuts = [] }: RowOptions,
): AsyncGenerator<RunItem, void, undefined> {
  const kernel = Kernel.load();
  const six = new SixFrames(kernel, length);
  const space = new InputSpace(kernel, length, undefined, SIZES);
  let pieces: RunItem[] = [];
  const sink = new RowStream(kernel, length, tokenizer, (kind, memory, start, end) => {
    const own = memory.slice(start, end);
    pieces.push({ item: 'piece', input: 0, kind, memory: own, start: 0, end: own.length });
  });
  const Reader = format === 'fasta' ? FastaReader : FastqReader;
  const reader = new Reader(space, 'test.fa', (index) => index + 1);
  const starts = [...new Set([0, ...cuts.filter((cut) => cut > 0 && cut < bytes.length)])];
  for (const [i, start] of starts.entries()) {
    const range = (starts[i + 1] ?? Math.max(1, bytes.length)) - start;
    reader.begin(new BytesSource(bytes.subarray(Math.max(0, start - 1))), {
      start: start === 0 ? 'file' : 'anywhere',
      range,
    });
    for (let record = reader.next(); record !== undefined; record = reader.next()) {
      if (record.problem !== undefined) {
        sink.invalid(record);
        continue;
      }
      const plan = new ChunkPlan(record.length < minimumLength ? 0 : record.length, length);
      sink.begin(record);
      for (let chunk = 0; chunk < plan.count; chunk++) {
        const at = record.locate(plan.start(chunk), plan.end(chunk));
        six.translate(at, plan.end(chunk) - plan.start(chunk));
        sink.chunk(chunk, at, plan.end(chunk) - plan.start(chunk), six);
      }
      sink.end();
    }
    sink.finish();
    for (const piece of pieces) {
      yield piece;
      if (piece.item === 'piece') piece.memory.fill(0x23);
    }
    pieces = [];
  }
}
