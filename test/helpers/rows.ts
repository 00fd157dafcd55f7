/** Records of a text as the rows that a sequence Worker sends. */

import { Kernel } from '../../src/kernel/kernel.ts';
import { RESULT_FRAME } from '../../src/run/pool/job.ts';
import type { RunItem } from '../../src/run/pool/run.ts';
import { RowStream } from '../../src/run/sinks/row-stream.ts';
import type { NucleotideTokenizer } from '../../src/tokens/nucleotide.ts';
import { collector, type DriveOptions, driveSink } from './drive-sink.ts';

/** The items of a run over one input; the memory of a piece is overwritten when the next item is asked for. */
export async function* rowItems(
  bytes: Uint8Array,
  tokenizer: NucleotideTokenizer,
  options: DriveOptions,
): AsyncGenerator<RunItem, void, undefined> {
  const kernel = Kernel.load();
  const { pieces, send } = collector();
  const sink = new RowStream(kernel, options.length, tokenizer, send);
  for (const _ of driveSink(kernel, sink, bytes, options)) {
    for (const { bytes: memory } of pieces.splice(0)) {
      yield { item: 'piece', input: 0, kind: RESULT_FRAME.rows, memory, start: 0, end: memory.length };
      memory.fill(0x23);
    }
  }
}
