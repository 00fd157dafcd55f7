/**
 * A disk in memory that keeps apart what a program sees and what would survive a power cut, refuses the call it is told
 * to, and can let every call wait until it is let go. And a clock for the same tests.
 *
 * What survives of a file: its content at the last sync, and any first part of what was appended since, with zeros where
 * the rest should be or without. Of names: what the last sync of the folder saw, and any first part of the changes since.
 */

import { dirname } from 'node:path';
import type { JournalClock } from '../../src/journal/clock.ts';
import type { FileCalls, OpenFile, OpenMode } from '../../src/journal/file-calls.ts';

interface Content {
  bytes: Buffer;
  synced: Buffer;
}

type Names = Map<string, Content>;

interface NameChange {
  /** The folder that the names are in. */
  readonly names: string;
  readonly change: (names: Names) => void;
}

export type Call = 'open' | 'read' | 'write' | 'sync' | 'truncate' | 'rename' | 'unlink' | 'list' | 'syncFolder';

/** @returns a number in `[0, most]` */
export type Choose = (most: number) => number;

export class JournalDisk implements FileCalls {
  /** Calls so far, refused ones too. */
  readonly calls: Call[] = [];
  /** Asked before every call, with how many of its kind there were before. @returns the code of a refusal */
  refuse: (call: Call, before: number, path: string) => string | undefined = () => undefined;
  /** Lets calls wait for `step`. */
  isGated = false;
  openFiles = 0;
  #isShort = false;
  readonly #syncedNames: Names;
  readonly #gate: (() => void)[] = [];

  readonly #names: Names;
  /** Of names, since their folder was synced. */
  #changes: NameChange[];

  constructor(syncedNames: Names = new Map(), changes: readonly NameChange[] = []) {
    this.#syncedNames = syncedNames;
    this.#changes = [...changes];
    this.#names = new Map(syncedNames);
    for (const { change } of changes) change(this.#names);
  }

  get paths(): string[] {
    return [...this.#names.keys()].sort();
  }

  bytes(path: string): Buffer {
    return this.#content(path).bytes;
  }

  put(path: string, bytes: Uint8Array): void {
    const content = { bytes: Buffer.from(bytes), synced: Buffer.from(bytes) };
    this.#names.set(path, content);
    this.#syncedNames.set(path, content);
  }

  /** Appends bytes that no sync has seen. */
  add(path: string, bytes: Uint8Array): void {
    const content = this.#content(path);
    content.bytes = Buffer.concat([content.bytes, bytes]);
  }

  /** For a new process when the old one was killed: nothing is missing, and nothing more is safe than before. */
  afterKill(): JournalDisk {
    return new JournalDisk(this.#syncedNames, this.#changes);
  }

  /** What is found when the power is back. */
  afterPowerCut(choose: Choose): JournalDisk {
    const names = new Map(this.#syncedNames);
    for (const { change } of this.#changes.slice(0, choose(this.#changes.length))) change(names);
    return new JournalDisk(new Map([...names].map(([path, content]) => [path, whole(survivor(content, choose))])));
  }

  /** Lets the call go that waits longest; then everything happens that can happen without another one. */
  async step(): Promise<void> {
    this.#gate.shift()?.();
    await settled();
  }

  /** Steps until nothing waits. */
  async drain(): Promise<void> {
    await settled();
    while (this.#gate.length > 0) await this.step();
  }

  async open(path: string, mode: OpenMode): Promise<OpenFile> {
    await this.#call('open', path);
    if (mode === 'create' && this.#names.has(path)) throw refusal('EEXIST', 'open');
    if (mode === 'create' || mode === 'replace') {
      const content = { bytes: Buffer.alloc(0), synced: Buffer.alloc(0) };
      this.#change(path, (names) => names.set(path, content));
    }
    const content = this.#content(path);
    this.openFiles += 1;
    return this.#file(path, content);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#call('rename', from);
    const content = this.#content(from);
    this.#change(to, (names) => {
      names.delete(from);
      names.set(to, content);
    });
  }

  async unlink(path: string): Promise<void> {
    await this.#call('unlink', path);
    this.#content(path);
    this.#change(path, (names) => names.delete(path));
  }

  async list(folder: string): Promise<string[]> {
    await this.#call('list', folder);
    return this.paths.filter((path) => dirname(path) === folder).map((path) => path.slice(folder.length + 1));
  }

  async makeFolder(): Promise<void> {}

  async removeFolder(): Promise<void> {}

  async syncFolder(folder: string): Promise<void> {
    await this.#call('syncFolder', folder);
    for (const { names, change } of this.#changes) if (names === folder) change(this.#syncedNames);
    this.#changes = this.#changes.filter(({ names }) => names !== folder);
  }

  #file(path: string, content: Content): OpenFile {
    return {
      size: async () => content.bytes.length,
      read: async (bytes, position) => {
        await this.#call('read', path);
        return content.bytes.copy(bytes, 0, position);
      },
      write: async (bytes) => {
        // Every other write takes only a part. So does one that fails: the disk was not quite full.
        this.#isShort = !this.#isShort;
        const length = this.#isShort ? Math.ceil(bytes.length / 2) : bytes.length;
        let part = bytes.slice(0, Math.floor(length / 2));
        try {
          await this.#call('write', path);
          part = bytes.slice(0, length);
        } finally {
          content.bytes = Buffer.concat([content.bytes, part]);
        }
        return part.length;
      },
      sync: async () => {
        const bytes = content.bytes;
        await this.#call('sync', path);
        content.synced = bytes;
      },
      truncate: async (length) => {
        await this.#call('truncate', path);
        content.bytes = content.bytes.subarray(0, length);
      },
      close: async () => {
        this.openFiles -= 1;
      },
    };
  }

  async #call(call: Call, path: string): Promise<void> {
    const before = this.calls.filter((other) => other === call).length;
    this.calls.push(call);
    if (this.isGated) await new Promise<void>((resolve) => this.#gate.push(resolve));
    const code = this.refuse(call, before, path);
    if (code !== undefined) throw refusal(code, call);
  }

  #change(path: string, change: NameChange['change']): void {
    change(this.#names);
    this.#changes.push({ names: dirname(path), change });
  }

  #content(path: string): Content {
    const content = this.#names.get(path);
    if (content === undefined) throw refusal('ENOENT', 'open');
    return content;
  }
}

function whole(bytes: Buffer): Content {
  return { bytes: Buffer.from(bytes), synced: Buffer.from(bytes) };
}

function survivor({ bytes, synced }: Content, choose: Choose): Buffer {
  if (bytes.length < synced.length) return choose(1) === 0 ? synced : bytes;
  const kept = synced.length + choose(bytes.length - synced.length);
  const zeros = choose(1) === 0 ? 0 : bytes.length - kept;
  return Buffer.concat([bytes.subarray(0, kept), Buffer.alloc(zeros)]);
}

function refusal(code: string, syscall: string): Error {
  return Object.assign(new Error(`${code}: refused, ${syscall}`), { code, syscall });
}

/** Promises have done among themselves what they can. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Time that passes when the test says so. */
export class JournalTime implements JournalClock {
  readonly #timers = new Set<{ readonly at: number; readonly action: () => void }>();
  #now = 0;

  get waiting(): number {
    return this.#timers.size;
  }

  after(seconds: number, action: () => void): () => void {
    const timer = { at: this.#now + seconds, action };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  pass(seconds: number): void {
    this.#now += seconds;
    for (const timer of [...this.#timers]) {
      if (timer.at > this.#now || !this.#timers.delete(timer)) continue;
      timer.action();
    }
  }
}
