/**
 * Files kept open between the jobs of a Worker, read synchronously by absolute offset.
 *
 * A run may have thousands of inputs; its Workers go through them in order, so a few open files are enough.
 */

import { closeSync, openSync, readSync } from 'node:fs';
import { laterReadingError } from './reading-error.ts';

const OPEN_MAX = 4;

/** Descriptors by path as typed; the one opened first stands first. */
const descriptors = new Map<string, number>();

/**
 * Reads at most `max` bytes at `position` of the file to `memory[to…)`.
 *
 * @param name path as typed
 * @returns bytes read; 0 at the end of the file
 */
export function readAt(name: string, memory: Uint8Array, to: number, max: number, position: number): number {
  try {
    return readSync(descriptorOf(name), memory, to, max, position);
  } catch (error) {
    throw laterReadingError(error, name);
  }
}

/** Closes the files of this thread; the next read opens its file anew. */
export function closeFiles(): void {
  for (const descriptor of descriptors.values()) closeSync(descriptor);
  descriptors.clear();
}

function descriptorOf(name: string): number {
  const known = descriptors.get(name);
  if (known !== undefined) return known;
  const [oldest] = descriptors;
  if (oldest !== undefined && descriptors.size === OPEN_MAX) {
    closeSync(oldest[1]);
    descriptors.delete(oldest[0]);
  }
  const descriptor = openSync(name, 'r');
  descriptors.set(name, descriptor);
  return descriptor;
}
