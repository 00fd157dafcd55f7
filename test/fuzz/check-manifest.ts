/** Whether a manifest that was taken is what later code takes it for: its type says more than JSON does. */

import type { Manifest } from '../../src/model/bundle/manifest.ts';

/** @throws Error that names what is not so */
export function checkManifest(manifest: Manifest): void {
  const { nucleotide, protein, classifiers, note, files } = manifest;
  const need = (holds: boolean, what: string): void => {
    if (!holds) throw new Error(`a manifest was taken in which ${what}`);
  };
  const isCount = (value: number): boolean => Number.isSafeInteger(value) && value > 0;
  for (const { architecture, sources } of [nucleotide, protein]) {
    need(isCount(architecture.width) && architecture.width <= 2 ** 16, 'an encoder has no width');
    need(areSources(sources), 'the sources of an encoder are no list of files');
  }
  for (const { architecture, sources, length } of classifiers) {
    need(architecture.kind === 'classifier' && isCount(length), 'a classifier is none');
    need(areSources(sources), 'the sources of a classifier are no list of files');
  }
  need(note === undefined || typeof note === 'string', 'the note is no text');
  need(
    files.every(({ path }) => !/[/\\]|^\./.test(path)),
    'a file lies elsewhere',
  );
}

function areSources(sources: unknown): boolean {
  return Array.isArray(sources) && sources.every((source) => typeof source?.file === 'string');
}
