/**
 * A session that tells the supervisor when it has something to do: should the process end in the middle of it, that is what
 * is known of the cause. Costs two short writes for a batch.
 */

import type { Batch, DeviceInfo, Probe, Session } from '../../device/backend.ts';
import type { Supervised } from '../../supervisor/supervised.ts';

/** Opens a device and reports that, too. */
export async function openReported(
  id: string,
  supervised: Supervised | undefined,
  open: () => Promise<Session>,
): Promise<Session> {
  if (supervised === undefined) return await open();
  const session = await within(id, supervised, open);
  return new ReportedSession(session, supervised);
}

class ReportedSession implements Session {
  constructor(
    readonly session: Session,
    readonly supervised: Supervised,
  ) {}

  get device(): DeviceInfo {
    return this.session.device;
  }

  get parallel(): number {
    return this.session.parallel;
  }

  get inFlight(): number {
    return this.session.inFlight;
  }

  get memory(): number | undefined {
    return this.session.memory;
  }

  encode(batch: Batch): ReturnType<Session['encode']> {
    return this.#within(() => this.session.encode(batch));
  }

  classify(
    rows: number,
    nucleotide: Float32Array<ArrayBuffer>,
    protein: Float32Array<ArrayBuffer>,
  ): ReturnType<Session['classify']> {
    return this.#within(() => this.session.classify(rows, nucleotide, protein));
  }

  probe(probe: Probe): ReturnType<Session['probe']> {
    return this.#within(() => this.session.probe(probe));
  }

  close(): Promise<void> {
    return this.#within(() => this.session.close());
  }

  #within<T>(action: () => Promise<T>): Promise<T> {
    return within(this.device.id, this.supervised, action);
  }
}

async function within<T>(device: string, supervised: Supervised, action: () => Promise<T>): Promise<T> {
  supervised.report({ kind: 'begin', device });
  try {
    return await action();
  } finally {
    supervised.report({ kind: 'end', device });
  }
}
