/** The devices of a run as `summary.json` tells of them: what they are, how far they were proven, and what they did. */

import type { SummaryDevice, SummaryProof } from '../output/summary.ts';
import type { FleetReport } from '../run/fleet/report.ts';
import type { Setting } from './open-backend.ts';
import { arithmeticOf } from './open-backend.ts';
import type { OpenedDevice } from './open-devices.ts';

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
  const worst = probes.reduce((most, { max_diff: difference }) => Math.max(most, difference), 0);
  return {
    verdict,
    trusted: isTrusted,
    problem: problem ?? null,
    probes_max_diff: Number.isNaN(worst) ? null : worst,
    nucleotide_max_diff: encoders?.nucleotide.max_diff ?? null,
    protein_max_diff: encoders?.protein.max_diff ?? null,
    score_max_diff: scores?.max_diff ?? null,
  };
}
