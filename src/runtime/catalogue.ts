/**
 * The catalogue of runtimes: which files of other makers the CUDA backend needs on each platform, where they are
 * published, and the hash of each. `models/runtimes.json` holds the facts; a wheel is a zip file of the Python package
 * index, of which only the named entries are unpacked. Versions belong together and are never chosen at run time: ONNX
 * Runtime does not check that its provider is of its own version.
 */

import { readFileSync } from 'node:fs';
import runtimesJson from '../../models/runtimes.json' with { type: 'json' };
import { UserError } from '../system/errors.ts';
import { Fact } from '../system/fact.ts';
import { TARGETS, type Target } from '../system/program.ts';

export const RUNTIME_NAMES = ['cuda', 'cuda12'] as const;
export type RuntimeName = (typeof RUNTIME_NAMES)[number];

export interface WheelEntry {
  /** Plain file name that it gets. */
  readonly name: string;
  /** Path in the wheel. */
  readonly entry: string;
  /** Unpacked. */
  readonly bytes: number;
  /** Of the content, lower-case hexadecimal. */
  readonly sha256: string;
  /** A text to be kept beside the libraries; only libraries are needed to compute. */
  readonly isLicence: boolean;
}

export interface Wheel {
  /** Whose work it is. */
  readonly owner: 'Microsoft' | 'NVIDIA';
  /** File name as published. */
  readonly name: string;
  /** Path on the file host of the Python package index. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** The machine's own libraries of these names serve as well. */
  readonly isReplaceable: boolean;
  readonly files: readonly WheelEntry[];
}

/** A library that is named by another one and never called: written by ourselves, see stub-library.ts. */
export interface StubFacts {
  readonly name: string;
  /** Exported name -> what it returns, should it be called. */
  readonly functions: Readonly<Record<string, number>>;
}

export interface Runtime {
  readonly name: RuntimeName;
  readonly target: Target;
  /** Of ONNX Runtime. */
  readonly version: string;
  /** Of CUDA, for instance `13.0`. */
  readonly cuda: string;
  /** File name of ONNX Runtime's own library among the files; undefined: the one in this program. */
  readonly core: string | undefined;
  /** Libraries that must be open before the provider is, in this order. */
  readonly open: readonly string[];
  readonly stubs: readonly StubFacts[];
  readonly wheels: readonly Wheel[];
}

export const INDEX_HOST = 'https://files.pythonhosted.org';
export const NVIDIA_TERMS = 'https://docs.nvidia.com/cuda/eula/';

const FILE_NAME = /^[A-Za-z0-9][\w.+-]*$/;
const PATH = /^[\w.+-]+(?:\/[\w.+-]+)*$/;
const SHA256 = /^[0-9a-f]{64}$/;

let chosen: readonly Runtime[] | undefined;

/** The one in the executable, or the file that VIRNUCPRO_RUNTIME_CATALOGUE names: an institute may keep copies. */
export function runtimes(): readonly Runtime[] {
  chosen ??= ownCatalogue() ?? builtInRuntimes();
  return chosen;
}

export function builtInRuntimes(): readonly Runtime[] {
  return parseRuntimes(runtimesJson);
}

/** The runtime of this name for a platform; undefined where there is none. */
export function findRuntime(name: RuntimeName, target: Target): Runtime | undefined {
  return runtimes().find((one) => one.name === name && one.target === target);
}

/** Every file that is unpacked, of all wheels. */
export function filesOf({ wheels }: Pick<Runtime, 'wheels'>): readonly WheelEntry[] {
  return wheels.flatMap(({ files }) => files);
}

function ownCatalogue(): readonly Runtime[] | undefined {
  const file = process.env['VIRNUCPRO_RUNTIME_CATALOGUE'];
  if (file === undefined || file === '') return undefined;
  try {
    return parseRuntimes(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(
      `cannot be used as a catalogue of runtimes: ${reason}`,
      'Correct it, or unset VIRNUCPRO_RUNTIME_CATALOGUE.',
      { file },
    );
  }
}

/** @throws Error that names the place: the file is ours */
export function parseRuntimes(json: unknown): readonly Runtime[] {
  const root = new Fact(json, 'runtimes');
  if (root.field('format').value !== 1) root.field('format').wrong('1');
  const found = root.field('runtimes').list().map(parseRuntime);
  refuseTwice(
    'runtimes',
    found.map(({ name, target }) => `${name} for ${target}`),
  );
  return found;
}

function parseRuntime(fact: Fact): Runtime {
  const core = fact.field('core').ifKnown((name) => name.text(FILE_NAME));
  const runtime: Runtime = {
    name: fact.field('name').oneOf(...RUNTIME_NAMES),
    target: fact.field('target').oneOf(...TARGETS),
    version: fact.field('version').text(/^\d+\.\d+\.\d+$/),
    cuda: fact.field('cuda').text(/^\d+\.\d+$/),
    core,
    open: fact
      .field('open')
      .list()
      .map((name) => name.text(FILE_NAME)),
    stubs: fact.field('stubs').list(0).map(parseStub),
    wheels: fact.field('wheels').list().map(parseWheel),
  };
  const names = [...filesOf(runtime).map(({ name }) => name), ...runtime.stubs.map(({ name }) => name)];
  // One name in two cases is one file on some disks.
  refuseTwice(
    `${fact.place}: files`,
    names.map((name) => name.toLowerCase()),
  );
  refuseTwice(
    `${fact.place}: wheels`,
    runtime.wheels.map(({ name }) => name),
  );
  for (const name of [...runtime.open, ...(core === undefined ? [] : [core])]) {
    if (!names.includes(name)) fact.field('open').wrong(`made of files that are there, and ${name} is not`);
  }
  return runtime;
}

function parseStub(fact: Fact): StubFacts {
  const functions = fact.field('functions').value;
  if (typeof functions !== 'object' || functions === null) return fact.field('functions').wrong('an object');
  const entries = Object.keys(functions).map((name) => [name, fact.field('functions').field(name).count()] as const);
  return { name: fact.field('name').text(FILE_NAME), functions: Object.fromEntries(entries) };
}

function parseWheel(fact: Fact): Wheel {
  return {
    owner: fact.field('owner').oneOf('Microsoft', 'NVIDIA'),
    name: fact.field('name').text(/^[A-Za-z0-9][\w.+-]*\.whl$/),
    path: fact.field('path').text(PATH),
    bytes: fact.field('bytes').count(),
    sha256: fact.field('sha256').text(SHA256),
    isReplaceable: fact.field('replaceable').flag(),
    files: fact.field('files').list().map(parseFile),
  };
}

function parseFile(fact: Fact): WheelEntry {
  return {
    name: fact.field('name').text(FILE_NAME),
    entry: fact.field('entry').text(PATH),
    bytes: fact.field('bytes').count(),
    sha256: fact.field('sha256').text(SHA256),
    isLicence: fact.field('kind').oneOf('library', 'licence') === 'licence',
  };
}

function refuseTwice(what: string, values: readonly string[]): void {
  const twice = values.find((value, i) => values.indexOf(value) !== i);
  if (twice !== undefined) throw new Error(`${what}: ${twice} is there twice`);
}
