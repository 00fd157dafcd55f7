/**
 * Everything that was told of a run so far, and what it comes to at a moment. Also for runs without a model, which tell
 * `progress` alone, for downloads, and for what only names its stages.
 *
 * `now` is in seconds of a clock that never goes back; where it starts does not matter.
 */

import type {
  BatchEvent,
  DeviceEvent,
  DownloadEvent,
  Event,
  ProgressEvent,
  StageEvent,
  StartedEvent,
  WindowEvent,
} from '../events/event.ts';
import { DeviceProgress } from './device-progress.ts';
import { Eta } from './eta.ts';
import { Rate } from './rate.ts';
import type { EncoderView, RunView, StageView } from './run-view.ts';
import { WorkDone } from './work-done.ts';

export type { DeviceView, EncoderView, RunView, StageView } from './run-view.ts';

export class RunState {
  readonly #work = new WorkDone();
  readonly #eta = new Eta();
  readonly #devices = new Map<string, DeviceProgress>();
  readonly #rates = { read: new Rate(), translate: new Rate(), write: new Rate() };
  readonly #encoderRates = { nucleotide: new Rate(), protein: new Rate() };
  readonly #warnings = { count: 0, newest: undefined as string | undefined };
  #started: StartedEvent | undefined;
  #note: string | undefined;
  #progress: ProgressEvent | undefined;
  #download: DownloadEvent | undefined;
  #window: WindowEvent | undefined;
  /** Of the windows that are read, and those written before the first of them. */
  #recordsRead = 0;
  #bytesTotal: number | undefined;
  #fraction: number | undefined;
  #beganAt: number | undefined;
  #isOver = false;

  take(event: Event, now: number): void {
    this.#beganAt ??= now;
    switch (event.event) {
      case 'started':
        this.#started = event;
        if (event.model === undefined) this.#begin(now);
        return;
      case 'stage':
        this.#takeStage(event, now);
        return;
      case 'device':
        this.#takeDevice(event, now);
        return;
      case 'plan':
        this.#bytesTotal = event.bytes_total;
        return;
      case 'window':
        this.#takeWindow(event, now);
        return;
      case 'batch':
        this.#takeBatch(event, now);
        return;
      case 'progress':
        this.#takeProgress(event, now);
        return;
      case 'download':
        this.#download = event;
        return;
      case 'record_failed':
        this.#warn(`${event.record === undefined ? event.file : `record ${event.record}`}: ${event.message}`);
        return;
      case 'warning':
        this.#warn(event.message);
        return;
      case 'estimate':
        return;
      case 'finished':
        this.#fraction = 1;
        this.#isOver = true;
        return;
      case 'checkpoint':
      case 'restarted':
        return;
      case 'failed':
      case 'interrupted':
        this.#isOver = true;
        return;
      default:
        event satisfies never;
    }
  }

