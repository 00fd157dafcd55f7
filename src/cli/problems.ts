/** What could not be read: told as it comes; with `--strict` it ends the run. */

import type { Emit } from '../events/event.ts';
import type { RunItem } from '../run/pool/run.ts';
import { EXIT, UserError } from '../system/errors.ts';

const STRICT_REMEDY = 'Repair the file, or leave out --strict to go on without what cannot be read.';

export class Problems {
  count = 0;

  /** @param inputs as typed, by number */
  constructor(
    readonly inputs: readonly string[],
    readonly strict: boolean,
    readonly emit: Emit,
  ) {}

  /** Exit code of a run that came to its end. */
  get exitCode(): number {
    return this.count > 0 ? EXIT.partial : EXIT.done;
  }

  take(item: RunItem): void {
    if (item.item !== 'problem' && item.item !== 'cut') return;
    this.count += 1;
    const file = this.inputs[item.input]!;
    const { sentence } = item;
    const record = item.item === 'problem' ? item.id : undefined;
    const line = item.item === 'problem' ? item.line : undefined;
    if (this.strict) throw new UserError(sentence, STRICT_REMEDY, { file, record, line });
    this.emit({ event: 'record_failed', file, record, line, message: sentence });
  }
}
