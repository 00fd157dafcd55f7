/**
 * The records of a PyTorch checkpoint: `<name>/data.pkl`, `<name>/data/<key>` for each storage, and small ones around
 * them. `<name>` is one folder for all, usually the file's own name.
 *
 * What is no such archive is refused here with what it is: the format before zip, TorchScript, another byte order.
 */

import { UserError } from '../../../system/errors.ts';
import type { RandomAccessFile } from '../../../system/random-access.ts';
import type { ZipEntry } from '../../../system/zip/zip-directory.ts';
import { DAMAGED, quoted } from '../json.ts';
import { SAVE_STATE_DICT } from './pickle-problem.ts';
import { ZipArchive } from './zip.ts';

const ZIP_START = [0x50, 0x4b, 0x03, 0x04];
const PICKLE_PROTO = 0x80;
/** torch's magic number (0x1950a86a20f9469cfc6c) as a pickled LONG1, behind the two bytes of the protocol. */
const LEGACY_START = [0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
/** The oldest form: a tar archive has this at byte 257. */
const TAR = { at: 257, magic: [0x75, 0x73, 0x74, 0x61, 0x72] };

const SAVE_AGAIN =
  'Save it again with a newer PyTorch: python -c "import torch; ' +
  "torch.save(torch.load('old.pt', weights_only=True), 'new.pt')\".";
/** That of ESM-2 3B has 0.1 MB. */
const MAX_PICKLE_BYTES = 8 << 20;

export class TorchRecords {
  private constructor(
    private readonly archive: ZipArchive,
    private readonly folder: string,
  ) {}

  static async open(file: RandomAccessFile): Promise<TorchRecords> {
    await refuseOtherFormats(file);
    const archive = await ZipArchive.open(file);
    const [first = ''] = archive.entries.keys();
    const records = new TorchRecords(archive, first.slice(0, first.indexOf('/') + 1));
    await records.#check();
    return records;
  }

  /** The bytes of data.pkl. */
  async pickle(): Promise<Uint8Array> {
    const entry = this.#find('data.pkl');
    if (entry === undefined) throw new Error('data.pkl was there when the archive was opened');
    return this.archive.read(entry, new Uint8Array(entry.size));
  }

  /** The record of a storage. */
  storage(key: string): ZipEntry | undefined {
    return this.#find(`data/${key}`);
  }

  /** Fills bytes from byte `from` of a storage's record. */
  async read(entry: ZipEntry, bytes: Uint8Array, from: number): Promise<void> {
    await this.archive.read(entry, bytes, from);
  }

  #find(record: string): ZipEntry | undefined {
    return this.archive.entries.get(this.folder + record);
  }

  async #check(): Promise<void> {
    for (const name of this.archive.entries.keys()) {
      if (!name.startsWith(this.folder)) this.#refuse(`has zip entries in more than one folder: ${quoted(name)}`);
      if (name.startsWith(`${this.folder}code/`)) this.#refuse('is a TorchScript archive, a program', SAVE_STATE_DICT);
    }
    if (this.#find('constants.pkl') !== undefined) this.#refuse('is a TorchScript archive, a program', SAVE_STATE_DICT);
    const pickle = this.#find('data.pkl');
    if (pickle === undefined) return this.#refuse('is a zip archive without data.pkl, no PyTorch checkpoint');
    if (pickle.size > MAX_PICKLE_BYTES) {
      this.#refuse(`has a data.pkl of ${pickle.size} bytes, more than the limit of ${MAX_PICKLE_BYTES}`);
    }
    // Absent in files of PyTorch before 2.0, which are little-endian where anyone uses them.
    const byteOrder = this.#find('byteorder');
    if (byteOrder === undefined) return;
    const word = await this.archive.read(byteOrder, new Uint8Array(Math.min(byteOrder.size, 16))).then(decodeAscii);
    if (word !== 'little') {
      this.#refuse(`has the byte order ${quoted(word)}; only little-endian numbers are read`, SAVE_STATE_DICT);
    }
  }

  #refuse(sentence: string, remedy = DAMAGED): never {
    throw new UserError(sentence, remedy, { file: this.archive.file.path });
  }
}

async function refuseOtherFormats(file: RandomAccessFile): Promise<void> {
  const refuse = (sentence: string, remedy: string): never => {
    throw new UserError(sentence, remedy, { file: file.path });
  };
  const head = await file.read(new Uint8Array(Math.min(file.size, 512)), 0);
  const has = (at: number, bytes: readonly number[]) => bytes.every((byte, i) => head[at + i] === byte);
  if (has(0, ZIP_START)) return;
  if (has(TAR.at, TAR.magic) || (head[0] === PICKLE_PROTO && has(2, LEGACY_START))) {
    refuse('is in the format that PyTorch wrote before version 1.6, which is not read', SAVE_AGAIN);
  }
  if (head[0] === PICKLE_PROTO) refuse('is a plain pickle, not what torch.save writes', SAVE_STATE_DICT);
  refuse('is not a PyTorch checkpoint: it does not begin as a zip archive', DAMAGED);
}

function decodeAscii(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
