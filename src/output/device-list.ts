/** What `devices` shows: a list for programs, a block for each device for people. */

import { bytesText } from '../system/quantities.ts';

export interface ListedDevice {
  /** As `--device` takes it. */
  readonly id: string;
  readonly name: string;
  readonly kind: 'cpu' | 'discrete' | 'integrated' | 'virtual' | 'software';
  /** What can drive it now, the best first. */
  readonly backends: readonly string[];
  /** Backend -> the id that asks for it. */
  readonly ids: Readonly<Record<string, string>>;
  /** Backend -> why it cannot drive this device, a sentence without a full stop; of the CPU, why no GPU is there. */
  readonly unusable: Readonly<Record<string, string>>;
  readonly vendor: string | null;
  readonly driver: string | null;
  readonly memory_bytes: number;
  readonly memory_free_bytes: number | null;
  readonly pci: string | null;
  readonly uuid: string | null;
  /** Compute capability of NVIDIA's cards. */
  readonly capability: string | null;
  /** Used where no device is named. */
  readonly default: boolean;
  /** Backend -> what the proof found; null where none is known. */
  readonly proof: Readonly<Record<string, ListedProof>> | null;
}

/** Of one backend. */
export interface ListedProof {
  readonly verdict: 'pass' | 'fail';
  /** Why it failed, without a full stop. */
  readonly problem: string | null;
  /** Of an earlier run. */
  readonly remembered: boolean;
  /** Version and commit of the program. */
  readonly program: string;
  readonly model: { readonly name: string; readonly sha256: string; readonly length: number };
  readonly arithmetic: 'fp32' | 'fp16';
  /** What was computed and how far off it was; null where the device was not even opened. */
  readonly found: ListedFindings | null;
}

/** In the words of the proof itself. */
export type ListedFindings = Readonly<Record<string, unknown>>;

const WIDTH = 80;
const LABEL_WIDTH = 12;

export function deviceListJson(devices: readonly ListedDevice[]): string {
  return `${JSON.stringify(devices, undefined, 2)}\n`;
}

export function deviceListText(devices: readonly ListedDevice[]): string {
  const isGpu = ({ kind }: ListedDevice) => kind !== 'cpu' && kind !== 'software';
  const cpu = devices.find(({ kind }) => kind === 'cpu');
  const reasons = Object.values(cpu?.unusable ?? {}).flatMap((reason) => wrapped('', `${reason}.`, 2));
  const blocks = devices.map((device) => block(device).join('\n'));
  const parts = devices.some(isGpu)
    ? [...blocks, ...(reasons.length > 0 ? [['Other GPUs may be there:', ...reasons].join('\n')] : [])]
    : [['No GPU was found, so the CPU computes.', ...reasons].join('\n'), ...blocks];
  return `${parts.join('\n\n')}\n`;
}

function block(device: ListedDevice): string[] {
  const others = Object.values(device.ids).filter((id) => id !== device.id);
  const backends = [...new Set([...Object.keys(device.ids), ...device.backends, ...Object.keys(device.unusable)])];
  const free = device.memory_free_bytes === null ? '' : `, ${bytesText(device.memory_free_bytes)} free`;
  const lines: (readonly [label: string, text: string | null])[] = [
    ['name', device.name],
    ['kind', device.kind === 'software' ? 'software, used only when named' : device.kind],
    ['memory', `${bytesText(device.memory_bytes)}${free}`],
    ['driver', device.driver],
    ['PCI', device.pci],
    ['capability', device.capability],
    ...(device.kind === 'cpu' && device.proof === null
      ? []
      : backends.map((backend) => [backend, backendText(device, backend)] as const)),
    ['by default', device.default ? 'used' : 'not used'],
  ];
  return [
    [device.id, ...others].join(', '),
    ...lines.flatMap(([label, text]) => (text === null ? [] : wrapped(`${label}:`, text, LABEL_WIDTH + 2))),
  ];
}

function backendText({ backends, unusable, proof }: ListedDevice, backend: string): string {
  const proven = proof?.[backend];
  if (proven?.verdict === 'fail') return `refused: ${proven.problem}`;
  if (backends.includes(backend)) return proven === undefined ? 'ready, not proven yet' : 'ready, proven';
  const why = unusable[backend];
  return why === undefined ? 'not used' : `not used: ${why}`;
}

/** Lines of at most 80 columns where words allow it, the text from column `indent` on. */
function wrapped(label: string, text: string, indent: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && indent + line.length + 1 + word.length <= WIDTH) lines[lines.length - 1] += ` ${word}`;
    else lines.push(word);
  }
  return lines.map((line, i) => `${(i === 0 ? `  ${label}` : '').padEnd(indent)}${line}`);
}
