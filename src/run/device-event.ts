/** What becomes of a device, as an event. */

import type { DeviceInfo } from '../device/backend.ts';
import type { DeviceEvent, DeviceState } from '../events/event.ts';

/** @param reason of what went wrong, without a full stop */
export function deviceEvent(
  { id, backend, name, threads, driver, pci, memory }: DeviceInfo,
  state: DeviceState,
  reason?: string,
): DeviceEvent {
  return {
    ...{ event: 'device', device: id, state, backend, name, reason },
    ...{ threads, driver, pci, memory_total: memory },
  };
}
