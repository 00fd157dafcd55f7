/** Opens the three models of a bundle in ONNX Runtime, on the CPU or on a card, and closes them. */

import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { halfPrecision } from '../../model/graph/half.ts';
import { openLibrary } from '../../system/native-library.ts';
import { OrtError } from './ort-api.ts';
import type { OrtEnvironment } from './ort-environment.ts';
import type { OrtSession } from './ort-session.ts';
import type { CudaSetup, Setup } from './protocol.ts';
import type { OrtSessionOptions } from './session-options.ts';

export type ModelPart = 'nucleotide' | 'protein' | 'classifier';
export type Sessions = Readonly<Record<ModelPart, OrtSession>>;

/** @throws OrtError when a library or a model cannot be loaded; nothing of the models stays open then */
export function openSessions(environment: OrtEnvironment, setup: Setup): Sessions {
  if (setup.cuda !== undefined) openLibraries(setup.cuda);
  const opened: OrtSession[] = [];
  const open = (part: ModelPart): OrtSession => {
    const { path } = setup.model[part];
    const options = sessionOptions(setup, part);
    const session =
      setup.cuda?.arithmetic === 'fp16' && part !== 'classifier'
        ? environment.openBytes(halfPrecision(readFileSync(path)), { ...options, weightsFolder: dirname(path) })
        : environment.open(path, options);
    opened.push(session);
    return session;
  };
  try {
    return { nucleotide: open('nucleotide'), protein: open('protein'), classifier: open('classifier') };
  } catch (error) {
    for (const session of opened) session.close();
    throw error;
  }
}

export function sessionOptions({ operatorThreads, cuda }: Setup, part: ModelPart | 'probe'): OrtSessionOptions {
  if (cuda === undefined) return { threads: operatorThreads };
  return { threads: operatorThreads, cuda: { ordinal: cuda.ordinal, memoryLimit: cuda.memory[part] } };
}

/** The provider names what it needs without a folder; what is loaded already is found by that name, wherever it lies. */
function openLibraries({ libraries }: CudaSetup): void {
  for (const library of libraries) {
    const opened = openLibrary(library);
    if ('problem' in opened) throw new OrtError(`${basename(library)} cannot be loaded: ${opened.problem}`);
  }
}
