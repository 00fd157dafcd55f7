/** What is to be downloaded, and what came of it. A `RemoteFile` comes from a catalogue of ours, so a bad one is a bug. */

export interface ExpectedHash {
  /** `git-blob-sha1` is git's name of a file's content: the SHA-1 of `blob SIZE\0` and the bytes. */
  readonly kind: 'sha256' | 'git-blob-sha1';
  /** Lower-case hexadecimal: 64 or 40 digits. */
  readonly hex: string;
}

export interface RemoteFile {
  /** Absolute, http or https. */
  readonly url: string;
  /** Undefined where nobody has said it; then the server is believed. */
  readonly bytes: number | undefined;
  /** Undefined where none is known; the file is then taken as it comes. */
  readonly hash: ExpectedHash | undefined;
  /** Plain file name in the folder. */
  readonly name: string;
}

export interface FetchedFile {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** Of the file's bytes, always computed; lower-case hexadecimal. */
  readonly sha256: string;
  /** It lay there already, whole and right: nothing was downloaded. */
  readonly wasPresent: boolean;
}

const HEX_DIGITS = { sha256: 64, 'git-blob-sha1': 40 } as const;
/** Names that this room makes beside a file, or for all of them. */
const RESERVED = /\.part(\.json)?(\.new)?$|^fetched\.json(\.new)?$/;

/** Throws a plain Error for a list that a catalogue must not hold. */
export function checkRemoteFiles(files: readonly RemoteFile[]): void {
  const seen = new Set<string>();
  for (const { name, url, bytes, hash } of files) {
    const refuse = (problem: string): never => {
      throw new Error(`remote file ${JSON.stringify(name)}: ${problem}`);
    };
    if (!/^[\w][\w.+-]*$/.test(name) || RESERVED.test(name)) refuse('not a plain file name');
    // Two names that differ in case are one file on some disks.
    if (seen.has(name.toLowerCase())) refuse('is there twice');
    seen.add(name.toLowerCase());
    if (!/^https?:$/.test(new URL(url).protocol)) refuse(`address ${url}`);
    if (bytes !== undefined && !(Number.isSafeInteger(bytes) && bytes >= 0)) refuse(`${bytes} bytes`);
    if (hash !== undefined && !new RegExp(`^[0-9a-f]{${HEX_DIGITS[hash.kind]}}$`).test(hash.hex)) {
      refuse(`hash ${hash.hex}`);
    }
  }
}

export function isSameHash(one: ExpectedHash | undefined, other: ExpectedHash | undefined): boolean {
  return one?.kind === other?.kind && one?.hex === other?.hex;
}
