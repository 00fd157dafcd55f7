/** A run at one moment, as data: what a person is shown of it, in whatever form. Rates are smoothed (rate.ts). */

import type { DeviceState } from '../events/event.ts';

export type Unit = 'bytes' | 'frames' | 'tokens' | 'records';

export interface StageView {
  readonly name: 'read' | 'translate' | 'nucleotide model' | 'protein model' | 'write' | 'download';
  /** Units per second; undefined while there is too little to tell. */
  readonly rate: number | undefined;
  readonly unit: Unit;
}

/** In tokens, special ones included, repeats left out. */
export interface EncoderView {
  readonly done: number;
  /** Of the windows that are read; never less than `done`. */
  readonly planned: number;
  /** Of the whole run, as it looks from the part that is read; undefined where the input's size is not known. */
  readonly expected: number | undefined;
  /** Tokens per second of all devices. */
  readonly rate: number | undefined;
}

export interface DeviceView {
  readonly id: string;
  readonly name: string;
  readonly backend: string;
  readonly state: DeviceState;
  /** Its part of all tokens encoded so far, 0 to 1. */
  readonly share: number;
  readonly tokens: number;
  readonly tokensPerSecond: number | undefined;
  /** Share of the recent time in which it computed, 0 to 1. */
  readonly busy: number | undefined;
  /** Bytes. */
  readonly memory: number | undefined;
  readonly memoryTotal: number | undefined;
  /** Of `retrying`, `lost` and `refused`. */
  readonly reason: string | undefined;
  readonly batches: number;
  readonly failures: number;
}

export interface RunView {
  /** What is done, in a line. */
  readonly title: string;
  /** What the run does now, or began last. */
  readonly note: string | undefined;
  /** Seconds since the first event. */
  readonly elapsed: number;
  /** Of the whole run, 0 to 1; never falls. Undefined where the whole is not known. */
  readonly fraction: number | undefined;
  /** Seconds. */
  readonly eta: number | undefined;
  /** Written; undefined where there are none, as for a download. */
  readonly records: number | undefined;
  /** Undefined until all input is read. */
  readonly recordsTotal: number | undefined;
  /** Read of the input, as stored, or downloaded. */
  readonly bytes: number;
  readonly bytesTotal: number | undefined;
  /** Undefined where nothing is called. */
  readonly viral: number | undefined;
  /** Those that have begun, in the order of the work. */
  readonly stages: readonly StageView[];
  /** Undefined where nothing is encoded. */
  readonly encoders: { readonly nucleotide: EncoderView; readonly protein: EncoderView } | undefined;
  /** In the order in which they were first heard of. */
  readonly devices: readonly DeviceView[];
  /** Of all kinds, records that could not be read included. */
  readonly warnings: { readonly count: number; readonly newest: string | undefined };
  /** Finished, failed or stopped: nothing more will come. */
  readonly isOver: boolean;
}
