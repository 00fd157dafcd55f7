/** From a bundle and one of its heads to a device that is ready to compute. */

import { cpus } from 'node:os';
import { join } from 'node:path';
import type { DeviceInfo, Session } from '../device/backend.ts';
import { NativeSession } from '../device/native/session.ts';
import type { ClassifierEntry } from '../model/bundle/manifest.ts';
import type { Bundle } from '../model/bundle/open.ts';
import { extractOnnxRuntime } from '../system/parts.ts';

export async function openSession(
  { folder, manifest }: Bundle,
  head: ClassifierEntry,
  threads: number,
): Promise<Session> {
  const { nucleotide, protein } = manifest;
  const device: DeviceInfo = { id: 'cpu', backend: 'native-cpu', name: cpus()[0]?.model.trim() ?? 'CPU', threads };
  const model = {
    nucleotide: { path: join(folder, nucleotide.graph), width: nucleotide.architecture.width },
    protein: { path: join(folder, protein.graph), width: protein.architecture.width },
    classifier: { path: join(folder, head.graph) },
  };
  return NativeSession.open(await extractOnnxRuntime(), model, device);
}
