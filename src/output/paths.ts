/** Every name of a file in a result folder, once. */

export const RESULT_FILE = {
  /** One row per kept frame, as the original tool writes it. */
  frames: 'prediction_results.txt',
  /** One row per chunk that has a frame, as the original tool writes it: tab-separated in spite of its name. */
  highestScores: 'prediction_results_highestscore.csv',
  /** One row per input record. */
  sequences: 'sequences.tsv',
  /** One row per chunk. */
  chunks: 'chunks.tsv',
  /** Mean DNABERT-S embedding of each kept frame, in the order of `prediction_results.txt`; only on request. */
  nucleotideEmbeddings: 'nucleotide_embeddings.npy',
  /** The same for ESM-2. */
  proteinEmbeddings: 'protein_embeddings.npy',
  /** What was run, on what, and how it went. Gets its name last: where it stands, all other files are complete. */
  summary: 'summary.json',
} as const;

export type ResultFileName = (typeof RESULT_FILE)[keyof typeof RESULT_FILE];

export const RESULT_FILES: readonly ResultFileName[] = Object.values(RESULT_FILE);
