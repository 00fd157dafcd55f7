/**
 * Which cards a line of ONNX Runtime's CUDA provider can drive. Pure.
 *
 * A line is one provider with the CUDA it was built with. The driver must be of that CUDA's major version or newer
 * (https://docs.nvidia.com/deploy/cuda-compatibility: 13.x from driver 580, 12.x from 525). The capabilities follow from
 * the machine code in the provider's file, as cuobjdump lists it: code for X.Y runs on X.Z with Z >= Y, and code for
 * `90a` or `120a` on that capability alone.
 */

import type { Target } from '../../system/program.ts';
import { type CudaDevice, type CudaDriver, cudaVersionText } from './driver.ts';

export const CUDA_LINES = ['cuda', 'cuda12'] as const;
export type CudaLine = (typeof CUDA_LINES)[number];

interface Rules {
  /** Least version that the driver must support: 1000 * major. */
  readonly driver: number;
  /** The driver's own number that this is the first of. */
  readonly driverName: string;
  /** Compute capabilities there is code for, by platform; none where there is no provider. */
  readonly capabilities: Readonly<Record<Target, readonly string[]>>;
  /** No card was at hand to try it on. */
  readonly isUntested: boolean;
}

export const CUDA_RULES: Readonly<Record<CudaLine, Rules>> = {
  cuda: {
    driver: 13000,
    driverName: '580',
    capabilities: {
      'linux-x64': ['7.5', '8.0', '8.6', '8.7', '8.9', '9.0', '12.0'],
      'linux-arm64': ['8.9', '9.0', '12.0', '12.1'],
      // The 9.0 entries in the file are empty.
      'windows-x64': ['7.5', '8.0', '8.6', '8.7', '8.9', '12.0', '12.1'],
      'darwin-arm64': [],
    },
    isUntested: false,
  },
  cuda12: {
    driver: 12000,
    driverName: '525',
    capabilities: {
      'linux-x64': ['6.0', '6.1', '6.2', '7.0', '7.2', '7.5', '8.0', '8.6', '8.7', '8.9', '9.0'],
      'linux-arm64': [],
      'windows-x64': ['5.2', '5.3', '6.1', '6.2', '7.5', '8.6', '8.7', '8.9'],
      'darwin-arm64': [],
    },
    isUntested: true,
  },
};

/** Whether there is a provider of this line for the platform at all. */
export function hasCudaLine(line: CudaLine, target: Target): boolean {
  return CUDA_RULES[line].capabilities[target].length > 0;
}

/** Why the driver cannot serve this line whatever the card, a sentence without a full stop; undefined when it can. */
export function driverProblem(line: CudaLine, driver: CudaDriver | undefined): string | undefined {
  if (driver === undefined) return "There is no driver of NVIDIA's on this machine";
  const { driver: least, driverName } = CUDA_RULES[line];
  if (driver.version !== undefined && driver.version < least) {
    return (
      `The NVIDIA driver supports CUDA ${cudaVersionText(driver.version)}, and CUDA ${least / 1000} is needed: ` +
      `driver ${driverName} or newer`
    );
  }
  return driver.problem;
}

/** Why this line has no code for the card, a sentence without a full stop; undefined when it has. */
export function cardProblem(
  line: CudaLine,
  target: Target,
  { name, capability }: Pick<CudaDevice, 'name' | 'capability'>,
): string | undefined {
  const known = CUDA_RULES[line].capabilities[target];
  if (known.includes(capability)) return undefined;
  if (known.length === 0) return `There is no CUDA provider for ${target}`;
  const kind = compare(capability, known[0]!) < 0 ? ' (the card is too old)' : '';
  return `${name} has compute capability ${capability}, for which the CUDA provider holds no code${kind}`;
}

/** Why no card of this machine can be driven by this line; undefined when at least one can. */
export function lineProblem(line: CudaLine, target: Target, driver: CudaDriver | undefined): string | undefined {
  if (!hasCudaLine(line, target)) return `There is no CUDA provider for ${target}`;
  const problem = driverProblem(line, driver);
  if (problem !== undefined) return problem;
  const problems = (driver?.devices ?? []).map((device) => cardProblem(line, target, device));
  return problems.includes(undefined) ? undefined : problems[0];
}

/** The line that drives at least one card here, tested ones first; undefined where none does. */
export function bestCudaLine(target: Target, driver: CudaDriver | undefined): CudaLine | undefined {
  return CUDA_LINES.find((line) => lineProblem(line, target, driver) === undefined);
}

function compare(one: string, other: string): number {
  const [a, b] = [one, other].map((text) => text.split('.').map(Number));
  return a![0]! - b![0]! || a![1]! - b![1]!;
}
