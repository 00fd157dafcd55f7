/**
 * Fetches the software GPU of the tests once: `bun test/software-gpu/fetch.ts`, part of `npm test`. Where it cannot be had
 * it says why and ends well: the tests that need it are then skipped with that reason.
 */

import { existsSync } from 'node:fs';
import { fetchSwiftShader, runsHere, SWIFTSHADER, swiftShaderFolder } from './swiftshader.ts';

const what = `software GPU (SwiftShader of ${SWIFTSHADER.name} ${SWIFTSHADER.version})`;

async function fetchOnce(): Promise<string> {
  if (!runsHere(process.platform, process.arch)) {
    return `none for ${process.platform}-${process.arch}; its tests are skipped`;
  }
  const folder = swiftShaderFolder();
  if (existsSync(folder)) return 'is here';
  if (process.env['VIRNUCPRO_OFFLINE'] === '1') {
    return 'not fetched, because VIRNUCPRO_OFFLINE=1; its tests are skipped';
  }
  try {
    await fetchSwiftShader(folder);
    return 'fetched';
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `not fetched, its tests are skipped: ${reason.split('\n')[0]}`;
  }
}

process.stdout.write(`${what}: ${await fetchOnce()}\n`);
