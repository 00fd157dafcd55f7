/**
 * Which devices a run uses, from what follows `--device` and what is in the machine. A choice names a backend for each
 * card, and no card twice. Pure: nothing is opened here.
 */

import type { Backend } from '../device/backend.ts';
import { UserError } from '../system/errors.ts';
import type { DeviceEntry } from './device-entries.ts';

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
  if (typed === 'auto') {
    return entries
      .filter((entry) => entry.default)
      .map((entry) => ({ entry, backends: backendsOf(entry), isNamed: false }));
  }
  const chosen: ChosenDevice[] = [];
  for (const part of typed.split(',').map((text) => text.trim())) {
    for (const one of named(part, typed, entries)) {
      const twice = chosen.find(({ entry }) => entry === one.entry);
      if (twice === undefined) chosen.push(one);
      else if (one.backends[0] !== twice.backends[0]) {
        const [first, second] = [twice, one].map(({ entry, backends }) => entry.ids[backends[0]]);
        throw new UserError(`${first} and ${second} are the same card`, 'Name it once.');
      }
    }
  }
  return chosen;
}

/** The CPU, whatever else there is. */
export function cpuOf(entries: readonly DeviceEntry[]): ChosenDevice {
  const entry = entries.find(({ kind }) => kind === 'cpu');
  if (entry === undefined) throw new Error('a machine without a CPU');
  return { entry, backends: ['native-cpu'], isNamed: false };
}

function named(part: string, typed: string, entries: readonly DeviceEntry[]): ChosenDevice[] {
  if (part === '' || part === 'auto') {
    throw new UserError(
      `--device ${typed} is not understood`,
      'It takes auto, or a list such as cuda:0,webgpu:1 or cpu.',
    );
  }
  const wanted = part.toLowerCase();
  for (const entry of entries) {
    for (const backend of PREFERENCE) {
      if (entry.ids[backend] !== wanted) continue;
      if (entry.backends.includes(backend)) return [{ entry, backends: [backend], isNamed: true }];
      throw unusable(part, entry, backend);
    }
  }
  const pci = /^pci:(.+)$/.exec(wanted)?.[1];
  const matching = entries.filter((entry) =>
    pci === undefined ? entry.kind !== 'cpu' && entry.name.toLowerCase().includes(wanted) : entry.pci === pci,
  );
  if (matching.length === 0) throw absent(part, entries);
  return matching.map((entry) => {
    const [first] = entry.backends;
    if (first === undefined)
      throw unusable(
        part,
        entry,
        PREFERENCE.find((backend) => backend in entry.unusable),
      );
    return { entry, backends: backendsOf(entry), isNamed: true };
  });
}

function backendsOf(entry: DeviceEntry): readonly [Backend, ...Backend[]] {
  const [first, ...others] = PREFERENCE.filter((backend) => entry.backends.includes(backend));
  if (first === undefined) throw new Error(`${entry.id} was chosen, and nothing drives it`);
  return [first, ...others];
}

function unusable(part: string, entry: DeviceEntry, backend: Backend | undefined): UserError {
  const why = backend === undefined ? 'nothing drives it' : (entry.unusable[backend] ?? 'it cannot be used');
  return new UserError(`${part} (${entry.name}) cannot be used: ${why.replace(/\.$/, '')}`, remedy([entry]));
}

function absent(part: string, entries: readonly DeviceEntry[]): UserError {
  return new UserError(`There is no device ${part}`, remedy(entries));
}

function remedy(entries: readonly DeviceEntry[]): string {
  const ids = entries.flatMap((entry) => entry.backends.map((backend) => entry.ids[backend]));
  const known = ids.filter((id) => id !== undefined);
  const shown = known.length === 0 ? '' : ` Here there is ${known.join(', ')}.`;
  return `"virnucpro devices" lists them all.${shown}`;
}
