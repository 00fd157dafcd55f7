/** One device as its events tell it. */

import type { BatchEvent, DeviceEvent, DeviceState } from '../events/event.ts';
import { BusyTime } from './busy-time.ts';
import { Rate } from './rate.ts';
import type { DeviceView } from './run-view.ts';

export class DeviceProgress {
  tokens = 0;
  readonly #rate = new Rate();
  readonly #busy = new BusyTime();
  #name: string;
  #backend = '';
  #state: DeviceState = 'loading';
  #memory: number | undefined;
  #memoryTotal: number | undefined;
  #reason: string | undefined;
  #batches = 0;
  #failures = 0;

  constructor(readonly id: string) {
    this.#name = id;
  }

  device({ name, backend, state, memory_total: memoryTotal, reason }: DeviceEvent, now: number): void {
    this.#name = name;
    this.#backend = backend;
    this.#state = state;
    this.#memoryTotal = memoryTotal ?? this.#memoryTotal;
    this.#reason = reason;
    if (state === 'running') this.#begin(now);
  }

  batch({ status, tokens, seconds, memory }: BatchEvent, now: number): void {
    this.#memory = memory ?? this.#memory;
    // A failed batch took the device's time as well.
    this.#busy.add(seconds, now);
    if (status === 'failed') {
      this.#failures += 1;
      return;
    }
    this.#begin(now - seconds);
    this.#batches += 1;
    this.tokens += tokens;
    this.#rate.add(tokens, now);
  }

  /** @param allTokens of all devices */
  view(allTokens: number, now: number): DeviceView {
    const { id, tokens } = this;
    const isOut = this.#state === 'lost' || this.#state === 'refused';
    return {
      ...{ id, name: this.#name, backend: this.#backend, state: this.#state, reason: this.#reason },
      ...{ tokens, share: allTokens === 0 ? 0 : tokens / allTokens },
      tokensPerSecond: isOut ? undefined : this.#rate.at(now),
      busy: isOut ? undefined : this.#busy.at(now),
      ...{ memory: isOut ? undefined : this.#memory, memoryTotal: this.#memoryTotal },
      ...{ batches: this.#batches, failures: this.#failures },
    };
  }

  #begin(now: number): void {
    this.#rate.begin(now);
    this.#busy.begin(now);
  }
}
