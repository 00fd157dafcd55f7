/** What is said of a device that was not proven, and what can be done. */

import type { DeviceInfo } from '../../device/backend.ts';
import type { Proof } from './proof.ts';

export interface Refusal {
  /** Without a full stop. */
  readonly sentence: string;
  /** One or more full sentences. */
  readonly remedy: string;
}

/** @param remembered whether the proof is one of an earlier run */
export function refusal(device: DeviceInfo, proof: Proof, remembered: boolean): Refusal {
  if (proof.problem === undefined) throw new Error(`${device.id} passed its proof and is not to be refused`);
  const when = remembered ? ' (found in an earlier run)' : '';
  const sentence = `${device.id} (${device.name}) is not used: ${proof.problem}${when}`;
  if (!proof.lasting) {
    return {
      sentence,
      remedy:
        'Close other programs that use it and run again; if that does not help, update its driver or choose another device with --device.',
    };
  }
  const driver = device.driver === undefined ? '' : ` (now ${device.driver})`;
  return {
    sentence,
    remedy: [
      `Update its driver${driver}, or choose another device or backend with --device.`,
      '"virnucpro devices --verify" tries it again.',
      `Its results may be wrong: only "--trust-device ${device.id}" uses it all the same, and the results will say so.`,
    ].join(' '),
  };
}
