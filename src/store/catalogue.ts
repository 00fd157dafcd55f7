/**
 * The catalogue: published checkpoints that can be downloaded, each file at a fixed revision, and the bundles made of
 * them. `models/catalogue.json` holds the facts; what is not known there (null) is undefined here and must be told to
 * the user, not guessed. Everything is checked when it is first asked for: no name, size or hash stands for two things,
 * and the parts of a bundle fit together.
 */

import { readFileSync } from 'node:fs';
import catalogueJson from '../../models/catalogue.json' with { type: 'json' };
import type { ClassifierArchitecture, EncoderArchitecture } from '../model/architecture.ts';
import { UserError } from '../system/errors.ts';
import { Fact } from '../system/fact.ts';
import { isModelName } from './name.ts';

export type Hub = 'huggingface' | 'github';

export interface CatalogueFile {
  /** Path in the repository, with `/`. */
  readonly path: string;
  /** Size; undefined: not known. */
  readonly bytes: number | undefined;
  /** Lower-case hexadecimal; undefined: not known. */
  readonly sha256: string | undefined;
  /** The content's name in git, sha1 of `blob SIZE\0CONTENT`, lower-case hexadecimal; undefined: not known. */
  readonly gitSha1: string | undefined;
}

interface Published {
  readonly name: string;
  /** One line, without a full stop. */
  readonly description: string;
  /** SPDX identifier. */
  readonly licence: string;
  readonly hub: Hub;
  /** `owner/name` on the hub. */
  readonly repository: string;
  /** Full commit, 40 hexadecimal digits. */
  readonly revision: string;
  readonly files: readonly CatalogueFile[];
}

export interface EncoderCheckpoint extends Published {
  readonly kind: 'nucleotide' | 'protein';
  readonly architecture: Pick<EncoderArchitecture, 'kind' | 'layers' | 'width' | 'feedForward' | 'vocabulary'>;
}

export interface HeadCheckpoint extends Published {
  readonly kind: 'classifier';
  /** Chunk length in nucleotides that the head was trained for. */
  readonly length: number;
  readonly architecture: Pick<ClassifierArchitecture, 'kind' | 'input' | 'hidden'>;
}

export type Checkpoint = EncoderCheckpoint | HeadCheckpoint;

/** What `models pull NAME` makes one installed model of. */
export interface CatalogueBundle {
  readonly kind: 'bundle';
  readonly name: string;
  readonly description: string;
  readonly nucleotide: EncoderCheckpoint;
  readonly protein: EncoderCheckpoint;
  /** By rising chunk length. */
  readonly heads: readonly HeadCheckpoint[];
}

export type CatalogueEntry = CatalogueBundle | Checkpoint;

export interface Catalogue {
  readonly checkpoints: readonly Checkpoint[];
  readonly bundles: readonly CatalogueBundle[];
}

export interface KnownFile {
  readonly checkpoint: Checkpoint;
  readonly file: CatalogueFile;
}

const REPOSITORY = /^[\w.-]+\/[\w.-]+$/;
/** Plain names only: a path of the catalogue becomes a path on the user's disk. */
const FILE_PATH = /^[A-Za-z0-9][\w.-]*$/;
const SHA1 = /^[0-9a-f]{40}$/;
const SHA256 = /^[0-9a-f]{64}$/;

let chosen: Catalogue | undefined;
let builtIn: Catalogue | undefined;

/** The one in the executable, or the file that VIRNUCPRO_CATALOGUE names: an institute may have models of its own. */
export function catalogue(): Catalogue {
  chosen ??= ownCatalogue() ?? builtInCatalogue();
  return chosen;
}

/** The one in the executable: what is published. */
export function builtInCatalogue(): Catalogue {
  builtIn ??= parseCatalogue(catalogueJson);
  return builtIn;
}

function ownCatalogue(): Catalogue | undefined {
  const file = process.env['VIRNUCPRO_CATALOGUE'];
  if (file === undefined || file === '') return undefined;
  try {
    return parseCatalogue(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`cannot be used as a catalogue: ${reason}`, 'Correct it, or unset VIRNUCPRO_CATALOGUE.', {
      file,
    });
  }
}

/** Bundles first, then checkpoints, in the order of the file. */
export function catalogueEntries(): readonly CatalogueEntry[] {
  const { bundles, checkpoints } = catalogue();
  return [...bundles, ...checkpoints];
}

export function findEntry(name: string): CatalogueEntry | undefined {
  return catalogueEntries().find((entry) => entry.name === name);
}

/** The checkpoints of an entry: of a bundle its nucleotide encoder, protein encoder and heads. */
export function checkpointsOf(entry: CatalogueEntry): readonly Checkpoint[] {
  return entry.kind === 'bundle' ? [entry.nucleotide, entry.protein, ...entry.heads] : [entry];
}

/** SPDX identifiers of an entry, each once. */
export function licencesOf(entry: CatalogueEntry): readonly string[] {
  return [...new Set(checkpointsOf(entry).map(({ licence }) => licence))].sort();
}

/** @param sha256 lower-case hexadecimal */
export function fileBySha256(sha256: string): KnownFile | undefined {
  return knownFile((file) => file.sha256 === sha256);
}

