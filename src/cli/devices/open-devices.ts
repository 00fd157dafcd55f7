/**
 * From what was chosen to devices that are open and proven, side by side. A device that cannot be opened, is too small or
 * fails its proof is left out with a sentence; where another backend can drive the card, that one is tried.
 */

import type { Backend, Session } from '../../device/backend.ts';
import { DeviceError } from '../../device/backend.ts';
import type { Emit } from '../../events/event.ts';
import { deviceEvent } from '../../run/device-event.ts';
import { SYSTEM_CLOCK } from '../../run/fleet/clock.ts';
import type { FleetDevice } from '../../run/fleet/member.ts';
import { bundleTokenizer, goldenFrames, longestRows } from '../../run/proof/golden-frames.ts';
import type { Proof } from '../../run/proof/proof.ts';
import { type Refusal, refusal } from '../../run/proof/refusal.ts';
import { recall } from '../../run/proof/remembered.ts';
import { measureSpeeds } from '../../run/proof/speeds.ts';
import { EXIT, UserError } from '../../system/errors.ts';
import { type ChosenDevice, cpuOf } from './choice.ts';
import type { DeviceEntry } from './entries.ts';
import { deviceInfo, openBackend, type Setting } from './open-backend.ts';
import { closeQuietly, proofKey, proveDevice, type Surroundings, silence, watched } from './prove.ts';

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

/** How a session is opened, and what is around it. */
export interface Means extends Surroundings {
  readonly open: typeof openBackend;
}

/** Of a network folder, from which weights are read. */
const SLOW_DISK_BYTES_PER_SECOND = 10e6;

/** To a person who expects a GPU. */
export const CPU_ALONE = 'No GPU can be used, so the CPU computes; that may take much longer.';

const USUAL: Means = { open: openBackend, clock: SYSTEM_CLOCK, cache: undefined };

/**
 * @param means what tests replace
 * @returns in the order in which they were chosen
 * @throws UserError when no device is left, or what a device cannot be blamed for; nothing stays open then
 */
export async function openDevices(
  chosen: readonly ChosenDevice[],
  entries: readonly DeviceEntry[],
  setting: Setting,
  trust: Trust,
  emit: Emit,
  means: Means = USUAL,
): Promise<OpenedDevice[]> {
  const [only] = chosen;
  if (chosen.length === 1 && only?.backends[0] === 'native-cpu') return [await openCpu(only, setting, emit, means)];
  const opener = new Opener(setting, trust, emit, means);
  const results = await Promise.allSettled(chosen.map((one) => opener.open(one)));
  const outcomes = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const opened = outcomes.flatMap(({ device }) => device ?? []);
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) {
    await Promise.all(opened.map(({ session }) => closeQuietly(session)));
    throw failure.reason;
  }
  const refusals = outcomes.flatMap((outcome) => outcome.refusals);
  if (opened.length === 0 && chosen.some(({ isNamed }) => isNamed)) throw noneLeft(refusals);
  for (const { sentence, remedy } of refusals) emit({ event: 'warning', message: `${sentence}. ${remedy}` });
  if (opened.length > 0) return opened;
  emit({ event: 'warning', message: CPU_ALONE });
  return [await openCpu(cpuOf(entries), setting, emit, means)];
}

function noneLeft(refusals: readonly Refusal[]): UserError {
  const [first] = refusals;
  if (first === undefined) throw new Error('no device was opened, and none was refused');
  const sentence = refusals.map((one) => one.sentence).join('; ');
  return new UserError(sentence, first.remedy, {}, EXIT.runtime);
}

async function openCpu({ entry }: ChosenDevice, setting: Setting, emit: Emit, { open }: Means): Promise<OpenedDevice> {
  emit({ event: 'stage', stage: 'load', note: 'loading the model' });
  const session = await open(entry, 'native-cpu', setting).catch((error: unknown) => {
    throw notTaken(error, setting);
  });
  // Alone it is given everything, so how fast it is does not matter.
  return { session, speeds: { nucleotide: 1, protein: 1 }, proof: undefined, isTrusted: false };
}

/** Without a GPU to blame, it is the model that cannot be used. */
function notTaken(error: unknown, { bundle: { folder, manifest } }: Setting): unknown {
  if (!(error instanceof DeviceError) || error.kind !== 'Unsupported') return error;
  const [reason] = error.message.split('\n');
  return new UserError(
    `The model ${manifest.name} cannot be loaded (${reason})`,
    'Import or pull it again; a graph that this program did not make may need what it does not have.',
    { file: folder },
  );
}

/** Of one card. */
interface Outcome {
  readonly device: OpenedDevice | undefined;
  /** One for each backend, where none of them can be used. */
  readonly refusals: readonly Refusal[];
}

class Opener {
  constructor(
    readonly setting: Setting,
    readonly trust: Trust,
    readonly emit: Emit,
    readonly means: Means,
  ) {}

