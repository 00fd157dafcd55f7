/**
 * Whether a bundle was made of a published model's own files, by their hashes: then the original tool's numbers hold for
 * it. Nothing that a bundle says of itself is trusted for this.
 */

import type { Manifest, SourceFile } from '../model/bundle/manifest.ts';
import { type Checkpoint, catalogue, fileByGitSha1, fileBySha256 } from './catalogue.ts';

/** @returns name of the bundle in the catalogue */
export function publishedBundle({ nucleotide, protein, classifiers }: Manifest): string | undefined {
  const own = {
    nucleotide: checkpointOf(nucleotide.sources),
    protein: checkpointOf(protein.sources),
    heads: classifiers.map(({ length, sources }) => ({ length, checkpoint: checkpointOf(sources) })),
  };
  const found = catalogue().bundles.find(
    (bundle) =>
      bundle.nucleotide === own.nucleotide &&
      bundle.protein === own.protein &&
      own.heads.every(({ length, checkpoint }) =>
        bundle.heads.some((head) => head === checkpoint && head.length === length),
      ),
  );
  return found?.name;
}

/** The checkpoint whose weights are among the sources; files of every model, such as a config.json, prove nothing. */
function checkpointOf(sources: readonly SourceFile[]): Checkpoint | undefined {
  const known = sources
    .filter(({ file }) => !file.endsWith('.json'))
    .map(({ sha256, git_sha1: gitSha1 }) => {
      const file = fileBySha256(sha256) ?? (gitSha1 === undefined ? undefined : fileByGitSha1(gitSha1));
      return file?.checkpoint;
    });
  const [first] = known;
  return known.every((checkpoint) => checkpoint === first) ? first : undefined;
}
