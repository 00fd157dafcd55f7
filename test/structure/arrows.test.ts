/**
 * The house's plan, held: which room may import from which, and what may stand in no file.
 *
 * Data flows kernel -> input -> sequence -> tokens -> ring -> run -> device -> call -> output. A room that is not named in a row below
 * may not be imported by that room; a type import counts as much as any other.
 */

import { describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const ROOT = join(import.meta.dir, '..', '..');
const SOURCE = join(ROOT, 'src');
const MOST_LINES = 400;

/** Room -> the rooms it may import from, besides itself. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  main: ['cli'],
  cli: [
    ...['input', 'sequence', 'tokens', 'run', 'device', 'call', 'output'],
    ...['convert', 'fetch', 'store', 'runtime', 'progress', 'journal', 'model', 'supervisor', 'events', 'system'],
  ],
  kernel: [],
  input: ['kernel', 'system'],
  sequence: ['kernel'],
  tokens: ['system'],
  ring: [],
  device: ['model', 'system'],
  run: ['kernel', 'input', 'sequence', 'tokens', 'ring', 'device', 'model', 'journal', 'events', 'system'],
  call: [],
  output: ['call', 'run', 'sequence', 'system'],
  convert: ['model', 'tokens', 'system'],
  progress: ['supervisor', 'events', 'system'],
  model: ['system'],
  events: ['model'],
  store: ['model', 'system'],
  runtime: ['fetch', 'system'],
  fetch: ['system'],
  journal: ['system'],
  supervisor: ['system'],
  system: [],
};

/** Paths below src/ with `/`, without tests. */
const files = (readdirSync(SOURCE, { recursive: true }) as string[])
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
  .sort();
const textOf = (path: string) => readFileSync(join(SOURCE, path), 'utf8');
const roomOf = (path: string) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : path.replace(/\.ts$/, ''));

interface Import {
  /** Below src/, or as written for a package. */
  readonly target: string;
  readonly isPackage: boolean;
  readonly typeOnly: boolean;
}

function importsOf(path: string): Import[] {
  const statement =
    /(?:^|\n)\s*(import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'|import\(\s*'([^']+)'\s*[,)]|(?:^|\n)import\s+'([^']+)'/g;
  return [...textOf(path).matchAll(statement)].map(([, , type, from, dynamic, bare]) => {
    const specifier = from ?? dynamic ?? bare!;
    const isPackage = !specifier.startsWith('.');
    const target = isPackage
      ? specifier
      : relative(SOURCE, join(SOURCE, dirname(path), specifier)).replaceAll('\\', '/');
    return { target, isPackage, typeOnly: type !== undefined };
  });
}

/** What the build makes, and the one file that may import it. */
const BUILT = { target: '../build/kernel.wasm', by: 'kernel/module.ts' };

/** Facts that the executable carries. */
const FACTS = /^\.\.\/models\/[\w-]+\.json$/;

const inner = files.flatMap((path) =>
  importsOf(path)
    .filter(({ isPackage, target }) => !isPackage && target !== BUILT.target && !FACTS.test(target))
    .map((imported) => ({ path, ...imported })),
);

describe('arrows', () => {
  test('the imports were found', () => {
    expect(files.length).toBeGreaterThan(60);
    expect(inner.length).toBeGreaterThan(150);
    expect(
      inner.filter(({ target }) => !files.includes(target)).map(({ path, target }) => `${path}: ${target}`),
    ).toEqual([]);
  });

  test('what is built is imported in one place', () => {
    const importers = files.filter((path) => importsOf(path).some(({ target }) => target === BUILT.target));
    expect(importers).toEqual([BUILT.by]);
  });

  test('every Worker is an entry point of the build, and every one of those is started somewhere', () => {
    const build = readFileSync(join(ROOT, 'build.ts'), 'utf8');
    const listed = [...build.match(/const WORKERS = \[([^\]]*)\]/)![1]!.matchAll(/'src\/([^']+)'/g)].map(
      ([, path]) => path!,
    );
    const started = files.flatMap((path) =>
      [...textOf(path).matchAll(/'(run\/workers\/[^']+)'/g)].map(([, to]) => to!),
    );
    const workers = files.filter((path) => path.includes('/workers/'));
    expect(listed.sort()).toEqual(workers);
    expect([...new Set(started)].sort()).toEqual(workers);
  });

  test('every room has its row', () => {
    expect([...new Set(files.map(roomOf))].sort()).toEqual(Object.keys(ARROWS).sort());
  });

  test('no room imports from one that it may not', () => {
    const wrong = inner.filter(({ path, target }) => {
      const [from, to] = [roomOf(path), roomOf(target)];
      return from !== to && !ARROWS[from]!.includes(to);
    });
    expect(wrong.map(({ path, target }) => `${path} -> ${target}`)).toEqual([]);
  });

  test('no arrow is allowed that nobody needs', () => {
    const used = new Set(inner.map(({ path, target }) => `${roomOf(path)} -> ${roomOf(target)}`));
    const idle = Object.entries(ARROWS)
      .filter(([room]) => room !== 'cli')
      .flatMap(([room, others]) => others.map((other) => `${room} -> ${other}`))
      .filter((arrow) => !used.has(arrow));
    expect(idle).toEqual([]);
  });

  test('events are made of types: they import nothing that runs', () => {
    expect(inner.filter(({ path, typeOnly }) => roomOf(path) === 'events' && !typeOnly)).toEqual([]);
  });

  test('no file imports itself in a circle', () => {
    const edges = new Map(files.map((path) => [path, inner.filter((edge) => edge.path === path && !edge.typeOnly)]));
    const done = new Set<string>();
    const visit = (path: string, above: readonly string[]): void => {
      if (above.includes(path)) throw new Error(`a circle: ${[...above, path].join(' -> ')}`);
      if (done.has(path)) return;
      for (const { target } of edges.get(path) ?? []) visit(target, [...above, path]);
      done.add(path);
    };
    for (const path of files) visit(path, []);
  });

  test('a room that computes touches no files and no terminal', () => {
    for (const room of ['sequence', 'call', 'tokens']) {
      const packages = files.filter((path) => roomOf(path) === room).flatMap(importsOf);
      expect(packages.filter(({ isPackage }) => isPackage).map(({ target }) => target)).toEqual([]);
    }
  });

  test('packages of others are named in package.json', async () => {
    const { dependencies } = await Bun.file(join(ROOT, 'package.json')).json();
    const known = [...Object.keys(dependencies), 'bun', 'node'];
    const packages = files.flatMap(importsOf).filter(({ isPackage }) => isPackage);
    const strange = packages.filter(({ target }) => !known.includes(target.split(/[:/]/)[0]!));
    expect(strange.map(({ target }) => target)).toEqual([]);
  });
});

