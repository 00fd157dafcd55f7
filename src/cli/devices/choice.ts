/**
 * Which devices a run uses, from what follows `--device` and what is in the machine. A choice names a backend for each
 * card, and no card twice. Pure: nothing is opened here.
 */

import type { Backend } from '../../device/backend.ts';
import { samePci } from '../../device/vulkan/pci.ts';
import { UserError } from '../../system/errors.ts';
import type { DeviceEntry } from './entries.ts';

export interface ChosenDevice {
  readonly entry: DeviceEntry;
  /** In the order in which they are tried: the second one where the first does not pass. */
  readonly backends: readonly [Backend, ...Backend[]];
  /** False where the program chose it. */
  readonly isNamed: boolean;
}

/** Of several that can drive a card, the fastest first. */
const PREFERENCE: readonly Backend[] = ['cuda', 'webgpu', 'native-cpu'];

/**
 * @param typed `auto`, or ids, PCI ids and names separated by commas
 * @throws UserError for what is not there, cannot be used, or would use a card twice
 */
export function chooseDevices(typed: string, entries: readonly DeviceEntry[]): ChosenDevice[] {
  if (typed.trim().toLowerCase() === 'auto') {
    return entries
      .filter((entry) => entry.default)
      .map((entry) => ({ entry, backends: backendsOf(entry), isNamed: false }));
  }
  const chosen = new Map<DeviceEntry, { readonly one: ChosenDevice; readonly part: string }>();
  for (const part of typed.split(',').map((text) => text.trim())) {
    for (const one of named(part, typed, entries)) {
      const twice = chosen.get(one.entry);
      if (twice === undefined) chosen.set(one.entry, { one, part });
      else if (one.backends[0] !== twice.one.backends[0]) {
        throw new UserError(`${twice.part} and ${part} are the same card (${one.entry.name})`, 'Name it once.');
      }
    }
  }
  return [...chosen.values()].map(({ one }) => one);
}

/** A card stays where another backend than the one of that id can drive it. */
export function withoutDevices(chosen: readonly ChosenDevice[], ids: readonly string[]): ChosenDevice[] {
  return chosen.flatMap((one) => {
    const [first, ...others] = one.backends.filter((backend) => !ids.includes(one.entry.ids[backend] ?? ''));
    return first === undefined ? [] : [{ ...one, backends: [first, ...others] }];
  });
}

/** The CPU, whatever else there is. */
export function cpuOf(entries: readonly DeviceEntry[]): ChosenDevice {
  const entry = entries.find(({ kind }) => kind === 'cpu');
  if (entry === undefined) throw new Error('a machine without a CPU');
  return { entry, backends: ['native-cpu'], isNamed: false };
}

function named(part: string, typed: string, entries: readonly DeviceEntry[]): ChosenDevice[] {
  const wanted = part.toLowerCase();
  if (wanted === '' || wanted === 'auto') {
    throw new UserError(
      `--device ${typed} is not understood`,
      'It takes auto, or a list such as cuda:0,webgpu:1 or cpu.',
    );
  }
  for (const entry of entries) {
    for (const backend of PREFERENCE) {
      if (entry.ids[backend] !== wanted) continue;
      if (entry.backends.includes(backend)) return [{ entry, backends: [backend], isNamed: true }];
      throw unusable(part, entry, [backend], entries);
    }
  }
  const slot = /^pci:(.+)$/.exec(wanted)?.[1];
  const matching = entries.filter((entry) =>
    slot === undefined
      ? entry.kind !== 'cpu' && entry.name.toLowerCase().includes(wanted)
      : samePci(entry.pci, withDomain(slot)),
  );
  if (matching.length === 0) throw new UserError(`There is no device ${part}`, remedy(entries));
  return matching.map((entry) => {
    if (entry.backends.length === 0) throw unusable(part, entry, PREFERENCE, entries);
    return { entry, backends: backendsOf(entry), isNamed: true };
  });
}

/** Tools such as lspci leave the domain out where there is only the first one. */
function withDomain(slot: string): string {
  return /^[^:]+:[^:]+$/.test(slot) ? `0000:${slot}` : slot;
}

function backendsOf(entry: DeviceEntry): readonly [Backend, ...Backend[]] {
  const [first, ...others] = PREFERENCE.filter((backend) => entry.backends.includes(backend));
  if (first === undefined) throw new Error(`${entry.id} was chosen, and nothing drives it`);
  return [first, ...others];
}

/** @param backends those whose reasons are told */
function unusable(
  part: string,
  entry: DeviceEntry,
  backends: readonly Backend[],
  entries: readonly DeviceEntry[],
): UserError {
  const reasons = backends.flatMap((backend) => entry.unusable[backend] ?? []);
  const why = reasons.length === 0 ? 'nothing drives it' : reasons.join('; ');
  const others = idsOf([entry]);
  const other = others.length === 0 ? '' : `The same card can be used as ${others.join(', ')}. `;
  return new UserError(`${part} (${entry.name}) cannot be used: ${why}`, `${other}${remedy(entries)}`);
}

function remedy(entries: readonly DeviceEntry[]): string {
  const ids = idsOf(entries);
  const known = ids.length === 0 ? '' : ` Here there is ${ids.join(', ')}.`;
  return `"virnucpro devices" lists them all.${known}`;
}

/** What can be used. */
function idsOf(entries: readonly DeviceEntry[]): string[] {
  return entries.flatMap((entry) => entry.backends.flatMap((backend) => entry.ids[backend] ?? []));
}
