/** The version of NVIDIA's driver, which CUDA does not tell: it knows only the version of CUDA that the driver supports. */

import { readFileSync } from 'node:fs';
import { type CudaDriver, cudaVersionText } from '../cuda/driver.ts';

const KERNEL_MODULE = '/sys/module/nvidia/version';

/** `NVIDIA 580.65.06`; where the kernel does not tell, `NVIDIA (CUDA 13.0)`. */
export function nvidiaDriverText({ version }: CudaDriver, file = KERNEL_MODULE): string {
  try {
    const text = readFileSync(file, 'utf8').trim();
    if (/^\d+(\.\d+)+$/.test(text)) return `NVIDIA ${text}`;
  } catch {
    // Not Linux, or a container that hides it.
  }
  return version === undefined ? 'NVIDIA' : `NVIDIA (CUDA ${cudaVersionText(version)})`;
}
