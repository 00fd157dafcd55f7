/** The devices of a run as `summary.json` tells of them: what they are, how far they were proven, and what they did. */

import type { SummaryDevice, SummaryProof } from '../../output/summary.ts';
import type { FleetReport } from '../../run/fleet/report.ts';
import type { Setting } from './open-backend.ts';
import { arithmeticOf } from './open-backend.ts';
import type { OpenedDevice } from './open-devices.ts';

/**
 * @param report of the fleet that was made of these devices, in their order
 * @throws Error where the report is one of others
 */
export function summaryDevices(
  devices: readonly OpenedDevice[],
  report: FleetReport,
  setting: Pick<Setting, 'arithmetic'>,
): SummaryDevice[] {
  return devices.map((opened, i) => {
    const { id, backend, name, threads, driver, pci } = opened.session.device;
    const did = report.devices[i];
    if (did?.id !== id) throw new Error(`the report does not tell of ${id}`);
    const { plan, ...rest } = did;
    return {
      ...{ id, backend, name, threads: threads ?? null, driver: driver ?? null, pci: pci ?? null },
      arithmetic: arithmeticOf(backend, setting),
      proof: summaryProof(opened),
      // A device alone was not measured before.
      plan: opened.proof === undefined ? null : plan,
      ...rest,
    };
  });
}

function summaryProof({ proof, isTrusted }: OpenedDevice): SummaryProof | null {
  if (proof === undefined) return null;
  const { verdict, problem, probes, encoders, scores } = proof;
  const worst = Math.max(...probes.map(({ max_diff: difference }) => difference));
  return {
    verdict,
    trusted: isTrusted,
    problem: problem ?? null,
    probes_max_diff: figure(worst),
    nucleotide_max_diff: figure(encoders?.nucleotide.max_diff),
    protein_max_diff: figure(encoders?.protein.max_diff),
    score_max_diff: figure(scores?.max_diff),
  };
}

/** Null for what was not reached (of no probes the largest is -Infinity), and for values that are not numbers. */
function figure(difference: number | undefined): number | null {
  return difference !== undefined && Number.isFinite(difference) ? difference : null;
}
