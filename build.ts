/**
 * Builds the executable: `bun build.ts [--target TARGET]…`, for this machine by default.
 *
 * Everything a run needs is embedded: the native libraries of that platform and no other, the embedded model bundle, the
 * Workers, the kernels. `build/TARGET/parts` is the folder that goes in as it is; `parts.json` lists it with sizes and
 * hashes. `build/kernel.wasm` is compiled first: the sources import it as a file, in the executable or out of it.
 */

import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fetchArchive, fillFolder, KEPT, runCommand } from './npm-package.ts';
import type { Part, PartRole } from './src/system/parts.ts';
import { hostTarget, TARGETS, type Target } from './src/system/program.ts';
import { sha256OfBytes, sha256OfFile } from './src/system/sha256.ts';

const ROOT = import.meta.dir;
const MODULES = join(ROOT, 'node_modules');
const ORT = join(MODULES, 'onnxruntime-node', 'bin', 'napi-v6');
const DAWN = join(MODULES, 'webgpu', 'dist');
const MINI = join(ROOT, 'models', 'mini', 'bundle');

interface NativePart {
  readonly role: PartRole;
  readonly from: string;
}

/** The native files of each platform. On Windows, Dawn needs its two DLLs beside it. */
const NATIVE: Readonly<Record<Target, readonly NativePart[]>> = {
  'linux-x64': [
    { role: 'onnxruntime', from: join(ORT, 'linux', 'x64', 'libonnxruntime.so.1') },
    { role: 'dawn', from: join(DAWN, 'linux-x64', 'dawn.node') },
  ],
  'linux-arm64': [
    { role: 'onnxruntime', from: join(ORT, 'linux', 'arm64', 'libonnxruntime.so.1') },
    { role: 'dawn', from: join(DAWN, 'linux-arm64', 'dawn.node') },
  ],
  'windows-x64': [
    { role: 'onnxruntime', from: join(ORT, 'win32', 'x64', 'onnxruntime.dll') },
    { role: 'dawn', from: join(DAWN, 'win32-x64', 'dawn.node') },
    { role: 'dawn-library', from: join(DAWN, 'win32-x64', 'd3dcompiler_47.dll') },
    { role: 'dawn-library', from: join(DAWN, 'win32-x64', 'dxcompiler.dll') },
  ],
  'darwin-arm64': [
    { role: 'onnxruntime', from: join(ORT, 'darwin', 'arm64', 'libonnxruntime.1.30.0.dylib') },
    { role: 'dawn', from: join(DAWN, 'darwin-universal', 'dawn.node') },
  ],
};
const WEB_ASSEMBLY: NativePart = {
  role: 'onnxruntime-web',
  from: join(MODULES, 'onnxruntime-web', 'dist', 'ort-wasm-simd-threaded.jspi.wasm'),
};

/** Options of AssemblyScript's compiler; the stub runtime is none, as the kernels make no objects. */
const KERNEL_OPTIONS = [
  ...['--enable', 'simd', '--enable', 'relaxed-simd', '--runtime', 'stub'],
  ...['--optimizeLevel', '3', '--noAssert'],
];

/** Bun's own package for a target; its executable is the base of ours. */
const BUN_PACKAGE: Readonly<Record<Target, { readonly name: string; readonly file: string }>> = {
  'linux-x64': { name: '@oven/bun-linux-x64', file: 'bun' },
  'linux-arm64': { name: '@oven/bun-linux-aarch64', file: 'bun' },
  'windows-x64': { name: '@oven/bun-windows-x64', file: 'bun.exe' },
  'darwin-arm64': { name: '@oven/bun-darwin-aarch64', file: 'bun' },
};

const WORKERS = ['src/run/workers/gpu-lane.ts', 'src/run/workers/native-lane.ts', 'src/run/workers/sequence.ts'];

async function build(target: Target): Promise<string> {
  const folder = join(ROOT, 'build', target);
  await assembleParts(target, join(folder, 'parts'));
  const isHost = target === hostTarget();
  const windows = target === 'windows-x64';
  const outfile = join(ROOT, 'dist', `${isHost ? 'virnucpro' : `virnucpro-${target}`}${windows ? '.exe' : ''}`);
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  const result = await Bun.build({
    entrypoints: ['src/main.ts', ...WORKERS].map((path) => join(ROOT, path)),
    root: join(ROOT, 'src'),
    // Names stay readable in the stack of a bug report.
    minify: { whitespace: true, syntax: true, identifiers: false },
    define: { BUILD_VERSION: JSON.stringify(version()), BUILD_COMMIT: JSON.stringify(commit()) },
    compile: {
      target: `bun-${target}`,
      outfile,
      assets: [join(folder, 'parts')],
      // A tool for other people's folders: it must not read the .env or bunfig.toml that happens to lie there.
      autoloadDotenv: false,
      autoloadBunfig: false,
      ...(isHost ? {} : { executablePath: await foreignBun(target) }),
    },
  });
  if (!result.success) throw new AggregateError(result.logs, `build for ${target} failed`);
  return outfile;
}

