/**
 * Faults on purpose, for tests and for whoever wants to see what happens: VIRNUCPRO_FAULT=`webgpu:0 lost 3` destroys that
 * device with its third batch. Several are separated by commas. See device/webgpu/protocol.ts for what there is.
 */

import type { Fault } from '../device/webgpu/protocol.ts';
import { UserError } from '../system/errors.ts';

const KINDS = ['memory', 'lost', 'exception', 'hang', 'unrepaired'] as const satisfies readonly Fault['what'][];

export function faultFor(device: string, text = process.env['VIRNUCPRO_FAULT'] ?? ''): Fault | undefined {
  for (const part of text.split(',').filter((one) => one.trim() !== '')) {
    const [id, kind, at = '1'] = part.trim().split(/\s+/);
    const what = KINDS.find((known) => known === kind);
    if (what === undefined || !/^[1-9][0-9]*$/.test(at)) {
      throw new UserError(
        `VIRNUCPRO_FAULT is not understood at "${part.trim()}"`,
        `It is for tests: a device, one of ${KINDS.join(', ')}, and the number of a batch. Take it out of the environment.`,
      );
    }
    if (id === device) return { what, at: Number(at) };
  }
  return undefined;
}
