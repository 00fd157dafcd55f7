/** How large an entry of the catalogue is: to download, and installed. */

import type { Manifest } from '../model/bundle/manifest.ts';
import { type CatalogueEntry, type Checkpoint, checkpointsOf } from './catalogue.ts';

export interface PullSize {
  /** Sum over the files whose size is known. */
  readonly bytes: number;
  /** Files whose size the catalogue does not know. */
  readonly unknown: number;
}

const BYTES_PER_VALUE: Readonly<Record<Manifest['precision'], number>> = { fp32: 4, fp16: 2 };

export function pullSize(entry: CatalogueEntry): PullSize {
  const sizes = checkpointsOf(entry).flatMap(({ files }) => files.map(({ bytes }) => bytes));
  const known = sizes.filter((bytes) => bytes !== undefined);
  return { bytes: known.reduce((sum, bytes) => sum + bytes, 0), unknown: sizes.length - known.length };
}

/**
 * About what a bundle takes on the disk, and its weights in memory: the values that the graphs use, without the parts
 * of a checkpoint that are left out (language model head, contact head). Right within a percent for float32; in fp16
 * the vectors stay float32, which is less than that.
 */
export function installedBytes(entry: CatalogueEntry, precision: Manifest['precision']): number {
  const values = checkpointsOf(entry).reduce((sum, checkpoint) => sum + valueCount(checkpoint), 0);
  return values * BYTES_PER_VALUE[precision];
}

/** Weights, biases and normalisation parameters of the architecture. */
export function valueCount({ architecture }: Checkpoint): number {
  if (architecture.kind === 'classifier') {
    const { input, hidden } = architecture;
    return (input + 1) * hidden + 4 * hidden + 2 * (hidden + 1);
  }
  const { kind, layers, width, feedForward, vocabulary } = architecture;
  const attention = 4 * (width * width + width);
  const norms = 4 * width;
  switch (kind) {
    case 'esm2':
      return (
        vocabulary * width + 2 * width + layers * (attention + norms + 2 * feedForward * width + feedForward + width)
      );
    case 'mosaicbert':
      return vocabulary * width + 3 * width + layers * (attention + norms + 3 * feedForward * width + width);
    default:
      return kind satisfies never;
  }
}
