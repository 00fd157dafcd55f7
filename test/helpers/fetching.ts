/** A folder, a server and a clock for the tests of the downloader. */

import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FetchOptions, fetchFiles } from '../../src/fetch/fetch-files.ts';
import type { FetchProgress, NoteProgress } from '../../src/fetch/progress.ts';
import type { FetchedFile, RemoteFile } from '../../src/fetch/remote-file.ts';
import { UserError } from '../../src/system/errors.ts';
import { HandClock } from './hand-clock.ts';
import { HttpServer } from './http-server.ts';

export const STALL_SECONDS = 60;

export class Fetching {
  readonly folder = mkdtempSync(join(tmpdir(), 'fetching-'));
  readonly clock = new HandClock(STALL_SECONDS * 1000);
  readonly events: FetchProgress[] = [];
  /** Called after each event was kept. */
  watch: (progress: FetchProgress) => void = () => undefined;

  private constructor(readonly server: HttpServer) {}

  static async start(): Promise<Fetching> {
    return new Fetching(await HttpServer.start());
  }

  /** A file on the server, as a catalogue knows it; `/NAME`. */
  remote(name: string, content: Uint8Array, differs: Partial<RemoteFile> = {}): RemoteFile {
    const hash = { kind: 'sha256', hex: sha256(content) } as const;
    return { name, url: this.server.url(`/${name}`), bytes: content.length, hash, ...differs };
  }

  fetch(files: readonly RemoteFile[], differs: Partial<FetchOptions> = {}): Promise<FetchedFile[]> {
    return fetchFiles(files, {
      folder: this.folder,
      parallel: 2,
      offline: false,
      credentials: () => ({}),
      emit: (progress) => {
        this.events.push(progress);
        this.watch(progress);
      },
      stallSeconds: STALL_SECONDS,
      clock: this.clock,
      freeBytes: () => 10 ** 12,
      ...differs,
    });
  }

  /** The message with which a download is refused; throws where it ends otherwise. */
  async refusal(files: readonly RemoteFile[], differs: Partial<FetchOptions> = {}): Promise<string> {
    try {
      await this.fetch(files, differs);
    } catch (error) {
      if (error instanceof UserError) return error.message;
      throw error;
    }
    throw new Error('it was downloaded');
  }

  /** Does something once, as soon as so many bytes of a file have come. */
  at(name: string, bytes: number, action: () => void): void {
    this.watch = (progress) => {
      if (progress.kind !== 'bytes' || progress.phase !== 'downloading') return;
      if (progress.name !== name || progress.done < bytes) return;
      this.watch = () => undefined;
      action();
    };
  }

  notes(name: string): NoteProgress['note'][] {
    return this.events.flatMap((event) => (event.kind === 'note' && event.name === name ? [event.note] : []));
  }

  /** Leaves a part as an earlier time does: `bytes` of a file that the catalogue knows as `whole`. */
  part(name: string, whole: Uint8Array, bytes: Uint8Array, differs: object = {}): void {
    const { url, hash } = this.remote(name, whole);
    const note = { url, bytes: whole.length, hash, total: whole.length, validator: '"one"', ...differs };
    this.write(`${name}.part`, bytes);
    this.write(`${name}.part.json`, JSON.stringify(note));
  }

  read(name: string): Buffer | undefined {
    const path = join(this.folder, name);
    return existsSync(path) ? readFileSync(path) : undefined;
  }

  write(name: string, content: Uint8Array | string): void {
    writeFileSync(join(this.folder, name), content);
  }

  list(): string[] {
    return readdirSync(this.folder).sort();
  }

  close(): void {
    this.server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

export function gitBlob(content: Uint8Array): string {
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
}

/** Bytes that look like none before; the same for the same length and seed. */
export function content(bytes: number, seed = 1): Uint8Array {
  let state = (seed * 0x9e3779b1) >>> 0;
  return Uint8Array.from({ length: bytes }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}
