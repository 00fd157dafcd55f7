/** The licence notice of an install. */

import { bytesText } from '../system/quantities.ts';
import { NVIDIA_TERMS, type Runtime, type Wheel } from './catalogue.ts';
import type { InstallPlan } from './plan.ts';

/** Sentences for before anything is taken: which files, whose, and where the terms are. */
export function licenceNotice({ wheels }: Runtime, { sources }: InstallPlan): readonly string[] {
  const taken = wheels.filter((wheel) => sources.get(wheel)?.kind !== 'system');
  const of = (owner: Wheel['owner']) => taken.filter((wheel) => wheel.owner === owner);
  const text = (own: readonly Wheel[]) =>
    own
      .flatMap(({ files }) => files.filter(({ isLicence }) => !isLicence))
      .map(({ name, bytes }) => `${name} (${bytesText(bytes)})`)
      .join(', ');
  const [microsoft, nvidia] = [of('Microsoft'), of('NVIDIA')];
  return [
    ...(microsoft.length === 0 ? [] : [`From Microsoft (ONNX Runtime, MIT licence): ${text(microsoft)}`]),
    ...(nvidia.length === 0
      ? []
      : [
          `From NVIDIA: ${text(nvidia)}`,
          `These are NVIDIA's, not part of this program and not under its licence. Whoever installs them accepts NVIDIA's terms: ${NVIDIA_TERMS}`,
        ]),
  ];
}
