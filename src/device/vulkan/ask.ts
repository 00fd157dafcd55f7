/**
 * Asks a child process of this program's own for the Vulkan devices. Whole drivers are loaded for that: a damaged one
 * ends the child and not the run, one that hangs is given up, and what loaders and drivers print goes nowhere.
 */

import { LIST_VULKAN, ownCommand } from '../../system/program.ts';
import { parseSight, type Sight } from './device.ts';
import { driverAlone, type Way } from './look.ts';
import { driverManifests } from './manifests.ts';

const LIMIT_SECONDS = 10;

/** @returns a sentence without a full stop where no answer came */
export type Ask = (way: Way, environment?: Readonly<Record<string, string>>) => Promise<Sight | string>;

/** The child does what `look.ts` says and prints `sightText`. */
export const askChild: Ask = (way, environment = {}) => ask(ownCommand(LIST_VULKAN, way), environment, LIMIT_SECONDS);

/** @param seconds that the child may take */
export async function ask(
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
  seconds: number,
): Promise<Sight | string> {
  const child = Bun.spawn([...command], {
    // Of this process as it was started: variables set since then for a Worker's sake are not for the child.
    env: { ...process.env, ...environment, BUN_ENABLE_CRASH_REPORTING: '0', DO_NOT_TRACK: '1' },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'ignore',
  });
  let timer: Timer | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), 1000 * seconds);
  });
  try {
    const output = await Promise.race([Promise.all([new Response(child.stdout).text(), child.exited]), late]);
    if (output === undefined) return `A Vulkan driver does not answer within ${seconds} s`;
    const [text, code] = output;
    if (child.signalCode !== null) return `A Vulkan driver crashes (${child.signalCode})`;
    // A crash in a signal handler of Bun's own ends with a code.
    if (code !== 0) return `A Vulkan driver ends the process that asks it (exit code ${code})`;
    return answer(text);
  } finally {
    clearTimeout(timer);
    // One that hangs in the kernel does not die; nobody waits for it.
    child.kill('SIGKILL');
    child.unref();
  }
}

/** The last line: drivers may have printed something before it. */
function answer(text: string): Sight | string {
  try {
    return parseSight(text.trimEnd().split('\n').at(-1) ?? '');
  } catch {
    return 'The list of Vulkan devices cannot be read';
  }
}

/** All devices. Where a driver spoils it for the others, each is asked by itself. */
export async function seeVulkan(
  askFor: Ask = askChild,
  manifests: () => readonly string[] = ownManifests,
): Promise<Sight> {
  const all = await askFor('drivers');
  if (typeof all !== 'string') return all;
  const paths = manifests();
  if (paths.length < 2) return { devices: [], problems: [paths[0] === undefined ? all : `${all}: ${paths[0]}`] };
  const sights = await Promise.all(
    paths.map(async (path) => {
      const sight = await askFor('drivers', driverAlone(path));
      return typeof sight === 'string' ? { devices: [], problems: [`${sight}: ${path}`] } : sight;
    }),
  );
  return {
    devices: sights.flatMap(({ devices }) => devices),
    problems: [...new Set(sights.flatMap(({ problems }) => problems))],
  };
}

function ownManifests(): readonly string[] {
  return process.platform === 'linux' ? driverManifests().paths : [];
}