/** @param gitSha1 lower-case hexadecimal sha1 of `blob SIZE\0CONTENT` */
export function fileByGitSha1(gitSha1: string): KnownFile | undefined {
  return knownFile((file) => file.gitSha1 === gitSha1);
}

/** The chunk length that a published head belongs to; undefined for any other file. */
export function publishedHeadLength(gitSha1: string): number | undefined {
  const checkpoint = fileByGitSha1(gitSha1)?.checkpoint;
  return checkpoint?.kind === 'classifier' ? checkpoint.length : undefined;
}

function knownFile(wanted: (file: CatalogueFile) => boolean): KnownFile | undefined {
  for (const checkpoint of catalogue().checkpoints) {
    const file = checkpoint.files.find(wanted);
    if (file !== undefined) return { checkpoint, file };
  }
  return undefined;
}

/** @throws Error that names the place: the file is ours */
export function parseCatalogue(json: unknown): Catalogue {
  const root = new Fact(json, 'catalogue');
  if (root.field('format').value !== 1) root.field('format').wrong('1');
  const checkpoints = root.field('checkpoints').list().map(parseCheckpoint);
  const bundles = root
    .field('bundles')
    .list()
    .map((fact) => parseBundle(fact, checkpoints));
  refuseTwice(
    'name',
    [...checkpoints, ...bundles].map(({ name }) => name),
  );
  const files = checkpoints.flatMap((checkpoint) => checkpoint.files);
  refuseTwice(
    'sha256',
    files.map(({ sha256 }) => sha256),
  );
  refuseTwice(
    'git_sha1',
    files.map(({ gitSha1 }) => gitSha1),
  );
  return { checkpoints, bundles };
}

function parseCheckpoint(fact: Fact): Checkpoint {
  const published: Published = {
    name: nameOf(fact),
    description: fact.field('description').text(/^\S.*[^\s.]$/),
    licence: fact.field('licence').text(/^[A-Za-z0-9][A-Za-z0-9.+-]*$/),
    hub: fact.field('hub').oneOf('huggingface', 'github'),
    repository: fact.field('repository').text(REPOSITORY),
    revision: fact.field('revision').text(SHA1),
    files: fact.field('files').list().map(parseFile),
  };
  const paths = published.files.map(({ path }) => path);
  refuseTwice(`file of ${published.name}`, paths);
  const kind = fact.field('kind').oneOf('nucleotide', 'protein', 'classifier');
  const architecture = fact.field('architecture');
  if (kind === 'classifier') {
    architecture.field('kind').oneOf('classifier');
    const input = architecture.field('input').count();
    const hidden = architecture.field('hidden').count();
    const length = fact.field('length').count();
    return { ...published, kind, length, architecture: { kind: 'classifier', input, hidden } };
  }
  if (!paths.includes('config.json')) fact.field('files').wrong('with a config.json');
  if (kind === 'nucleotide' && !paths.includes('tokenizer.json')) fact.field('files').wrong('with a tokenizer.json');
  return {
    ...published,
    kind,
    architecture: {
      kind:
        kind === 'protein' ? architecture.field('kind').oneOf('esm2') : architecture.field('kind').oneOf('mosaicbert'),
      layers: architecture.field('layers').count(),
      width: architecture.field('width').count(),
      feedForward: architecture.field('feed_forward').count(),
      vocabulary: architecture.field('vocabulary').count(),
    },
  };
}

function parseFile(fact: Fact): CatalogueFile {
  return {
    path: fact.field('path').text(FILE_PATH),
    bytes: fact.field('bytes').ifKnown((bytes) => bytes.count()),
    sha256: fact.field('sha256').ifKnown((sha256) => sha256.text(SHA256)),
    gitSha1: fact.field('git_sha1').ifKnown((sha1) => sha1.text(SHA1)),
  };
}

function parseBundle(fact: Fact, checkpoints: readonly Checkpoint[]): CatalogueBundle {
  const encoder = (kind: EncoderCheckpoint['kind']): EncoderCheckpoint => {
    const found = checkpoints.find(({ name }) => name === fact.field(kind).value);
    return found?.kind === kind ? found : fact.field(kind).wrong(`the name of a ${kind} checkpoint`);
  };
  const nucleotide = encoder('nucleotide');
  const protein = encoder('protein');
  const width = nucleotide.architecture.width + protein.architecture.width;
  const heads = fact
    .field('heads')
    .list()
    .map((head) => {
      const found = checkpoints.find(({ name }) => name === head.value);
      const fits = found?.kind === 'classifier' && found.architecture.input === width;
      return fits ? found : head.wrong(`the name of a classifier of ${width} inputs`);
    })
    .sort((a, b) => a.length - b.length);
  const name = nameOf(fact);
  refuseTwice(
    `length of ${name}`,
    heads.map(({ length }) => String(length)),
  );
  const description = fact.field('description').text(/^\S.*[^\s.]$/);
  return { kind: 'bundle', name, description, nucleotide, protein, heads };
}

function nameOf(fact: Fact): string {
  const name = fact.field('name').text();
  return isModelName(name) ? name : fact.field('name').wrong('a name that a model may have');
}

function refuseTwice(what: string, values: readonly (string | undefined)[]): void {
  const known = values.filter((value) => value !== undefined);
  const twice = known.find((value, i) => known.indexOf(value) !== i);
  if (twice !== undefined) throw new Error(`catalogue: the ${what} ${twice} is there twice`);
}
