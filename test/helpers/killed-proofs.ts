/**
 * Writes proofs of software GPUs into the cache of a box as if an earlier run had made them: to prove both takes minutes, and
 * whether they pass is tested elsewhere. The file is that of src/run/proof/remembered.ts, under the commit of the executable, which a
 * test does not share.
 */

import type { Proof } from '../../src/run/proof/proof.ts';
import { sha256OfBytes } from '../../src/system/sha256.ts';
import { isObject } from '../../src/tokens/json-checker.ts';
import type { Box } from './binary.ts';

const PASSED = { max_diff: 0, allowed_diff: 1, verdict: 'pass' } as const;
const PROOF: Proof = {
  ...{ verdict: 'pass', problem: undefined, lasting: true, seconds: 1 },
  probes: [{ name: 'nothing', ...PASSED }],
  encoders: { nucleotide: PASSED, protein: PASSED },
  scores: { ...PASSED, labels_differ: 0 },
  speeds: { nucleotide: 10, protein: 10 },
};

/**
 * @param ids of the devices
 * @param bundleSha256 identity of the bundle, which has fp32
 * @param head chunk length, nt
 */
export async function rememberProofs(
  box: Box,
  env: Readonly<Record<string, string>>,
  {
    ids,
    bundleSha256,
    head,
  }: { readonly ids: readonly string[]; readonly bundleSha256: string; readonly head: number },
): Promise<void> {
  const [, version, commit] = /(\S+) \((\S+)\)/.exec((await box.ok(['--version'])).stdout) ?? [];
  const devices: unknown = JSON.parse((await box.ok(['devices', '--json'], { env })).stdout);
  if (version === undefined || commit === undefined || !Array.isArray(devices))
    throw new Error('what is this program?');
  for (const id of ids) {
    const device: unknown = devices.find((one: unknown) => isObject(one) && one['id'] === id);
    if (!isObject(device)) throw new Error(`there is no ${id}`);
    const { name, driver, pci } = device;
    const key = JSON.stringify([
      ...[version, commit, 'webgpu', name, driver, pci ?? id, null],
      ...[bundleSha256, head, 'fp32'],
    ]);
    const path = `${box.env['VIRNUCPRO_CACHE']}/proofs/${sha256OfBytes(key)}.json`;
    await Bun.write(path, JSON.stringify({ key, proof: PROOF }));
  }
}
