/**
 * `virnucpro devices`: every device of this machine, what drives it and why something else does not, and what its proof
 * found: that of an earlier run, or with --verify one that is made now.
 */

import { availableParallelism } from 'node:os';
import { type Backend, DeviceError } from '../../device/backend.ts';
import { takeInventory } from '../../device/inventory/take.ts';
import type { Emit } from '../../events/event.ts';
import { deviceListJson, deviceListText, type ListedDevice, type ListedProof } from '../../output/device-list.ts';
import { writeStandardOutput } from '../../output/standard-output.ts';
import type { Proof } from '../../run/proof/proof.ts';
import { recall } from '../../run/proof/remembered.ts';
import { EXIT, UserError } from '../../system/errors.ts';
import { COMMIT, VERSION } from '../../system/program.ts';
import type { Arguments } from '../arguments.ts';
import { chooseDevices } from '../devices/choice.ts';
import { type DeviceEntry, deviceEntries, readInstalledCuda } from '../devices/entries.ts';
import { arithmeticOf, deviceInfo, type Setting } from '../devices/open-backend.ts';
import { notUsed, openWithin } from '../devices/open-devices.ts';
import { proofKey, proveDevice } from '../devices/prove.ts';
import type { DEVICES } from '../flags.ts';
import { chooseBundle, chooseHead } from '../model.ts';
import { DEFAULT_BATCH_TOKENS, DEFAULT_HANG_SECONDS } from '../plan.ts';

/** @returns the exit code: 1 where a proof failed */
export async function devices(given: Arguments<typeof DEVICES>, emit: Emit): Promise<number> {
  const entries = deviceEntries(await takeInventory(), await readInstalledCuda());
  const verifies = given.has('verify');
  const only = given.value('device');
  const chosen = only === undefined ? entries : chooseDevices(only, entries).map(({ entry }) => entry);
  const setting = await settingOf(given);
  const listed: ListedDevice[] = [];
  for (const entry of entries) {
    const proofs: [string, ListedProof][] = [];
    for (const backend of setting === undefined ? [] : entry.backends) {
      if (setting === undefined) continue;
      const isAsked = verifies && chosen.includes(entry);
      const found = await (isAsked ? verified(entry, backend, setting, emit) : recalled(entry, backend, setting));
      if (found !== undefined) proofs.push([backend, listedProof(found, !isAsked, backend, setting)]);
    }
    listed.push(listedDevice(entry, proofs.length === 0 ? null : Object.fromEntries(proofs)));
  }
  const text = given.has('json') ? deviceListJson(listed) : deviceListText(listed);
  writeStandardOutput(new TextEncoder().encode(text));
  const failed = listed.some(({ proof }) => Object.values(proof ?? {}).some(({ verdict }) => verdict === 'fail'));
  return verifies && failed ? EXIT.runtime : EXIT.done;
}

/** Undefined where nothing can be known of proofs: the list is shown all the same. */
async function settingOf(given: Arguments<typeof DEVICES>): Promise<Setting | undefined> {
  try {
    const bundle = await chooseBundle(given.value('model'), false);
    return {
      bundle,
      head: chooseHead(bundle, given.integer('length', 1)),
      arithmetic: bundle.manifest.precision,
      threads: given.integer('threads', 1) ?? availableParallelism(),
      batchTokens: DEFAULT_BATCH_TOKENS,
    };
  } catch (error) {
    const isAboutProof = given.has('verify') || given.has('model') || given.has('length') || given.has('threads');
    if (isAboutProof || !(error instanceof UserError)) throw error;
    return undefined;
  }
}

/** A device that was not even opened. */
interface Unopened {
  readonly verdict: 'fail';
  readonly problem: string;
}

async function verified(entry: DeviceEntry, backend: Backend, setting: Setting, emit: Emit): Promise<Proof | Unopened> {
  try {
    const session = await openWithin(DEFAULT_HANG_SECONDS, entry, backend, setting);
    try {
      return await proveDevice(session, backend, setting, DEFAULT_HANG_SECONDS, emit);
    } finally {
      await session.close();
    }
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    return { verdict: 'fail', problem: notUsed(entry.ids[backend] ?? entry.id, entry, error) };
  }
}

function recalled(entry: DeviceEntry, backend: Backend, setting: Setting): Promise<Proof | undefined> {
  const device = deviceInfo(entry, backend, setting.threads);
  return recall(proofKey({ device }, backend, setting));
}

function listedProof(found: Proof | Unopened, remembered: boolean, backend: Backend, setting: Setting): ListedProof {
  const { bundle, head } = setting;
  return {
    verdict: found.verdict,
    problem: found.problem ?? null,
    remembered,
    program: `${VERSION} (${COMMIT})`,
    model: { name: bundle.manifest.name, sha256: bundle.sha256, length: head.length },
    arithmetic: arithmeticOf(backend, setting),
    found: 'probes' in found ? findings(found) : null,
  };
}

function findings({ probes, encoders, scores, speeds, seconds }: Proof): ListedProof['found'] {
  return { probes, encoders: encoders ?? null, scores: scores ?? null, tokens_per_second: speeds ?? null, seconds };
}

function listedDevice(entry: DeviceEntry, proof: ListedDevice['proof']): ListedDevice {
  const { id, name, kind, backends, ids, unusable } = entry;
  return {
    ...{ id, name, kind, backends, ids, unusable },
    vendor: entry.vendor ?? null,
    driver: entry.driver ?? null,
    memory_bytes: entry.memory,
    memory_free_bytes: entry.memoryFree ?? null,
    pci: entry.pci ?? null,
    uuid: entry.uuid ?? null,
    capability: entry.capability ?? null,
    default: entry.default,
    proof,
  };
}