  view(now: number): RunView {
    const progress = this.#progress;
    const about = {
      title: this.#title,
      note: this.#note,
      elapsed: this.#beganAt === undefined ? 0 : Math.max(0, now - this.#beganAt),
      devices: this.#deviceViews(now),
      warnings: { ...this.#warnings },
      isOver: this.#isOver,
    };
    if (this.#download !== undefined) return { ...about, ...downloadView(this.#download) };
    const isAllRead =
      this.#window !== undefined && this.#window.bytes >= (this.#bytesTotal ?? Number.POSITIVE_INFINITY);
    return {
      ...about,
      ...{ fraction: this.#fraction, eta: this.#isOver ? undefined : this.#eta.left(now) },
      records: progress?.records ?? (this.#window === undefined ? undefined : 0),
      recordsTotal: isAllRead ? this.#recordsRead : undefined,
      bytes: Math.max(progress?.bytes ?? 0, this.#window?.bytes ?? 0),
      bytesTotal: this.#bytesTotal,
      viral: progress?.viral,
      stages: this.#stages(now),
      encoders:
        this.#window === undefined
          ? undefined
          : { nucleotide: this.#encoder('nucleotide', now), protein: this.#encoder('protein', now) },
    };
  }

  get #title(): string {
    if (this.#started === undefined) return this.#note ?? 'virnucpro';
    const { inputs, output, model } = this.#started;
    const from = inputs.length === 1 ? (inputs[0] ?? '') : `${inputs.length} inputs`;
    return `${from === '-' ? 'standard input' : from} -> ${output}${model === undefined ? '' : `, model ${model}`}`;
  }

  #takeStage({ stage, note }: StageEvent, now: number): void {
    this.#note = note;
    // What comes after a download is not a part of it; notes on its files are.
    if (stage !== 'pull' || this.#download?.bytes === this.#download?.bytes_total) this.#download = undefined;
    if (stage === 'predict') this.#begin(now);
  }

  #takeDevice(event: DeviceEvent, now: number): void {
    this.#device(event.device).device(event, now);
    const { state, device, reason } = event;
    if (state === 'lost' || state === 'retrying') this.#warn(`${device} ${state}: ${reason ?? 'no reason was given'}`);
  }

  #takeWindow(event: WindowEvent, now: number): void {
    this.#begin(now);
    const { bytes, frames, records } = event;
    this.#rates.read.add(bytes - (this.#window?.bytes ?? this.#progress?.bytes ?? 0), now);
    this.#rates.translate.add(frames, now);
    if (this.#window === undefined) this.#recordsRead = this.#progress?.records ?? 0;
    this.#recordsRead += records;
    this.#window = event;
    this.#work.window(event, this.#bytesTotal);
    this.#move(now);
  }

  #takeBatch(event: BatchEvent, now: number): void {
    this.#device(event.device).batch(event, now);
    if (event.status === 'failed') return;
    this.#encoderRates[event.encoder].add(event.tokens, now);
    this.#work.batch(event);
    this.#move(now);
  }

  #takeProgress(event: ProgressEvent, now: number): void {
    const before = this.#progress;
    this.#progress = event;
    this.#bytesTotal = event.bytes_total;
    const isFirst = before === undefined && this.#started?.model !== undefined && this.#window === undefined;
    // A run that goes on tells first what was done before, and nobody needed time for that now.
    if (!isFirst) this.#rates.write.add(event.records - (before?.records ?? 0), now);
    if (this.#window === undefined) {
      this.#work.startAt(event.bytes);
      if (this.#started?.model === undefined) {
        this.#rates.read.add(event.bytes - (before?.bytes ?? 0), now);
        this.#rates.translate.add(event.frames - (before?.frames ?? 0), now);
      }
    }
    if (isFirst) {
      this.#fraction = this.#work.fraction(this.#bytesTotal);
      this.#eta.begin(this.#fraction ?? 0, now);
    } else this.#move(now);
  }

  /** The work itself begins: what was before, loading and proofs, is in no rate. */
  #begin(now: number): void {
    for (const rate of Object.values(this.#rates)) rate.begin(now);
    for (const rate of Object.values(this.#encoderRates)) rate.begin(now);
    this.#eta.begin(this.#fraction ?? 0, now);
  }

  #move(now: number): void {
    const fraction = this.#work.fraction(this.#bytesTotal);
    if (fraction === undefined) return;
    this.#fraction = Math.max(this.#fraction ?? 0, fraction);
    this.#eta.moved(this.#fraction, now);
  }

  #warn(message: string): void {
    this.#warnings.count += 1;
    this.#warnings.newest = message;
  }

  #device(id: string): DeviceProgress {
    const known = this.#devices.get(id);
    if (known !== undefined) return known;
    const device = new DeviceProgress(id);
    this.#devices.set(id, device);
    return device;
  }

  #deviceViews(now: number): RunView['devices'] {
    const devices = [...this.#devices.values()];
    const tokens = devices.reduce((sum, device) => sum + device.tokens, 0);
    return devices.map((device) => device.view(tokens, now));
  }

  #encoder(encoder: BatchEvent['encoder'], now: number): EncoderView {
    const done = this.#work.done[encoder];
    const planned = Math.max(done, this.#work.planned[encoder]);
    const expected = this.#work.expected(encoder, this.#bytesTotal);
    return { done, planned, expected, rate: this.#encoderRates[encoder].at(now) };
  }

  #stages(now: number): StageView[] {
    if (this.#window === undefined && this.#progress === undefined) return [];
    const { read, translate, write } = this.#rates;
    const stages: StageView[] = [
      { name: 'read', rate: read.at(now), unit: 'bytes' },
      { name: 'translate', rate: translate.at(now), unit: 'frames' },
    ];
    // Without a model, what is translated is written at once.
    if (this.#window === undefined) return stages;
    const { nucleotide, protein } = this.#encoderRates;
    return [
      ...stages,
      { name: 'nucleotide model', rate: nucleotide.at(now), unit: 'tokens' },
      { name: 'protein model', rate: protein.at(now), unit: 'tokens' },
      { name: 'write', rate: write.at(now), unit: 'records' },
    ];
  }
}

function downloadView({ bytes, bytes_total: total, bytes_per_second: rate, seconds_left: left }: DownloadEvent) {
  return {
    fraction: total === undefined || total === 0 ? undefined : Math.min(1, bytes / total),
    eta: left,
    ...{ bytes, bytesTotal: total, records: undefined, recordsTotal: undefined, viral: undefined },
    stages: [{ name: 'download', rate, unit: 'bytes' } satisfies StageView],
    encoders: undefined,
  };
}
