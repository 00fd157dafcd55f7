/**
 * What a journal was begun with, besides the content of the inputs: everything that decides a byte of the results. A run that
 * is to go on with the journal must have the same. Plain data, as it stands in the journal.
 */

import type { Arithmetic, Backend } from '../device/backend.ts';

/** Devices that compute the same bits are of one class, however many there are. */
export interface DeviceClass {
  readonly backend: Backend;
  /** As `DeviceInfo` has it. */
  readonly name: string;
  /** Null for a CPU. */
  readonly driver: string | null;
  /** What it computes in. */
  readonly arithmetic: Arithmetic;
}

export interface RunFingerprint {
  /** Of the program. */
  readonly version: string;
  /** `sha256` is that of its manifest, which names the hashes of all its files; `name` is for people. */
  readonly bundle: { readonly name: string; readonly sha256: string };
  /** Chunk length, nt. */
  readonly length: number;
  /** Shorter records get no chunks, nt. */
  readonly minimumLength: number;
  readonly batchTokens: number;
  readonly arithmetic: Arithmetic;
  /** Limits at which a window of the input ends. */
  readonly window: { readonly chunks: number; readonly frames: number; readonly records: number };
  readonly saveEmbeddings: boolean;
  /** As `deviceClasses` gives them. */
  readonly devices: readonly DeviceClass[];
}

/** Each class once, in the order of their names. Ids of devices do not count: card 1 computes what card 0 does. */
export function deviceClasses(devices: readonly DeviceClass[]): DeviceClass[] {
  const classes = new Map<string, DeviceClass>();
  for (const { backend, name, driver, arithmetic } of devices) {
    const own = { backend, name, driver, arithmetic };
    classes.set(JSON.stringify(own), own);
  }
  return [...classes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, own]) => own);
}

/**
 * What is another one now, for a person: a clause for each difference, without a full stop.
 *
 * @param before of the journal
 * @param now of the run that wants to go on with it
 * @param isMixed a device was left out after a crash, and others went on: which they are does not count any more
 */
export function fingerprintDifferences(before: RunFingerprint, now: RunFingerprint, isMixed = false): string[] {
  const differences: string[] = [];
  const compare = <V extends string | number>(what: string, was: V, is: V): void => {
    if (was !== is) differences.push(`${what} was ${was}, is ${is}`);
  };
  compare("the program's version", before.version, now.version);
  if (before.bundle.sha256 !== now.bundle.sha256) {
    differences.push(`the bundle is another one: ${bundleText(before)} -> ${bundleText(now)}`);
  }
  compare('--length', before.length, now.length);
  compare('--min-length', before.minimumLength, now.minimumLength);
  compare('--batch-tokens', before.batchTokens, now.batchTokens);
  compare('--precision', before.arithmetic, now.arithmetic);
  compare('--save-embeddings', onOff(before.saveEmbeddings), onOff(now.saveEmbeddings));
  compare('the size of a window', windowText(before), windowText(now));
  if (!isMixed) compare('the class of the devices', devicesText(before, now), devicesText(now, before));
  return differences;
}

function bundleText({ bundle: { name, sha256 } }: RunFingerprint): string {
  return `${name} (${sha256.slice(0, 12)})`;
}

function onOff(given: boolean): string {
  return given ? 'given' : 'not given';
}

function windowText({ window: { chunks, frames, records } }: RunFingerprint): string {
  return `${chunks} chunks, ${frames} frames, ${records} records`;
}

/** Arithmetic is told where the class of the devices differs in it alone; else it only makes the line longer. */
function devicesText({ devices }: RunFingerprint, other: RunFingerprint): string {
  const names = (all: readonly DeviceClass[]) => all.map(nameOf).join(' and ');
  const isAlike = names(devices) === names(other.devices);
  return isAlike ? devices.map((own) => `${nameOf(own)} in ${own.arithmetic}`).join(' and ') : names(devices);
}

function nameOf({ backend, name, driver }: DeviceClass): string {
  const device = `${backend === 'native-cpu' ? 'cpu' : backend} ${name}`;
  return driver === null ? device : `${device} (driver ${driver})`;
}
