/** Small wheels and a catalogue of runtimes made of them. */

import { crc32, deflateRawSync } from 'node:zlib';
import { content, sha256 } from './fetching.ts';

export interface FakeEntry {
  readonly path: string;
  readonly data: Uint8Array;
  readonly isStored?: boolean;
  /** What the archive says of it, where that is a lie. */
  readonly crc?: number;
  readonly size?: number;
  /** Bytes behind the end of the deflated data. */
  readonly behind?: Uint8Array;
  readonly flags?: number;
  readonly method?: number;
}

/** A zip archive as wheels are: deflated, sizes in the local headers, no zip64. */
export function wheelBytes(entries: readonly FakeEntry[]): Buffer {
  const pieces: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { path, data, isStored = false, behind = Buffer.alloc(0), ...lies } of entries) {
    const packed = Buffer.concat([isStored ? data : deflateRawSync(data), behind]);
    const name = Buffer.from(path);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(lies.flags ?? 0, 2);
    fields.writeUInt16LE(lies.method ?? (isStored ? 0 : 8), 4);
    fields.writeUInt32LE(lies.crc ?? crc32(data), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(lies.size ?? data.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, name, packed]);
    const offset = Buffer.alloc(14);
    offset.writeUInt32LE(at, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), fields, offset, name]));
    pieces.push(local);
    at += local.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...pieces, listed, end]);
}

export interface FakeWheel {
  readonly name: string;
  readonly bytes: Buffer;
  readonly owner: 'Microsoft' | 'NVIDIA';
  readonly isReplaceable: boolean;
  /** Name that it gets -> content. */
  readonly files: Readonly<Record<string, Uint8Array>>;
}

/** Two wheels: ONNX Runtime's provider with its own core library, and cuBLAS with a licence. */
export function fakeWheels(): readonly FakeWheel[] {
  const wheel = (
    name: string,
    owner: FakeWheel['owner'],
    files: Readonly<Record<string, Uint8Array>>,
    isReplaceable = false,
  ) => ({
    ...{ name, owner, files, isReplaceable },
    bytes: wheelBytes([
      { path: 'inside/', data: Buffer.alloc(0), isStored: true },
      ...Object.entries(files).map(([file, data]) => ({ path: `inside/${file}`, data })),
      { path: 'inside/not-needed.py', data: Buffer.from('print(1)') },
    ]),
  });
  return [
    wheel('fake_ort-1.0.0-cp312-none-any.whl', 'Microsoft', {
      'libonnxruntime_providers_cuda.so': content(300_000, 1),
      'libonnxruntime_providers_shared.so': content(1000, 2),
      'libonnxruntime.so.1': content(5000, 3),
      'ONNXRUNTIME-LICENSE.txt': Buffer.from('MIT'),
    }),
    wheel(
      'fake_cublas-13.0.0-py3-none-any.whl',
      'NVIDIA',
      { 'libcublas.so.13': content(200_000, 4), 'NVIDIA-CUDA-LICENSE.txt': Buffer.from('terms') },
      true,
    ),
  ];
}

export interface FakeCatalogueOptions {
  /** ONNX Runtime's library is that of the executable. */
  readonly embeddedCore?: boolean;
  /** Changes what the catalogue says of a wheel. */
  readonly wheel?: (facts: object, wheel: FakeWheel) => object;
  /** Changes what it says of a file in a wheel. */
  readonly file?: (facts: object, name: string) => object;
}

/** A catalogue as VIRNUCPRO_RUNTIME_CATALOGUE names it. */
export function fakeRuntimes(
  wheels: readonly FakeWheel[],
  target: string,
  { embeddedCore = false, wheel = (facts) => facts, file = (facts) => facts }: FakeCatalogueOptions = {},
): object {
  return {
    format: 1,
    runtimes: [
      {
        ...{ name: 'cuda', target, version: '1.0.0', cuda: '13.0', core: embeddedCore ? null : 'libonnxruntime.so.1' },
        open: ['libcublas.so.13', 'libcurand.so.10'],
        stubs: [{ name: 'libcurand.so.10', functions: {} }],
        wheels: wheels.map((one) =>
          wheel(
            {
              ...{ owner: one.owner, name: one.name, path: `packages/ab/cd/${one.name}`, bytes: one.bytes.length },
              ...{ sha256: sha256(one.bytes), replaceable: one.isReplaceable },
              files: Object.entries(one.files)
                .filter(([name]) => !(embeddedCore && name === 'libonnxruntime.so.1'))
                .map(([name, data]) =>
                  file(
                    {
                      ...{ name, entry: `inside/${name}`, bytes: data.length, sha256: sha256(data) },
                      kind: name.endsWith('.txt') ? 'licence' : 'library',
                    },
                    name,
                  ),
                ),
            },
            one,
          ),
        ),
      },
    ],
  };
}
