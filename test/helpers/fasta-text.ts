/** FASTA as text for tests: what a file of records, chunks or frames must read, built in the plainest way. */

import { Kernel } from '../../src/kernel/kernel.ts';
import { ChunkPlan } from '../../src/sequence/chunk.ts';
import { FRAME_SUFFIXES, SixFrames } from '../../src/sequence/frames.ts';
import { chunkId, frameId } from '../../src/sequence/id.ts';
import { makeReader, type PlainRecord } from './jobs.ts';

export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** The records of a FASTA file, read whole. */
export function readFasta(bytes: Uint8Array, file = 'test.fa'): PlainRecord[] {
  return makeReader(Kernel.load(), 'fasta', { file }).whole(bytes).records;
}

export function wrap(sequence: string, columns: number): string {
  let lines = '';
  for (let at = 0; at < sequence.length; at += columns) lines += `${sequence.slice(at, at + columns)}\n`;
  return lines;
}

const kernel = Kernel.load();
/** Per chunk size, because the kernel gives out memory once. */
const places = new Map<number, { readonly chunkAt: number; readonly frames: SixFrames }>();

function placesFor(chunkSize: number) {
  const known = places.get(chunkSize);
  if (known !== undefined) return known;
  const made = { chunkAt: kernel.allocate(chunkSize), frames: new SixFrames(kernel, chunkSize) };
  places.set(chunkSize, made);
  return made;
}

/** The three files of a record: its chunks at 60 columns in the case of the input, its frames unwrapped. */
export function chunkAndFrameText(record: Pick<PlainRecord, 'id' | 'length' | 'sequence'>, chunkSize: number) {
  const plan = new ChunkPlan(record.length, chunkSize);
  const { chunkAt, frames } = placesFor(chunkSize);
  const text = (start: number, end: number) => latin1(kernel.memory.subarray(start, end));
  let chunks = '';
  let nucleotide = '';
  let protein = '';
  for (let i = 0; i < plan.count; i++) {
    const chunk = chunkId(record.id, i);
    const bases = record.sequence.subarray(plan.start(i), plan.end(i));
    chunks += `>${chunk}\n${wrap(latin1(bases), 60)}`;
    kernel.memory.set(bases, chunkAt);
    frames.translate(chunkAt, bases.length);
    for (const [f, suffix] of FRAME_SUFFIXES.entries()) {
      if (!frames.kept(f)) continue;
      const id = frameId(chunk, suffix);
      const at = frames.proteinStart(f);
      nucleotide += `>${id}\n${text(frames.nucleotideStart(f), frames.nucleotideEnd(f))}\n`;
      protein += `>${id}\n${text(at, at + frames.residues[f]!)}\n`;
    }
  }
  return { chunks, nucleotide, protein };
}