describe('what stands in no file', () => {
  const without = (pattern: RegExp, allowed: readonly string[] = []) =>
    files.filter((path) => !allowed.includes(path) && pattern.test(textOf(path)));

  test('console: the core tells events, renderers write', () => expect(without(/\bconsole\s*\./)).toEqual([]));

  test('the process is ended in two places', () => {
    expect(without(/\bprocess\s*\.\s*(exit|abort|reallyExit)\s*\(/, ['main.ts', 'system/signals.ts'])).toEqual([]);
    // Signal 0 asks whether the owner of a lock is alive; a child gets what its parent got; everything else is for the process itself.
    const senders = ['system/job-control.ts', 'supervisor/die-with-parent.ts'];
    expect(without(/\bprocess\s*\.\s*kill\s*\((?!pid, 0\))/, senders)).toEqual([]);
    const sent = senders.flatMap((path) => textOf(path).match(/\bprocess\s*\.\s*kill\s*\([^,]*/g) ?? []);
    expect([...new Set(sent)]).toEqual(['process.kill(process.pid']);
  });

  test('types are not switched off', () => {
    // A comment may say `in order: any number of …`.
    const code = (path: string) => textOf(path).replaceAll(/^\s*(\/?\*|\/\/ ).*$/gm, '');
    expect(files.filter((path) => /\bas any\b|:\s*any\b|<any>/.test(code(path)))).toEqual([]);
    expect(without(/@ts-(ignore|nocheck|expect-error)/)).toEqual([]);
  });

  test('promises to do it later', () => expect(without(/\b(TODO|FIXME|XXX|HACK)\b/)).toEqual([]));

  test('terminals are written to in cli and progress alone', () => {
    const writers = without(/\bprocess\.(stdout|stderr)\b|\berrorDescriptor\(|\bnew WriteStream\(/).map(roomOf);
    expect([...new Set(writers)].sort()).toEqual(['cli', 'main', 'progress']);
  });

  test(`more than ${MOST_LINES} lines`, () => {
    expect(files.filter((path) => textOf(path).split('\n').length > MOST_LINES)).toEqual([]);
  });

  test('a file without its header comment', () => {
    expect(files.filter((path) => !textOf(path).startsWith('/**'))).toEqual([]);
  });
});

describe('dependencies', () => {
  test('are pinned to exact versions', async () => {
    const { dependencies, devDependencies } = await Bun.file(join(ROOT, 'package.json')).json();
    const versions = Object.entries({ ...dependencies, ...devDependencies });
    expect(versions.length).toBeGreaterThan(0);
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(String(version)))).toEqual([]);
  });

  test('the lockfile names content by hash and no host', async () => {
    const text = await Bun.file(join(ROOT, 'package-lock.json')).text();
    const { packages } = JSON.parse(text) as { packages: Record<string, { version: string; integrity?: string }> };
    expect(text).not.toMatch(/"resolved"/);
    // Addresses of funding pages are the only ones.
    const addresses = [...text.matchAll(/^\s*(.*https?:\/\/.*)$/gm)].map(([, line]) => line!);
    expect(addresses.filter((line) => !line.startsWith('"url":') && !line.startsWith('"funding":'))).toEqual([]);
    const open = Object.entries(packages).filter(
      ([path, { integrity }]) => path !== '' && !integrity?.startsWith('sha512-'),
    );
    expect(open.map(([path]) => path)).toEqual([]);
  });

  test('only one tool has a lockfile', () => {
    const lockfiles = readdirSync(ROOT).filter((name) =>
      /^(bun\.lockb?|yarn\.lock|pnpm-lock\.yaml|npm-shrinkwrap\.json)$/.test(name),
    );
    expect(lockfiles).toEqual([]);
  });
});
