/**
 * The compiled kernels of this thread, from build/kernel.wasm (sources in kernel/), which lies in the executable.
 *
 * The file is imported by a statement that may fail, so that a fresh checkout says what is missing.
 */

import { readFileSync } from 'node:fs';

/** What kernel/index.ts exports. Addresses and lengths are u32; what comes back as i32 may have to be made unsigned. */
export interface KernelExports {
  readonly memory: WebAssembly.Memory;
  heapBase(): number;
  gathered(): number;
  readsBlock(): number;
  residues(): number;
  gather(from: number, end: number, to: number, room: number, atLineStart: number, oneLine: number): void;
  reads(): void;
  findByte(from: number, end: number, byte: number): number;
  openFrames(at: number, length: number): number;
  translate(at: number, length: number, frame: number, to: number): number;
  sixFrames(
    at: number,
    length: number,
    forward: number,
    reverse: number,
    proteins: number,
    compartment: number,
  ): number;
  upperCase(at: number, length: number, to: number): void;
  reverseComplement(at: number, length: number, to: number): void;
  entry(head: number, headLength: number, suffix: number, from: number, length: number, to: number): number;
  wrap(from: number, length: number, width: number, to: number): number;
}

const path = await import('../../build/kernel.wasm', { with: { type: 'file' } }).then(
  (file) => file.default,
  () => {
    throw new Error('build/kernel.wasm is missing: run `npm run build`');
  },
);

let compiled: WebAssembly.Module | undefined;

/** New kernels with a memory of their own; compiled once per thread. */
export function instantiate(): KernelExports {
  compiled ??= new WebAssembly.Module(readFileSync(path));
  return new WebAssembly.Instance(compiled).exports as unknown as KernelExports;
}
