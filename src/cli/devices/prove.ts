/** The proof of a device that is open, with an end to its patience, and what is remembered of earlier ones. */

import { type Backend, DeviceError, type Session } from '../../device/backend.ts';
import type { Emit } from '../../events/event.ts';
import { deviceEvent } from '../../run/device-event.ts';
import { type FleetClock, SYSTEM_CLOCK } from '../../run/fleet/clock.ts';
import { HangWatch } from '../../run/fleet/watch.ts';
import type { Proof } from '../../run/proof/proof.ts';
import { prove } from '../../run/proof/prove.ts';
import { type ProofKey, remember } from '../../run/proof/remembered.ts';
import { arithmeticOf, type Setting } from './open-backend.ts';

/** What tests replace. */
export interface Surroundings {
  readonly clock: FleetClock;
  /** Folder of what is remembered; undefined is this user's cache. */
  readonly cache: string | undefined;
}

const USUAL: Surroundings = { clock: SYSTEM_CLOCK, cache: undefined };

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
  { clock, cache }: Surroundings = USUAL,
): Promise<Proof> {
  const { id, name } = session.device;
  emit({ event: 'stage', stage: 'prove', note: `proving ${id} (${name}), which is then remembered` });
  emit(deviceEvent(session.device, 'proving'));
  const key = proofKey(session, backend, setting);
  const { bundle, head } = setting;
  let step = '';
  const { result: found, isHung } = await watched(session, hangSeconds, clock, (onProgress) => {
    const onStep = (what: string): void => {
      step = what;
      onProgress();
    };
    return prove(session, { bundle, head, arithmetic: key.arithmetic, onStep });
  });
  // Wrong numbers before the silence say more than it does.
  const isSilent = isHung && found.verdict === 'fail' && !found.lasting;
  const proof = isSilent ? { ...found, problem: `${silence(hangSeconds)} during ${step}` } : found;
  await remember(key, proof, cache);
  return proof;
}

/**
 * Work of a session with an end to the patience: after so many seconds without a call of `onProgress` the session is closed,
 * which rejects what it has under way.
 *
 * @throws DeviceError that tells of the silence, where the work failed by it
 */
export async function watched<T>(
  session: Session,
  seconds: number,
  clock: FleetClock,
  work: (onProgress: () => void) => Promise<T>,
): Promise<{ readonly result: T; readonly isHung: boolean }> {
  let isHung = false;
  const giveUp = (): void => {
    isHung = true;
    closeQuietly(session);
  };
  const watch = new HangWatch(clock, () => seconds, giveUp);
  watch.start();
  try {
    return { result: await work(() => watch.progress()), isHung };
  } catch (error) {
    if (isHung && error instanceof DeviceError) throw new DeviceError('DeviceLost', silence(seconds));
    throw error;
  } finally {
    watch.stop();
  }
}

/** Of a session that is not used: what goes wrong at its end changes nothing any more. */
export async function closeQuietly(session: Session): Promise<void> {
  await session.close().catch(() => undefined);
}

/** Without a full stop. */
export function silence(seconds: number): string {
  return `no answer for ${seconds} s`;
}
