import { expect, test } from 'bun:test';
import { familyOf, genomeOf } from './taxon.ts';

const taxon = {
  kind: 'viral',
  group: 'Adenoviridae:Mastadenovirus',
  organism: 'Human adenovirus 2',
  sequence: 'v1|NC_1',
};

test('families: in front of the genus, and of tailed phages behind the class', () => {
  expect(familyOf(taxon)).toBe('Adenoviridae');
  expect(familyOf({ ...taxon, group: 'Flaviviridae' })).toBe('Flaviviridae');
  expect(familyOf({ ...taxon, group: 'Caudoviricetes:Drexlerviridae:Tunavirus' })).toBe('Drexlerviridae');
  expect(familyOf({ ...taxon, group: 'Caudoviricetes:Myoviridae:Bixzunavirus' })).toBe('Caudoviricetes');
  expect(familyOf({ ...taxon, kind: 'bacteria', group: 'Vibrionaceae:Vibrio' })).toBe('Vibrionaceae');
});

test('genomes: the organism where it has a name, the genome of a gene, else the sequence', () => {
  expect(genomeOf(taxon)).toBe('viral Human adenovirus 2');
  expect(genomeOf({ ...taxon, kind: 'bacteria', organism: 'Vibrio' })).toBe('bacteria Vibrio');
  expect(genomeOf({ ...taxon, kind: 'prok_CDS', group: 'mpa:NC_9' })).toBe('prok_CDS mpa:NC_9');
  expect(genomeOf({ ...taxon, kind: 'mito' })).toBe('mito v1|NC_1');
  expect(genomeOf({ ...taxon, kind: 'plasmid' })).toBe('plasmid v1|NC_1');
});
