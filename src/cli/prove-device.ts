/** The proof of a device that is open, with an end to its patience, and what is remembered of earlier ones. */

import type { Backend, Session } from '../device/backend.ts';
import type { Emit } from '../events/event.ts';
import { SYSTEM_CLOCK } from '../run/fleet/clock.ts';
import { HangWatch } from '../run/fleet/watch.ts';
import type { Proof } from '../run/proof/proof.ts';
import { prove } from '../run/proof/prove.ts';
import { type ProofKey, remember } from '../run/proof/remembered.ts';
import { arithmeticOf, type Setting } from './open-backend.ts';

/** Under which the proof of this device, bundle and head is remembered. */
export function proofKey(session: Pick<Session, 'device'>, backend: Backend, setting: Setting): ProofKey {
  const { bundle, head } = setting;
  return {
    device: session.device,
    bundleSha256: bundle.sha256,
    head: head.length,
    arithmetic: arithmeticOf(backend, setting),
  };
}

/** Proves it anew and remembers what was found. One that is silent for so long is closed, which fails its proof. */
export async function proveDevice(
  session: Session,
  backend: Backend,
  setting: Setting,
  hangSeconds: number,
  emit: Emit,
): Promise<Proof> {
  const { id, name } = session.device;
  emit({ event: 'stage', stage: 'prove', note: `proving ${id} (${name}), which is then remembered` });
  const key = proofKey(session, backend, setting);
  const { bundle, head } = setting;
  const giveUp = () => {
    session.close().catch(() => undefined);
  };
  const watch = new HangWatch(SYSTEM_CLOCK, () => hangSeconds, giveUp);
  watch.start();
  try {
    const onStep = () => watch.progress();
    const proof = await prove(session, { bundle, head, arithmetic: key.arithmetic, onStep });
    await remember(key, proof);
    return proof;
  } finally {
    watch.stop();
  }
}
