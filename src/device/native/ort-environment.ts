/** ONNX Runtime's environment, which is one per process and library, and what it opens. */

import { cPath, type Handle, type OrtApi } from './ort-api.ts';
import { OrtSession } from './ort-session.ts';
import { type OrtSessionOptions, withSessionOptions } from './session-options.ts';

/** OrtLoggingLevel fatal: what goes wrong comes back as a status; ORT must not print it to stderr as well. */
const LOG_FATAL = 4;
/** OrtArenaAllocator, OrtMemTypeDefault. */
const ARENA_ALLOCATOR = 1;
const MEMORY_DEFAULT = 0;

/** What an environment holds, for other threads of this process. */
export interface EnvironmentHandles {
  readonly environment: Handle;
  /** The memory info that tensors over our own buffers name. */
  readonly cpuMemory: Handle;
}

export class OrtEnvironment implements EnvironmentHandles {
  readonly environment: Handle;
  readonly cpuMemory: Handle;

  /** @param shared of another thread's environment, which stays the one to be closed; without it a new one is made */
  constructor(
    readonly api: OrtApi,
    shared?: EnvironmentHandles,
  ) {
    const { call } = api;
    this.environment = shared?.environment ?? api.create((slot) => call.CreateEnv(LOG_FATAL, 'virnucpro', slot));
    this.cpuMemory =
      shared?.cpuMemory ?? api.create((slot) => call.CreateCpuMemoryInfo(ARENA_ALLOCATOR, MEMORY_DEFAULT, slot));
  }

  /** @throws OrtError when the model cannot be loaded */
  open(modelPath: string, options: OrtSessionOptions): OrtSession {
    const { call } = this.api;
    const path = cPath(modelPath);
    return this.#open(options, (handle, slot) => call.CreateSession(this.environment, path, handle, slot));
  }

  /**
   * A model from memory, which ORT copies.
   * @throws OrtError when the model cannot be loaded
   */
  openBytes(model: Uint8Array, options: OrtSessionOptions): OrtSession {
    const { call } = this.api;
    return this.#open(options, (handle, slot) =>
      call.CreateSessionFromArray(this.environment, model, model.length, handle, slot),
    );
  }

  /** After the last session is closed. */
  close(): void {
    this.api.call.ReleaseMemoryInfo(this.cpuMemory);
    this.api.call.ReleaseEnv(this.environment);
  }

  #open(options: OrtSessionOptions, make: (options: Handle, slot: BigUint64Array) => Handle | null): OrtSession {
    const { api } = this;
    const session = withSessionOptions(api, options, (handle) => api.create((slot) => make(handle, slot)));
    return new OrtSession(api, session, this.cpuMemory);
  }
}
