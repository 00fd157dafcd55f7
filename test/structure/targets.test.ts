/**
 * Cross-built executables, looked into from outside: the right machine type, every native part of that platform byte for
 * byte, and none of another.
 *
 * Bun's own executable for another platform comes from the npm registry once and is kept below node_modules/.cache. A
 * machine that has none and cannot reach the registry fails here, unless VIRNUCPRO_OFFLINE=1 says that this is known.
 */

import { describe, expect, test } from 'bun:test';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Part } from '../../src/system/parts.ts';

const ROOT = join(import.meta.dir, '..', '..');
const MODULES = join(ROOT, 'node_modules');
const CACHE = join(MODULES, '.cache', 'virnucpro');
const OFFLINE = process.env['VIRNUCPRO_OFFLINE'] === '1';
const BUILD_MILLISECONDS = 120_000;

type Machine = 'ELF x64' | 'ELF arm64' | 'PE x64' | 'Mach-O arm64';

interface Expected {
  readonly executable: string;
  readonly bun: string;
  readonly machine: Machine;
  /** Below node_modules, as the packages name them. */
  readonly native: readonly string[];
}

const ORT = 'onnxruntime-node/bin/napi-v6';
const DAWN = 'webgpu/dist';
const WASM = 'onnxruntime-web/dist/ort-wasm-simd-threaded.jspi.wasm';

const TARGETS: Readonly<Record<string, Expected>> = {
  'linux-x64': {
    executable: 'virnucpro-linux-x64',
    bun: '@oven-bun-linux-x64',
    machine: 'ELF x64',
    native: [`${ORT}/linux/x64/libonnxruntime.so.1`, `${DAWN}/linux-x64/dawn.node`],
  },
  'linux-arm64': {
    executable: 'virnucpro-linux-arm64',
    bun: '@oven-bun-linux-aarch64',
    machine: 'ELF arm64',
    native: [`${ORT}/linux/arm64/libonnxruntime.so.1`, `${DAWN}/linux-arm64/dawn.node`],
  },
  'windows-x64': {
    executable: 'virnucpro-windows-x64.exe',
    bun: '@oven-bun-windows-x64',
    machine: 'PE x64',
    native: [
      `${ORT}/win32/x64/onnxruntime.dll`,
      ...['dawn.node', 'd3dcompiler_47.dll', 'dxcompiler.dll'].map((name) => `${DAWN}/win32-x64/${name}`),
    ],
  },
  'darwin-arm64': {
    executable: 'virnucpro-darwin-arm64',
    bun: '@oven-bun-darwin-aarch64',
    machine: 'Mach-O arm64',
    native: [`${ORT}/darwin/arm64/libonnxruntime.1.30.0.dylib`, `${DAWN}/darwin-universal/dawn.node`],
  },
};

const HOST = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

/** What the header of an executable or library says that it runs on. */
function machinesOf(file: Buffer): string[] {
  const magic = file.readUInt32BE(0);
  if (magic === 0x7f454c46) return [{ 62: 'ELF x64', 183: 'ELF arm64' }[file.readUInt16LE(18)] ?? 'ELF'];
  if (file.toString('latin1', 0, 2) === 'MZ') {
    const header = file.readUInt32LE(0x3c);
    return [file.readUInt16LE(header + 4) === 0x8664 ? 'PE x64' : 'PE'];
  }
  const cpu = (type: number) => (type === 0x0100000c ? 'Mach-O arm64' : type === 0x01000007 ? 'Mach-O x64' : 'Mach-O');
  if (magic === 0xcffaedfe) return [cpu(file.readUInt32LE(4))];
  if (magic === 0xcafebabe) {
    // A universal file: a list of 20-byte entries that begin with the processor.
    return Array.from({ length: file.readUInt32BE(4) }, (_, i) => cpu(file.readUInt32BE(8 + 20 * i)));
  }
  return [`unknown ${magic.toString(16)}`];
}

/** Mapped, not read: these files are 180 MB and all of them together should not be in memory. */
const mapped = (path: string) => Buffer.from(Bun.mmap(path).buffer);
const moduleFile = (path: string) => mapped(join(MODULES, path));
const sha256 = (bytes: Uint8Array) => new Bun.CryptoHasher('sha256').update(bytes).digest('hex');

/** 4 KiB of a file that stand for it: from its middle, where there is code or data and no header that others share. */
function sampleOf(file: Buffer): Buffer {
  for (let at = file.length >> 1; at + 4096 <= file.length; at += 4096) {
    const sample = file.subarray(at, at + 4096);
    if (new Set(sample).size > 64) return sample;
  }
  throw new Error('no telling part in the file');
}

/** The list of parts that the executable carries in itself. */
function embeddedList(executable: Buffer): Part[] {
  const start = executable.indexOf('[\n {\n  "role": "onnxruntime"');
  const end = executable.indexOf('\n]\n', start);
  expect(start).toBeGreaterThan(0);
  return JSON.parse(executable.toString('utf8', start, end + 2)) as Part[];
}

const basename = (path: string) => path.slice(path.lastIndexOf('/') + 1);
let bundles: Part[] | undefined;

describe.each(Object.entries(TARGETS))('%s', (target, expected) => {
  const isHost = target === HOST;
  const isCached = existsSync(CACHE) && readdirSync(CACHE).some((name) => name.startsWith(`${expected.bun}-`));
  const skip = OFFLINE && !isHost && !isCached;

  test.skipIf(skip)(
    skip
      ? `skipped: VIRNUCPRO_OFFLINE=1 and no ${expected.bun} in node_modules/.cache`
      : 'holds its native parts, no others',
    () => {
      if (!isHost) {
        const build = Bun.spawnSync([process.execPath, 'build.ts', '--target', target], { cwd: ROOT });
        if (!build.success) throw new Error(`the build for ${target} failed: ${build.stderr.toString().trim()}`);
      }
      const executable = mapped(join(ROOT, 'dist', isHost ? 'virnucpro' : expected.executable));
      expect(machinesOf(executable)).toEqual([expected.machine]);

      const list = embeddedList(executable);
      const native = list.filter(({ path }) => path.startsWith('native/'));
      const wanted = [...expected.native, WASM];
      expect(native.map(({ path }) => path)).toEqual(wanted.map((path) => `native/${basename(path)}`));
      for (const [i, path] of wanted.entries()) {
        const file = moduleFile(path);
        if (path !== WASM) expect(machinesOf(file)).toContain(expected.machine);
        expect(native[i]).toMatchObject({ bytes: file.length, sha256: sha256(file) });
        const sample = sampleOf(file);
        const at = executable.indexOf(sample) - sample.byteOffset + file.byteOffset;
        expect(sha256(executable.subarray(at, at + file.length))).toBe(native[i]!.sha256);
      }
      for (const [other, { native: files }] of Object.entries(TARGETS)) {
        if (other === target) continue;
        const found = files.filter((path) => executable.includes(sampleOf(moduleFile(path))));
        expect(found).toEqual([]);
      }
      if (isHost) return;
      // The embedded model does not depend on the platform it is built for.
      const bundle = list.filter(({ role }) => role === 'bundle');
      bundles ??= bundle;
      expect(bundle).toEqual(bundles);
    },
    BUILD_MILLISECONDS,
  );
});
