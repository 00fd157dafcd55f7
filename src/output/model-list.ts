/** What `models list` shows: an object for programs, a table for people. */

import { alignedTable } from './aligned-table.ts';

export interface ListedModel {
  readonly name: string;
  readonly state: 'embedded' | 'installed' | 'broken' | 'available';
  /** On disk; of an available one what is downloaded. Null where it is not known. */
  readonly bytes: number | null;
  readonly precision: string | null;
  /** Chunk lengths, nt. */
  readonly lengths: readonly number[];
  readonly licence: string | null;
  /** A word on what it is, or what is wrong with it. */
  readonly about: string | null;
  readonly path: string | null;
}

const STATES: readonly ListedModel['state'][] = ['embedded', 'installed', 'broken', 'available'];

/** @param bytesText a size for people */
export function modelTable(models: readonly ListedModel[], bytesText: (bytes: number) => string): string {
  const rows = STATES.flatMap((state) => models.filter((model) => model.state === state)).map((model) => [
    model.name,
    model.state,
    model.bytes === null ? '-' : bytesText(model.bytes),
    model.precision ?? '-',
    model.lengths.length === 0 ? '-' : model.lengths.join(', '),
    model.licence ?? '-',
    model.about ?? '',
  ]);
  return alignedTable([['name', 'state', 'size', 'precision', 'lengths, nt', 'licence', ''], ...rows]);
}