/**
 * Compiles kernel/ to build/kernel.wasm. That takes seconds, so a file beside it says what it was made of. The result is
 * put in place at once: another process may be reading the last one.
 */
function compileKernel(): void {
  const folder = join(ROOT, 'kernel');
  const sources = readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .sort();
  const compiler = JSON.stringify(locked('assemblyscript'));
  const made = [compiler, ...KERNEL_OPTIONS, ...sources.map((name) => readFileSync(join(folder, name), 'utf8'))];
  const digest = sha256OfBytes(new TextEncoder().encode(JSON.stringify(made)));
  const outfile = join(ROOT, 'build', 'kernel.wasm');
  const stamp = `${outfile}.made-of`;
  if (existsSync(outfile) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  mkdirSync(join(ROOT, 'build'), { recursive: true });
  const temporary = `${outfile}.${process.pid}`;
  const asc = join(MODULES, 'assemblyscript', 'bin', 'asc.js');
  runCommand([process.execPath, asc, join('kernel', 'index.ts'), '--outFile', temporary, ...KERNEL_OPTIONS], ROOT);
  renameSync(temporary, outfile);
  writeFileSync(stamp, digest);
}

/** Fills the parts folder from scratch. */
async function assembleParts(target: Target, folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'native'), { recursive: true });
  const parts: Part[] = [];
  for (const { role, from } of [...NATIVE[target], WEB_ASSEMBLY]) {
    const path = `native/${from.slice(Math.max(from.lastIndexOf('/'), from.lastIndexOf('\\')) + 1)}`;
    cpSync(from, join(folder, path));
    parts.push({ role, path, bytes: statSync(from).size, sha256: await sha256OfFile(from) });
  }
  const embedded: [PartRole, string, string][] = readdirSync(MINI).map((name) => ['bundle', MINI, name]);
  embedded.push(['tokenizer', join(ROOT, 'models', 'tokenizer'), 'tokenizer.json']);
  for (const [role, from, name] of embedded) {
    const path = `${role}/${name}`;
    mkdirSync(join(folder, role), { recursive: true });
    cpSync(join(from, name), join(folder, path));
    parts.push({ role, path, bytes: statSync(join(from, name)).size, sha256: await sha256OfFile(join(from, name)) });
  }
  writeFileSync(join(folder, 'parts.json'), `${JSON.stringify(parts, undefined, 1)}\n`);
}

/**
 * Bun's executable for another platform, from the registry package that the lockfile names; checked against the
 * lockfile's hash and kept, so that only the first build of a target needs the registry.
 */
async function foreignBun(target: Target): Promise<string> {
  const { name, file } = BUN_PACKAGE[target];
  const { version: bunVersion, integrity } = locked(name);
  const folder = join(KEPT, `${name.replace('/', '-')}-${bunVersion}`);
  const executable = join(folder, 'package', 'bin', file);
  if (existsSync(executable)) return executable;
  await fillFolder(folder, (temporary) => {
    const archive = fetchArchive({ name, version: bunVersion, integrity }, temporary);
    runCommand(['tar', '-xzf', archive, '-C', temporary], temporary);
    rmSync(archive);
  });
  return executable;
}

function locked(name: string): { version: string; integrity: string } {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string; integrity: string } | undefined>;
  };
  const entry = lock.packages[`node_modules/${name}`];
  if (entry === undefined) throw new Error(`package-lock.json does not name ${name}`);
  return entry;
}

function version(): string {
  return (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;
}

/** Short commit, `-dirty` with changes in the tree; `unknown` without git or where the sources are no checkout. */
function commit(): string {
  if (Bun.which('git') === null) return 'unknown';
  const git = Bun.spawnSync(['git', 'describe', '--always', '--dirty', '--exclude=*', '--abbrev=9'], { cwd: ROOT });
  return git.success ? git.stdout.toString().trim() : 'unknown';
}

function targetsOf(argv: readonly string[]): Target[] {
  if (argv.length === 0) return [hostTarget()];
  const targets: Target[] = [];
  for (let i = 0; i < argv.length; i += 2) {
    const target = TARGETS.find((name) => name === argv[i + 1]);
    if (argv[i] !== '--target' || target === undefined) {
      throw new Error(`usage: bun build.ts [--target ${TARGETS.join('|')}]…`);
    }
    targets.push(target);
  }
  return targets;
}

const targets = targetsOf(process.argv.slice(2));
compileKernel();
for (const target of targets) {
  const began = performance.now();
  const outfile = await build(target);
  const megabytes = (statSync(outfile).size / 1e6).toFixed(0);
  const digest = sha256OfBytes(readFileSync(outfile)).slice(0, 12);
  console.log(`${outfile}: ${megabytes} MB, sha256 ${digest}…, ${((performance.now() - began) / 1000).toFixed(1)} s`);
}
