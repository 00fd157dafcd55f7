/** `--precision`, as import and pull take it. */

import type { Precision } from '../model/graph/weight-sink.ts';
import { UserError } from '../system/errors.ts';

export function precisionGiven(text: string | undefined): Precision {
  if (text === undefined || text === 'fp32' || text === 'fp16') return text ?? 'fp32';
  throw new UserError(`--precision ${text} is not known`, 'Choose fp32 or fp16.');
}
