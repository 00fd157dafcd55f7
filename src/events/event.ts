/**
 * Everything the core has to tell while it works, as one closed union. The core emits and never prints; renderers turn
 * events into lines for people or programs.
 */

import type { EncoderName } from '../model/bundle/manifest.ts';

/** Work that is told when it begins: a line per stage for a person. */
export type StageName =
  | 'load'
  | 'prove'
  | 'predict'
  | 'write'
  | 'import'
  | 'estimate'
  | 'translate'
  | 'validate'
  | 'pull'
  | 'install'
  | 'remove';

/** The run's settings; the first event. */
export interface StartedEvent {
  readonly event: 'started';
  readonly version: string;
  /** Input paths as typed. */
  readonly inputs: readonly string[];
  readonly output: string;
  /** Undefined where no model is used. */
  readonly model: string | undefined;
  /** Chunk length, nt; undefined where the run has none. */
  readonly length: number | undefined;
  /** Threads of the encoders, where there are any. */
  readonly threads: number | undefined;
  /** Sequence Workers: they read, chunk, translate and tokenise. */
  readonly workers: number;
  /** Records that go to a Worker at once, on average. */
  readonly batch_size: number;
  /** Such batches under way at the most. */
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
  /** Undefined for a GPU. */
  readonly threads: number | undefined;
  readonly driver?: string | undefined;
  readonly pci?: string | undefined;
  /**
   * `ready`: its session is open. `running`: it has its first batch, or goes on after a trouble. `retrying`: its memory was
   * not enough, and it does less at a time. `lost`: it is not used any more, and others do its batches.
   */
  readonly state: 'ready' | 'running' | 'retrying' | 'lost';
  /** Of `retrying` and `lost`; a sentence without its full stop. */
  readonly reason?: string | undefined;
}

export interface BatchEvent {
  readonly event: 'batch';
  readonly device: string;
  /** Both from 1: together the number of the batch, which is the same in every run. */
  readonly window: number;
  readonly batch: number;
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
  /** Undefined where nothing is called. */
  readonly viral: number | undefined;
  /** Input bytes read; `bytes_total` is undefined where an input is a pipe. */
  readonly bytes: number;
  readonly bytes_total: number | undefined;
  readonly seconds: number;
}

/** A part of the input that could not be read. The run goes on without it. */
export interface ProblemEvent {
  readonly event: 'problem';
  /** As typed. */
  readonly file: string;
  /** Undefined where the file itself is cut off. */
  readonly record: string | undefined;
  /** 1-based. */
  readonly line: number | undefined;
  readonly message: string;
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

/** A download on its way. */
export interface DownloadEvent {
  readonly event: 'download';
  /** Of all files. */
  readonly bytes: number;
  /** Undefined while a server has not said it. */
  readonly bytes_total: number | undefined;
  /** Smoothed; undefined while there is too little to tell. */
  readonly bytes_per_second: number | undefined;
  readonly seconds_left: number | undefined;
  /** Since it began. */
  readonly seconds: number;
}

export type Event =
  | DownloadEvent
  | StartedEvent
  | StageEvent
  | DeviceEvent
  | BatchEvent
  | ProgressEvent
  | ProblemEvent
  | WarningEvent
  | EstimateEvent
  | FinishedEvent;

export type Emit = (event: Event) => void;
