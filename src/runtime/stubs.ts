/** The stub libraries of a runtime, as bytes for its platform. */

import type { Runtime } from './catalogue.ts';
import { returning, type StubMachine, stubLibrary } from './stub-library.ts';

export interface StubFile {
  readonly name: string;
  readonly content: Uint8Array;
}

export function stubFiles({ stubs, target }: Pick<Runtime, 'stubs' | 'target'>): readonly StubFile[] {
  return stubs.map(({ name, functions }) => {
    const machine = machineOf(target);
    // NVIDIA's libraries give their functions a version that is called as the library.
    const version = Object.keys(functions).length === 0 ? {} : { version: name };
    const codes = Object.entries(functions).map(([called, value]) => [called, returning(machine, value)] as const);
    return { name, content: stubLibrary({ soname: name, machine, ...version, functions: Object.fromEntries(codes) }) };
  });
}

function machineOf(target: Runtime['target']): StubMachine {
  switch (target) {
    case 'linux-x64':
      return 'x64';
    case 'linux-arm64':
      return 'arm64';
    case 'windows-x64':
    case 'darwin-arm64':
      throw new Error(`stub libraries are ELF files, and ${target} has none`);
    default:
      return target satisfies never;
  }
}
