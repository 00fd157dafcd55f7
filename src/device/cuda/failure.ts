/**
 * What ONNX Runtime's CUDA provider says when something fails, by kind and in a person's words. ORT has one status code for
 * nearly everything, so its texts are what there is to go by (cuda_call.cc, bfc_arena.cc, provider_bridge_ort.cc of 1.26 to
 * 1.30).
 */

import { DeviceError } from '../backend.ts';
import { cudaErrorText } from './error-text.ts';

/** CUDA's own, cuBLAS' (3 is no memory, 1 is what it says when it finds none for its handle), the arena's, C++'s. */
const NO_MEMORY =
  /CUDA failure 2:|CUBLAS failure [13]:|out of memory|[Ff]ailed to allocate memory|Available memory of \d+ is smaller|bad_alloc/;
/** After these a card answers nothing more in this process (cudaError_t): its context is destroyed, or it is gone. */
const LOST = /CUDA failure (?:4|46|201|214|220|226|70[0-9]|71[0-9]|72[0-9]|802|999):|CUBLAS failure 1[134]:/;

/** A run that failed. */
export function runFailure(error: unknown): unknown {
  if (!(error instanceof DeviceError) || error.kind === 'Bug' || error.kind === 'DeviceLost') return error;
  const { message } = error;
  if (NO_MEMORY.test(message)) return new DeviceError('OutOfMemory', ortText(message));
  if (LOST.test(message)) return new DeviceError('DeviceLost', plainText(message));
  return new DeviceError('Unsupported', plainText(message));
}

/** A session that could not be opened: one sentence, without a full stop. */
export function openFailure(error: unknown): unknown {
  if (!(error instanceof DeviceError) || error.kind === 'Bug') return error;
  return new DeviceError('Unsupported', `CUDA cannot be used: ${plainText(error.message)}`);
}

function plainText(message: string): string {
  if (NO_MEMORY.test(message)) return "the models do not fit the card's free memory";
  const failure = /CUDA failure (\d+):/.exec(message)?.[1];
  if (failure !== undefined) return cudaErrorText(Number(failure));
  const missing = /(?:error: |loaded: )(\S+): cannot open shared object file/.exec(message)?.[1];
  if (missing !== undefined && /^libcuda\.so/.test(missing)) {
    return `there is no driver of NVIDIA's on this machine (${missing} is missing)`;
  }
  if (missing !== undefined) return `the library ${fileName(missing)} is missing`;
  // The system's own text begins with the path that was asked for, or with that of a library it needs.
  const refused = /Failed to (?:load library|get symbol) (.+?) with error: (?:(.+?\.so[.\d]*): )?(.*)/.exec(message);
  if (refused !== null) return `${fileName(refused[2] ?? refused[1]!)} cannot be loaded: ${refused[3]!.trim()}`;
  const windows = /Error loading "([^"]+)" which depends on "([^"]+)" which is missing/.exec(message);
  if (windows !== null) return `${fileName(windows[1]!)} cannot be loaded: ${windows[2]} is missing`;
  if (message.includes('Invalid device ID')) return 'there is no card of this number';
  if (message.includes('assigned to the default CPU EP')) return 'the card has no code for a part of the model';
  return ortText(message);
}

/** The first line, without where in ORT's sources it comes from. */
function ortText(message: string): string {
  const [line = message] = message.split('\n');
  const text = line.replace(/^.*\[ONNXRuntimeError\] : \d+ : \w+ : /, '');
  return text.trim().replace(/[.;]$/, '');
}

function fileName(path: string): string {
  return path.replace(/^.*[\\/]/, '');
}
