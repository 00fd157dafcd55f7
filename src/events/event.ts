/**
 * Everything the core has to tell while it works, as one closed union. The core emits and never prints; renderers turn
 * events into lines for people or programs.
 */

import type { EncoderName } from '../model/bundle/manifest.ts';

/** Work that is told when it begins: a line per stage for a person. */
export type StageName = 'load' | 'predict' | 'write' | 'import' | 'estimate';

/** The run's settings; the first event. */
export interface StartedEvent {
  readonly event: 'started';
  readonly version: string;
  /** Input paths as typed. */
  readonly inputs: readonly string[];
  readonly output: string;
  readonly model: string;
  /** Chunk length, nt. */
  readonly length: number;
  /** Threads of the encoders. */
  readonly workers: number;
  /** Tokens of a batch at the most, one row excepted. */
  readonly batch_size: number;
  /** Chunks of a window at the most: rows are batched, and repeated content is found, within one. */
  readonly window: number;
}

export interface StageEvent {
  readonly event: 'stage';
  readonly stage: StageName;
  readonly note: string;
}

export interface DeviceEvent {
  readonly event: 'device';
  readonly device: string;
  readonly backend: string;
  readonly name: string;
  readonly threads: number;
  readonly state: 'ready';
}

export interface BatchEvent {
  readonly event: 'batch';
  readonly device: string;
  readonly encoder: EncoderName;
  readonly rows: number;
  /** Special tokens included. */
  readonly tokens: number;
  readonly seconds: number;
  readonly status: 'complete' | 'failed';
}

/** What is written so far. */
export interface ProgressEvent {
  readonly event: 'progress';
  readonly records: number;
  readonly chunks: number;
  readonly frames: number;
  readonly viral: number;
  /** Input bytes read; `bytes_total` is undefined where an input is a pipe. */
  readonly bytes: number;
  readonly bytes_total: number | undefined;
  readonly seconds: number;
}

export interface WarningEvent {
  readonly event: 'warning';
  readonly message: string;
}

/** The answer of a dry run. */
export interface EstimateEvent {
  readonly event: 'estimate';
  readonly records: number;
  readonly chunks: number;
  readonly frames: number;
  /** Tokens to encode, repeats left out. */
  readonly nucleotide_tokens: number;
  readonly protein_tokens: number;
  /** Tokens per second of the encoder on this machine, measured on a batch of the input itself. */
  readonly nucleotide_rate: number;
  readonly protein_rate: number;
  readonly seconds: number;
}

/** The last event of a run that is done. */
export interface FinishedEvent {
  readonly event: 'finished';
  readonly counts: Readonly<Record<string, number>>;
  readonly seconds: number;
  /** Folder of what was written, as typed, and the names in it. */
  readonly folder: string;
  readonly written: readonly string[];
  /** What a person must know about the numbers, from the bundle's manifest. */
  readonly note?: string | undefined;
}

export type Event =
  | StartedEvent
  | StageEvent
  | DeviceEvent
  | BatchEvent
  | ProgressEvent
  | WarningEvent
  | EstimateEvent
  | FinishedEvent;

export type Emit = (event: Event) => void;
