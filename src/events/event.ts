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

/**
 * `loading`: its session is being opened. `proving`: it is compared with known numbers. `refused`: it cannot be opened or did
 * not pass, and takes no part. `ready`: it takes part. `running`: it has its first batch, or goes on after a trouble.
 * `retrying`: its memory was not enough, and it does less at a time. `lost`: it is not used any more, and others do its
 * batches.
 */
export type DeviceState = 'loading' | 'proving' | 'refused' | 'ready' | 'running' | 'retrying' | 'lost';

export interface DeviceEvent {
  readonly event: 'device';
  readonly device: string;
  readonly backend: string;
  readonly name: string;
  /** Undefined for a GPU. */
  readonly threads?: number | undefined;
  readonly driver?: string | undefined;
  readonly pci?: string | undefined;
  /** Of a GPU, as far as it is known. */
  readonly memory_total?: number | undefined;
  readonly state: DeviceState;
  /** Of `retrying`, `lost` and `refused`; a sentence without its full stop. */
  readonly reason?: string | undefined;
}

/** The program crashed in native code and was started again; what follows is told by the new process. */
export interface RestartedEvent {
  readonly event: 'restarted';
  /** `SIGSEGV` and the like. */
  readonly signal: string;
  /** The GPU that most likely did it, which is left out now; undefined where none can be blamed. */
  readonly device: string | undefined;
  readonly from: 'journal' | 'beginning';
}

/** How the work is to be shared: after all devices are ready, before the first batch. */
export interface PlanEvent {
  readonly event: 'plan';
  readonly devices: readonly PlannedShare[];
  /** Of the input; undefined where it is a pipe. */
  readonly bytes_total: number | undefined;
}

export interface PlannedShare {
  readonly device: string;
  /** Its part of all tokens by the speed of its proof, 0 to 1. */
  readonly nucleotide_share: number;
  readonly protein_share: number;
}

/** A window of the input was read and translated: what is to be computed for it. */
export interface WindowEvent {
  readonly event: 'window';
  /** From 1. */
  readonly window: number;
  readonly batches: number;
  /** Of this window; a record that goes on in the next one counts there. */
  readonly records: number;
  readonly chunks: number;
  readonly frames: number;
  /** Repeats left out, special tokens included. */
  readonly nucleotide_tokens: number;
  readonly protein_tokens: number;
  /** Input bytes read so far. */
  readonly bytes: number;
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
  /** Memory that the device holds after it, bytes, where that is known. */
  readonly memory?: number | undefined;
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

/** The journal on the disk holds what was done so far: from here a run goes on, whatever comes. */
export interface CheckpointEvent {
  readonly event: 'checkpoint';
  /** Records whose results are all in it. */
  readonly records: number;
  /** Windows that are classified, and the chunks in them. */
  readonly windows: number;
  readonly chunks: number;
}

/** A part of the input that could not be read. The run goes on without it. */
export interface RecordFailedEvent {
  readonly event: 'record_failed';
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

/** What a device did in a run that is done. */
export interface FinishedDevice {
  readonly device: string;
  readonly batches: number;
  /** Of both encoders, special tokens included. */
  readonly tokens: number;
  /** With at least one call under way. */
  readonly busy_seconds: number;
  /** Of the time until the last batch of all devices was done, 0 to 1. */
  readonly idle_share: number;
  /** Calls that failed. */
  readonly failures: number;
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
  /** Of a run that computed something. */
  readonly devices?: readonly FinishedDevice[] | undefined;
  /** Largest of their finishing times over the mean, 1 is even; undefined where there is but one device. */
  readonly imbalance?: number | undefined;
}

/** The last event of a run that ended by an error. */
export interface FailedEvent {
  readonly event: 'failed';
  /** As it is printed: a sentence and what to do, or a bug with its stack. */
  readonly message: string;
  readonly exit_code: number;
}

/** The last event of a run that was stopped by a signal. */
export interface InterruptedEvent {
  readonly event: 'interrupted';
  readonly signal: string;
  /** The command that goes on with it. */
  readonly resume: string;
  readonly exit_code: number;
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
  | PlanEvent
  | WindowEvent
  | CheckpointEvent
  | BatchEvent
  | ProgressEvent
  | RecordFailedEvent
  | WarningEvent
  | EstimateEvent
  | FinishedEvent
  | FailedEvent
  | InterruptedEvent
  | RestartedEvent;

export type Emit = (event: Event) => void;
