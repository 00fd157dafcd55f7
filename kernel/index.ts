/** The WebAssembly kernels, compiled by `npm run build`; src/kernel/kernel.ts says what they do and owns their memory. */

export { entry } from './entry';
export { findByte } from './find';
export { residues, sixFrames } from './frames';
export { gather, gathered } from './gather';
export { reads, readsBlock } from './reads';
export { openFrames } from './stops';
export { reverseComplement, upperCase } from './strands';
export { translate } from './translate';
export { wrap } from './wrap';

/** The first address behind the kernels' own tables. */
export function heapBase(): usize {
  return __heap_base;
}
