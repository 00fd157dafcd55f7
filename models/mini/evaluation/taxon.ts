/** Which family, and which genome, a row of the windows' table belongs to. */

export interface Taxon {
  /** `viral`, or the host class. */
  readonly kind: string;
  /** Family, `:`, genus for most; `Caudoviricetes:FAMILY:GENUS` for tailed phages. */
  readonly group: string;
  readonly organism: string;
  /** Accession of the sequence that the window was cut from. */
  readonly sequence: string;
}

/** Families by shape that were abolished: their phages are no relatives, so they stay one group, the class. */
const ABOLISHED = ['Siphoviridae', 'Myoviridae', 'Podoviridae'];

/** Classes whose organism is an organism's name; in the others it is that of a whole collection. */
const NAMED_ORGANISMS = ['viral', 'bacteria', 'archaea', 'eukaryote'];

/** Classes of single genes: their group ends with the accession of the genome. */
const GENES = ['prok_CDS', 'euk_CDS'];

/** Family of a virus, organism group of any other. */
export function familyOf({ group }: Taxon): string {
  const parts = group.split(':');
  const family = parts.find((part) => part.endsWith('viridae') && !ABOLISHED.includes(part));
  return family ?? parts[0] ?? group;
}

/**
 * Windows of one genome resemble each other and are drawn together in a resample. For organisms that are told by name
 * it is the organism (with all its contigs and segments), for genes the genome, and for plasmids and organelles the sequence.
 */
export function genomeOf({ kind, group, organism, sequence }: Taxon): string {
  if (NAMED_ORGANISMS.includes(kind)) return `${kind} ${organism}`;
  return `${kind} ${GENES.includes(kind) ? group : sequence}`;
}
