/** FASTA as text for tests: what a file of records, chunks or frames must read, built in the plainest way. */

import { FastaReader, type FastaRecord, type RecordBatch } from '../../src/input/fasta.ts';
import { ChunkPlan } from '../../src/sequence/chunk.ts';
import { FRAME_SUFFIXES, SixFrames } from '../../src/sequence/frames.ts';
import { chunkId, frameId } from '../../src/sequence/id.ts';

export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** All that outlives a record. */
export interface PlainRecord extends Omit<FastaRecord, 'bases'> {
  readonly sequence: Uint8Array;
}

export function plainRecord(record: FastaRecord): PlainRecord {
  const { bases, ...rest } = record;
  const sequence = new Uint8Array(record.length);
  bases.copy(0, record.length, sequence);
  return { ...rest, sequence };
}

export function drain(batch: RecordBatch): PlainRecord[] {
  const records: PlainRecord[] = [];
  for (let record = batch.next(); record !== undefined; record = batch.next()) records.push(plainRecord(record));
  return records;
}

/** Reads FASTA cut into the given blocks. Each block is overwritten once it was drained, as a source may do. */
export function readBlocks(blocks: Iterable<Uint8Array>, file = 'test.fa'): PlainRecord[] {
  const reader = new FastaReader(file);
  const records: PlainRecord[] = [];
  for (const block of blocks) {
    const own = new Uint8Array(block); // `slice` of a Buffer would share its memory
    reader.feed(own);
    records.push(...drain(reader));
    own.fill(0x23);
  }
  reader.end();
  return [...records, ...drain(reader)];
}

export function wrap(sequence: string, columns: number): string {
  let lines = '';
  for (let at = 0; at < sequence.length; at += columns) lines += `${sequence.slice(at, at + columns)}\n`;
  return lines;
}

/** The three files of a record: its chunks at 60 columns in the case of the input, its frames unwrapped. */
export function chunkAndFrameText(record: PlainRecord, chunkSize: number) {
  const plan = new ChunkPlan(record.length, chunkSize);
  const frames = new SixFrames(chunkSize);
  let chunks = '';
  let nucleotide = '';
  let protein = '';
  for (let i = 0; i < plan.count; i++) {
    const chunk = chunkId(record.id, i);
    chunks += `>${chunk}\n${wrap(latin1(record.sequence.subarray(plan.start(i), plan.end(i))), 60)}`;
    frames.translate(record.sequence, plan.start(i), plan.end(i));
    for (const [f, suffix] of FRAME_SUFFIXES.entries()) {
      if (!frames.kept(f)) continue;
      const id = frameId(chunk, suffix);
      const at = frames.proteinStart(f);
      nucleotide += `>${id}\n${latin1(frames.strand(f).subarray(frames.nucleotideStart(f), frames.nucleotideEnd(f)))}\n`;
      protein += `>${id}\n${latin1(frames.protein.subarray(at, at + frames.residues[f]!))}\n`;
    }
  }
  return { chunks, nucleotide, protein };
}
