/** The embeddings of every kept frame as two NumPy files, row by row in the order of prediction_results.txt. */

import { join } from 'node:path';
import type { Embeddings } from '../run/encode.ts';
import { NpyWriter } from './npy.ts';
import { RESULT_FILE } from './paths.ts';
import type { ResultFiles } from './results.ts';

export class EmbeddingFiles {
  readonly #nucleotide: NpyWriter;
  readonly #protein: NpyWriter;

  /** @param files the result folder in the making; it completes or removes these files with its own */
  constructor(folder: string, widths: Readonly<Record<'nucleotide' | 'protein', number>>, files: ResultFiles) {
    this.#nucleotide = files.adopt(new NpyWriter(join(folder, RESULT_FILE.nucleotideEmbeddings), widths.nucleotide));
    this.#protein = files.adopt(new NpyWriter(join(folder, RESULT_FILE.proteinEmbeddings), widths.protein));
  }

  /** The next frame, given by its rows in the window's embeddings. */
  frame(embeddings: Embeddings, nucleotideRow: number, proteinRow: number): void {
    this.#nucleotide.rows(row(embeddings.nucleotide, this.#nucleotide.width, nucleotideRow));
    this.#protein.rows(row(embeddings.protein, this.#protein.width, proteinRow));
  }
}

function row(matrix: Float32Array, width: number, number: number): Float32Array {
  return matrix.subarray(number * width, (number + 1) * width);
}
