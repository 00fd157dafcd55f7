/**
 * Runs the built executable the way a user would: alone in a fresh temporary folder, with an empty home and a bare PATH.
 *
 * One cache of extracted files serves all boxes of a test file, because filling it is not what most tests are about;
 * those that are give VIRNUCPRO_CACHE or HOME themselves. `npm test` builds the executable first; without it everything
 * that asks for a box fails.
 */

import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fixture } from './fixtures.ts';

const BUILT = join(import.meta.dir, '..', '..', 'dist', 'virnucpro');

export interface Outcome {
  /** Exit code; 128 + signal where a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Below the box; the box itself by default. */
  readonly cwd?: string;
  /** Added to the bare environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What stands on standard input; nothing by default. */
  readonly stdin?: string | Uint8Array;
  /** A command that the executable is run by, for instance `setpriv` with its flags. */
  readonly under?: readonly string[];
}

export interface ImportOptions {
  readonly protein?: string;
  readonly nucleotide?: string;
  /** Heads as [path, length]. */
  readonly heads: readonly (readonly [path: string, length: number])[];
}

let rootFolder: string | undefined;
let boxes = 0;

/** One folder for all boxes, with the executable copied once, so that a rebuild cannot disturb a test. */
function root(): string {
  if (rootFolder !== undefined) return rootFolder;
  if (!existsSync(BUILT)) throw new Error('dist/virnucpro is missing: build it with "bun build.ts" (npm test does)');
  const folder = mkdtempSync(join(tmpdir(), 'virnucpro-cli-'));
  copyFileSync(BUILT, join(folder, 'virnucpro'));
  rootFolder = folder;
  return folder;
}

/** Waits for the end of a process whose output is a pipe. */
export async function outcomeOf(child: Bun.Subprocess<Bun.SpawnOptions.Writable, 'pipe', 'pipe'>): Promise<Outcome> {
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, stdout, stderr };
}

export class Box {
  readonly folder: string;
  readonly binary: string;
  readonly env: Readonly<Record<string, string>>;

  constructor() {
    this.folder = mkdtempSync(join(root(), 'box-'));
    boxes += 1;
    this.binary = join(this.folder, 'virnucpro');
    linkSync(join(root(), 'virnucpro'), this.binary);
    for (const name of ['home', 'tmp']) mkdirSync(join(this.folder, name));
    this.env = {
      PATH: '/usr/bin:/bin',
      HOME: join(this.folder, 'home'),
      TMPDIR: join(this.folder, 'tmp'),
      LANG: 'C.UTF-8',
      VIRNUCPRO_CACHE: join(root(), 'cache'),
      // Whatever cards this machine has: golden numbers are the CPU's, and tests of GPUs bring their own.
      VK_DRIVER_FILES: '/nonexistent',
      VK_ICD_FILENAMES: '/nonexistent',
      CUDA_VISIBLE_DEVICES: '-1',
    };
  }

  path(...parts: readonly string[]): string {
    return join(this.folder, ...parts);
  }

  /** Writes a file below the box and returns its absolute path. */
  write(name: string, content: string | Uint8Array): string {
    const path = this.path(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  text(...parts: readonly string[]): string {
    return readFileSync(this.path(...parts), 'utf8');
  }

  bytes(...parts: readonly string[]): Uint8Array {
    return readFileSync(this.path(...parts));
  }

  exists(...parts: readonly string[]): boolean {
    return existsSync(this.path(...parts));
  }

  /** Every file and folder below a folder, by path from there, sorted; nothing when it is not there. */
  list(...parts: readonly string[]): string[] {
    if (!this.exists(...parts)) return [];
    return (readdirSync(this.path(...parts), { recursive: true }) as string[]).sort();
  }

  start(args: readonly string[], options: RunOptions = {}) {
    const env = Object.fromEntries(
      Object.entries({ ...this.env, ...options.env }).filter((entry): entry is [string, string] => !!entry[1]),
    );
    return Bun.spawn([...(options.under ?? []), this.binary, ...args], {
      cwd: this.path(options.cwd ?? '.'),
      env,
      stdin: options.stdin === undefined ? 'ignore' : new Blob([Buffer.from(options.stdin)]),
      stdout: 'pipe',
      stderr: 'pipe',
    });
  }

  async run(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    return await outcomeOf(this.start(args, options));
  }

  /** `run`, for what must go well. */
  async ok(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    const outcome = await this.run(args, options);
    if (outcome.code !== 0) throw new Error(`exit ${outcome.code}: virnucpro ${args.join(' ')}: ${outcome.stderr}`);
    return outcome;
  }

  /** Arguments of an import of the fixtures' checkpoints. */
  importArguments(name: string, { protein, nucleotide, heads }: ImportOptions): string[] {
    return [
      ...['models', 'import', '-o', name],
      ...['--protein', protein ?? fixture('esm2', 'hf_safetensors')],
      ...['--nucleotide', nucleotide ?? fixture('dnaberts', 'hf_safetensors')],
      ...heads.flatMap(([path, length]) => ['--classifier', path, '--length', String(length)]),
    ];
  }

  /** Imports a bundle of the fixtures with the heads of these lengths, and returns its absolute path. */
  async bundle(name: string, ...lengths: readonly number[]): Promise<string> {
    const heads = lengths.map((length) => [fixture('classifier', `${length}.safetensors`), length] as const);
    await this.ok(this.importArguments(name, { heads }));
    return this.path(name);
  }

  /** Removes the box, and with the last one all that they shared; a test file does this after its last test. */
  remove(): void {
    boxes -= 1;
    const gone = boxes === 0 ? root() : this.folder;
    if (boxes === 0) rootFolder = undefined;
    rmSync(gone, { recursive: true, force: true });
  }
}
