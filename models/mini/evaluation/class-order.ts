/** The order in which classes stand in tables. */

/** Others follow by name, shuffled sequences come last. */
const ORDER = ['viral', 'archaea', 'bacteria', 'plasmid', 'eukaryote', 'mito', 'plastid', 'prok_CDS', 'euk_CDS'];

/** Of two names, for `sort`. */
export function byClass(one: string, other: string): number {
  return place(one) - place(other) || (one < other ? -1 : 1);
}

function place(name: string): number {
  if (name === 'shuffled') return ORDER.length + 1;
  const index = ORDER.indexOf(name);
  return index < 0 ? ORDER.length : index;
}
