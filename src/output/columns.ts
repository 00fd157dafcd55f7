/**
 * Every column of every table, once and in order: the headers of the tables and `docs/columns.md` come from here.
 *
 * The first nine columns of `sequences.tsv`, all of `chunks.tsv` and both compatible files are a contract with other
 * programs; new columns go to the end.
 */

import { RESULT_FILE } from './paths.ts';

export interface Column {
  readonly name: string;
  /** `float32` and `float64`: the shortest decimal that reads back as the same value. */
  readonly type: 'text' | 'integer' | 'float32' | 'float64' | 'boolean' | 'word';
  /** `-` where there is none. */
  readonly unit: string;
  /** One or two sentences; of a `word` it lists all that can stand there. */
  readonly meaning: string;
}

export interface Table {
  readonly file: string;
  /** What a row is. */
  readonly row: string;
  readonly columns: readonly Column[];
}

function column(name: string, type: Column['type'], unit: string, meaning: string): Column {
  return { name, type, unit, meaning };
}

const SEQUENCE_ID = 'Id of the record: the first word of its header, `unnamed_N` (N: its number from 1) without one.';
const CHUNK_ID = 'Id of the record, `_chunk_` and the number of the chunk in it, from 1.';
const MAX_0 = "Highest P(others) of the chunk's frames.";
const MAX_1 = "Highest P(virus) of the chunk's frames.";
const UNCALIBRATED = 'of a bundle without a calibration';
const IS_VIRUS = '`True` where the highest P(virus) is at least the highest P(others), else `False`.';

export const SEQUENCES: Table = {
  file: RESULT_FILE.sequences,
  row: 'One row for every record of the input, in input order.',
  columns: [
    column('sequence_id', 'text', '-', SEQUENCE_ID),
    column('length', 'integer', 'nt', 'Letters of the record; 0 where it is `invalid`.'),
    column(
      'status',
      'word',
      '-',
      '`called`; `no_orf`: no chunk has an open frame; `empty`: no letters; `too_short`: shorter than `--min-length`; ' +
        '`invalid`: could not be read.',
    ),
    column(
      'call',
      'word',
      '-',
      '`viral` (weighted_delta > 0.3), `non_viral` (< -0.3) or `ambiguous`; `NA` unless called.',
    ),
    column(
      'tier',
      'word',
      '-',
      'How well the call is supported: `high_confidence`, `moderate_confidence`, `low_confidence`, `review`; `NA` unless called.',
    ),
    column('chunks', 'integer', 'chunks', 'Chunks of the record.'),
    column('scored_chunks', 'integer', 'chunks', 'Chunks that have at least one frame. Only these count for the call.'),
    column('frames', 'integer', 'frames', 'Reading frames without a stop, over all chunks.'),
    column(
      'weighted_delta',
      'float64',
      '-',
      'Mean of max_score_1 - max_score_0 over the scored chunks, each weighted by the root of its size; -1 (others) to 1 ' +
        '(virus). `NA` unless called.',
    ),
    column('confident_viral', 'integer', 'chunks', 'Scored chunks with max_score_1 > 0.8 and max_score_0 < 0.3.'),
    column('confident_nonviral', 'integer', 'chunks', 'Scored chunks with max_score_0 > 0.8 and max_score_1 < 0.3.'),
    column('ambiguous_chunks', 'integer', 'chunks', 'Scored chunks with both maxima > 0.7.'),
    column(
      'viral_proportion',
      'float64',
      '-',
      'confident_viral / (scored_chunks - ambiguous_chunks), 0 where that is 0 / 0; `NA` unless called.',
    ),
    column('nonviral_proportion', 'float64', '-', 'The same for confident_nonviral.'),
    column(
      'virus_probability',
      'float64',
      'probability',
      'P(virus) after calibration: 1 / (1 + exp(-(slope * x + intercept))) with x = ln((1 + d) / (1 - d)) of d = ' +
        "weighted_delta, kept within 1 - 2^-23, and the bundle's numbers in `summary.json`. " +
        `\`NA\` unless called, and ${UNCALIBRATED}.`,
    ),
    column(
      'is_virus',
      'boolean',
      '-',
      "`True` where virus_probability is at least the bundle's threshold (`summary.json`), else `False`. " +
        `Another rule than \`call\`. \`NA\` unless called, and ${UNCALIBRATED}.`,
    ),
  ],
};

export const CHUNKS: Table = {
  file: RESULT_FILE.chunks,
  row: 'One row for every chunk, in input order.',
  columns: [
    column('chunk_id', 'text', '-', CHUNK_ID),
    column('sequence_id', 'text', '-', SEQUENCE_ID),
    column('start', 'integer', 'nt', 'First letter of the chunk in its record, counted from 0.'),
    column('end', 'integer', 'nt', 'The letter behind the last one of the chunk, counted from 0.'),
    column('frames', 'integer', 'frames', 'Reading frames without a stop, 0 to 6.'),
    column('is_virus', 'boolean', '-', `${IS_VIRUS} \`NA\` without a frame.`),
    column('max_score_0', 'float32', 'probability', `${MAX_0} \`NA\` without a frame.`),
    column('max_score_1', 'float32', 'probability', `${MAX_1} \`NA\` without a frame.`),
    column(
      'virus_probability',
      'float64',
      'probability',
      'P(virus) after calibration, as in `sequences.tsv` with d = max_score_1 - max_score_0. ' +
        `\`NA\` without a frame, and ${UNCALIBRATED}.`,
    ),
  ],
};

export const FRAMES: Table = {
  file: RESULT_FILE.frames,
  row: 'One row for every reading frame without a stop, in input order; within a chunk F1 F2 F3 R1 R2 R3.',
  columns: [
    column('Sequence_ID', 'text', '-', 'Id of the frame: the chunk_id and F1, F2, F3, R1, R2 or R3.'),
    column('Prediction', 'word', '-', '`virus` where score2 > score1, else `others`.'),
    column('score1', 'float32', 'probability', 'P(others).'),
    column('score2', 'float32', 'probability', 'P(virus).'),
  ],
};

export const HIGHEST_SCORES: Table = {
  file: RESULT_FILE.highestScores,
  row: 'One row for every chunk that has a frame, in input order. Tab-separated in spite of its name.',
  columns: [
    column('Modified_ID', 'text', '-', CHUNK_ID),
    column('Is_Virus', 'boolean', '-', IS_VIRUS),
    column('max_score_0', 'float32', 'probability', MAX_0),
    column('max_score_1', 'float32', 'probability', MAX_1),
  ],
};

export const TABLES: readonly Table[] = [SEQUENCES, CHUNKS, FRAMES, HIGHEST_SCORES];

/** The header line of a table, with its line feed. */
export function headerLine(table: Table): string {
  return `${table.columns.map(({ name }) => name).join('\t')}\n`;
}
