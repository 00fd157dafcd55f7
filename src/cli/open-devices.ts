/**
 * From what was chosen to devices that are open and proven, side by side. A device that cannot be opened, is too small or
 * fails its proof is left out with a sentence; where another backend can drive the card, that one is tried.
 */

import type { Backend, Session } from '../device/backend.ts';
import { DeviceError } from '../device/backend.ts';
import type { Emit } from '../events/event.ts';
import type { FleetDevice } from '../run/fleet/member.ts';
import { bundleTokenizer, goldenFrames, longestRows } from '../run/proof/golden-frames.ts';
import type { Proof } from '../run/proof/proof.ts';
import { refusal } from '../run/proof/refusal.ts';
import { recall } from '../run/proof/remembered.ts';
import { measureSpeeds } from '../run/proof/speeds.ts';
import { EXIT, UserError } from '../system/errors.ts';
import { type ChosenDevice, cpuOf } from './device-choice.ts';
import type { DeviceEntry } from './device-entries.ts';
import { openBackend, type Setting } from './open-backend.ts';
import { proofKey, proveDevice } from './prove-device.ts';

export interface OpenedDevice extends FleetDevice {
  readonly session: Session;
  /** Undefined for a CPU that computes alone: it is what the others are held against. */
  readonly proof: Proof | undefined;
  /** Used although its proof failed, because the user said so. */
  readonly isTrusted: boolean;
}

export interface Trust {
  /** Ids of devices that are used whatever their proof says. */
  readonly trusted: readonly string[];
  readonly hangSeconds: number;
}

/** @throws UserError when no device is left */
export async function openDevices(
  chosen: readonly ChosenDevice[],
  entries: readonly DeviceEntry[],
  setting: Setting,
  trust: Trust,
  emit: Emit,
): Promise<OpenedDevice[]> {
  const [only] = chosen;
  if (chosen.length === 1 && only?.backends[0] === 'native-cpu') return [await openCpu(only, setting)];
  const opener = new Opener(setting, trust, emit);
  const results = await Promise.allSettled(chosen.map((one) => opener.open(one)));
  const failure = results.find((result) => result.status === 'rejected');
  const opened = results.flatMap((result) =>
    result.status === 'fulfilled' && result.value !== undefined ? [result.value] : [],
  );
  if (failure !== undefined) {
    for (const { session } of opened) await session.close();
    throw failure.reason;
  }
  if (opened.length > 0) return opened;
  if (chosen.some(({ isNamed }) => isNamed)) {
    const [first = { sentence: 'No device can be used', remedy: '' }, ...others] = opener.refusals;
    const more = others.map(({ sentence }) => `; ${sentence}`).join('');
    throw new UserError(`${first.sentence}${more}`, first.remedy, {}, EXIT.runtime);
  }
  for (const { sentence, remedy } of opener.refusals) emit({ event: 'warning', message: `${sentence}. ${remedy}` });
  emit({ event: 'warning', message: 'No GPU can be used, so the CPU computes; that may take much longer.' });
  return [await openCpu(cpuOf(entries), setting)];
}

async function openCpu({ entry }: ChosenDevice, setting: Setting): Promise<OpenedDevice> {
  const session = await openBackend(entry, 'native-cpu', setting);
  // Alone it is given everything, so how fast it is does not matter.
  return { session, speeds: { nucleotide: 1, protein: 1 }, proof: undefined, isTrusted: false };
}

class Opener {
  /** Of cards that are left out altogether. */
  readonly refusals: { readonly sentence: string; readonly remedy: string }[] = [];

  constructor(
    readonly setting: Setting,
    readonly trust: Trust,
    readonly emit: Emit,
  ) {}

  async open({ entry, backends }: ChosenDevice): Promise<OpenedDevice | undefined> {
    const refused: { sentence: string; remedy: string }[] = [];
    for (const backend of backends) {
      const result = await this.#try(entry, backend);
      if ('session' in result) {
        for (const { sentence } of refused) {
          this.emit({ event: 'warning', message: `${sentence}. ${result.session.device.id} is used instead.` });
        }
        return result;
      }
      refused.push(result);
    }
    this.refusals.push(...refused);
    return undefined;
  }

  async #try(entry: DeviceEntry, backend: Backend): Promise<OpenedDevice | { sentence: string; remedy: string }> {
    const id = entry.ids[backend] ?? entry.id;
    this.emit({ event: 'stage', stage: 'load', note: `loading the model on ${id} (${entry.name})` });
    let session: Session;
    try {
      session = await openWithin(this.trust.hangSeconds, entry, backend, this.setting);
    } catch (error) {
      if (!(error instanceof DeviceError) || backend === 'native-cpu') throw error;
      return {
        sentence: notUsed(id, entry, error),
        remedy: 'Choose another device with --device; "virnucpro devices" lists them.',
      };
    }
    const isTrusted = this.trust.trusted.includes(id);
    const { proof, isRemembered } = await this.#prove(session, backend);
    if (proof.speeds !== undefined) return { session, speeds: proof.speeds, proof, isTrusted: false };
    const { sentence, remedy } = refusal(session.device, proof, isRemembered);
    if (!isTrusted) {
      await session.close();
      return { sentence, remedy };
    }
    this.emit({
      event: 'warning',
      message: `${id} is used because of --trust-device, though its proof failed: ${proof.problem}.`,
    });
    const { bundle } = this.setting;
    const rows = longestRows(await goldenFrames(bundle), await bundleTokenizer(bundle));
    return { session, speeds: await measureSpeeds(session, rows), proof, isTrusted };
  }

  async #prove(session: Session, backend: Backend): Promise<{ proof: Proof; isRemembered: boolean }> {
    const known = await recall(proofKey(session, backend, this.setting));
    if (known !== undefined) return { proof: known, isRemembered: true };
    const proof = await proveDevice(session, backend, this.setting, this.trust.hangSeconds, this.emit);
    return { proof, isRemembered: false };
  }
}

/** Without a full stop. */
export function notUsed(id: string, { name }: DeviceEntry, { message }: DeviceError): string {
  // A bug comes with its stack.
  const [sentence = ''] = message.split('\n');
  return `${id} (${name}) is not used: ${sentence.replace(/\.$/, '')}`;
}

/** One that gives no answer is left behind; the process ends without it. */
export async function openWithin(
  seconds: number,
  entry: DeviceEntry,
  backend: Backend,
  setting: Setting,
): Promise<Session> {
  const opening = openBackend(entry, backend, setting);
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new DeviceError('DeviceLost', `no answer for ${seconds} s`)), 1000 * seconds);
  opening.catch(() => undefined);
  try {
    return await Promise.race([opening, late]);
  } finally {
    clearTimeout(timer);
  }
}
