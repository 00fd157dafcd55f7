/** What a sequence Worker is told when it starts. */

import type { FrameTextOptions } from '../sinks/frame-text.ts';
import type { RowStreamOptions } from '../sinks/row-stream.ts';
import type { SurveyOptions } from '../sinks/survey.ts';

export type SinkOptions = FrameTextOptions | RowStreamOptions | SurveyOptions;

export interface WorkerSetup {
  /** Rings: see job.ts. */
  readonly jobs: SharedArrayBuffer;
  readonly results: SharedArrayBuffer;
  readonly turn: SharedArrayBuffer;
  /** Chunk length, nt. */
  readonly chunkSize: number;
  /** Shorter records get no chunks, nt. */
  readonly minimumLength: number;
  readonly sink: SinkOptions;
}
