/**
 * Writes proofs of software GPUs into the cache of a box as if an earlier run had made them: to prove both takes minutes, and
 * whether they pass is tested elsewhere. They stand under the commit of the executable, which a test
 * does not share.
 */

import type { Proof } from '../../src/run/proof/proof.ts';
import { keyText, proofFile } from '../../src/run/proof/remembered.ts';
import { isObject } from '../../src/system/json-object.ts';
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
    if (typeof name !== 'string' || typeof driver !== 'string') throw new Error(`what is ${id}?`);
    const info = { id, backend: 'webgpu', name, driver, threads: undefined } as const;
    const asked = {
      device: { ...info, pci: typeof pci === 'string' ? pci : undefined },
      ...({ bundleSha256, head, arithmetic: 'fp32' } as const),
    };
    const key = keyText(asked, { version, commit });
    const path = proofFile(key, box.env['VIRNUCPRO_CACHE']);
    await Bun.write(path, JSON.stringify({ key, proof: PROOF }));
  }
}
