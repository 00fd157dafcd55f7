/** Opens the product's own session on one device: the one place where the benchmark and the product's wiring meet. */

import { chooseDevices } from '../../src/cli/devices/choice.ts';
import { openSession } from '../../src/cli/devices/open-backend.ts';
import { readDevices } from '../../src/cli/devices/planned.ts';
import { type Arithmetic, DeviceError, type ModelFiles, type Session } from '../../src/device/backend.ts';
import { UserError } from '../../src/system/errors.ts';

/**
 * @param id as `--device` takes it: `cpu`, `cuda:0`, `webgpu:0`
 * @param precision of the stored weights
 * @throws DeviceError where there is no such device, or it cannot do this
 */
export async function openOnDevice(
  id: string,
  arithmetic: Arithmetic,
  precision: Arithmetic,
  model: ModelFiles,
  threads: number,
): Promise<Session> {
  try {
    const [chosen] = chooseDevices(id, await readDevices(id));
    if (chosen === undefined) throw new DeviceError('Unsupported', `there is no ${id}`);
    const [backend] = chosen.backends;
    if (arithmetic === 'fp16' && backend !== 'cuda') {
      throw new DeviceError('Unsupported', `${id} computes in float32 whatever the weights`);
    }
    return await openSession(chosen.entry, backend, model, { precision, arithmetic, threads });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new DeviceError('Unsupported', error.message);
  }
}