  async open({ entry, backends }: ChosenDevice): Promise<Outcome> {
    const refusals: Refusal[] = [];
    for (const backend of backends) {
      const result = await this.#try(entry, backend);
      if ('session' in result) {
        for (const { sentence } of refusals) {
          this.emit({ event: 'warning', message: `${sentence}. ${result.session.device.id} is used instead.` });
        }
        return { device: result, refusals: [] };
      }
      refusals.push(result);
    }
    return { device: undefined, refusals };
  }

  async #try(entry: DeviceEntry, backend: Backend): Promise<OpenedDevice | Refusal> {
    const id = entry.ids[backend] ?? entry.id;
    const info = deviceInfo(entry, backend, this.setting.threads);
    this.emit({ event: 'stage', stage: 'load', note: `loading the model on ${id} (${entry.name})` });
    this.emit(deviceEvent(info, 'loading'));
    let session: Session | undefined;
    let result: OpenedDevice | Refusal | undefined;
    try {
      session = await openWithin(this.trust.hangSeconds, entry, backend, this.setting, this.means);
      result = await this.#admit(session, backend, id);
    } catch (error) {
      // What is found after the opening, in the bundle, concerns every device.
      const isFiles = error instanceof UserError && session === undefined && backend === 'cuda';
      const refused = isFiles ? filesRefused(id, entry, error) : refusalOf(error, backend, id, entry);
      if (refused === undefined) throw error;
      result = refused;
    } finally {
      const isUsed = result !== undefined && 'session' in result;
      if (session !== undefined && !isUsed) await closeQuietly(session);
    }
    if ('sentence' in result) this.emit(deviceEvent(info, 'refused', result.sentence));
    return result;
  }

  /** @throws DeviceError where it is trusted, and yet cannot compute */
  async #admit(session: Session, backend: Backend, id: string): Promise<OpenedDevice | Refusal> {
    const { proof, isRemembered } = await this.#prove(session, backend);
    if (proof.speeds !== undefined) return { session, speeds: proof.speeds, proof, isTrusted: false };
    if (!this.trust.trusted.some((trusted) => trusted.toLowerCase() === id)) {
      return refusal(session.device, proof, isRemembered);
    }
    const { bundle } = this.setting;
    const rows = longestRows(await goldenFrames(bundle), await bundleTokenizer(bundle));
    const { hangSeconds } = this.trust;
    const { result } = await watched(session, hangSeconds, this.means.clock, () => measureSpeeds(session, rows));
    this.emit({
      event: 'warning',
      message: `${id} is used because of --trust-device, though its proof failed: ${proof.problem}.`,
    });
    return { session, speeds: result, proof, isTrusted: true };
  }

  async #prove(session: Session, backend: Backend): Promise<{ proof: Proof; isRemembered: boolean }> {
    const known = await recall(proofKey(session, backend, this.setting), this.means.cache);
    if (known !== undefined) return { proof: known, isRemembered: true };
    const { hangSeconds } = this.trust;
    const proof = await proveDevice(session, backend, this.setting, hangSeconds, this.emit, this.means);
    return { proof, isRemembered: false };
  }
}

/** Its installed files are damaged; another backend needs none of them. */
function filesRefused(id: string, { name }: DeviceEntry, { sentence, remedy }: UserError): Refusal {
  return { sentence: `${id} (${name}) is not used: ${sentence}`, remedy };
}

/** Undefined for what is not the device's fault. */
function refusalOf(error: unknown, backend: Backend, id: string, entry: DeviceEntry): Refusal | undefined {
  // The engine of the CPU is this program's own: what goes wrong there is a bug.
  if (!(error instanceof DeviceError) || backend === 'native-cpu') return undefined;
  return {
    sentence: notUsed(id, entry, error),
    remedy: 'Choose another device with --device; "virnucpro devices" lists them.',
  };
}

/** Without a full stop. */
export function notUsed(id: string, { name }: DeviceEntry, { message }: DeviceError): string {
  // A bug comes with its stack.
  const [sentence = ''] = message.split('\n');
  return `${id} (${name}) is not used: ${sentence.replace(/\.$/, '')}`;
}

/**
 * One that gives no answer is left behind: the process ends without it, and should it open after all, it is closed.
 *
 * @throws DeviceError after `seconds` more than a slow disk needs for the bundle, or that of the opening
 */
export async function openWithin(
  seconds: number,
  entry: DeviceEntry,
  backend: Backend,
  setting: Setting,
  { open, clock }: Pick<Means, 'open' | 'clock'> = USUAL,
): Promise<Session> {
  const opening = open(entry, backend, setting);
  // The CPU's engine reads files and waits for nobody.
  if (backend === 'native-cpu') return opening;
  const bytes = setting.bundle.manifest.files.reduce((sum, file) => sum + file.bytes, 0);
  const patience = seconds + bytes / SLOW_DISK_BYTES_PER_SECOND;
  const { promise: late, reject } = Promise.withResolvers<never>();
  const callOff = clock.after(patience, () => {
    reject(new DeviceError('DeviceLost', silence(Math.round(patience))));
    opening.then(closeQuietly, () => undefined);
  });
  try {
    return await Promise.race([opening, late]);
  } finally {
    callOff();
  }
}
