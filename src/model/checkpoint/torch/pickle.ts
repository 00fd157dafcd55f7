/**
 * An interpreter of pickles (protocols 0 to 5) that never calls anything: opcodes build the values of pickle-value.ts,
 * and pickle-calls.ts lists what may be asked for.
 *
 * Stricter than Python where a checkpoint loses nothing: PROTO only at the start, one value on the stack at STOP and
 * nothing behind it, no key of a dict twice. Time and memory are bounded by the size of the pickle; the depth of the
 * values is not, so nobody may walk them by recursion.
 */

import { UserError } from '../../../system/errors.ts';
import { opcodeOf } from './opcodes.ts';
import { ACTIONS, type Machine } from './pickle-actions.ts';
import { isLiteral, readLiteral } from './pickle-literals.ts';
import { PickleProblem } from './pickle-problem.ts';
import { PickleReader } from './pickle-reader.ts';
import { PickleStack } from './pickle-stack.ts';
import type { Value } from './pickle-value.ts';
import type { StorageTable } from './storage-table.ts';

/** Some forty for each tensor; ESM-2 3B needs 25,000. */
const MAX_OPERATIONS = 1_000_000;

/**
 * The value of a pickle.
 *
 * @param file named in messages
 * @throws UserError with the byte position for a pickle that is malformed or asks for anything not on the list
 */
export function unpickle(bytes: Uint8Array, file: string, storages: StorageTable): Value {
  const machine: Machine = { reader: new PickleReader(bytes), stack: new PickleStack(), storages, frameEnd: 0 };
  try {
    return run(machine);
  } catch (error) {
    if (!(error instanceof PickleProblem)) throw error;
    throw new UserError(`its data.pkl, up to byte ${machine.reader.at}: ${error.sentence}`, error.remedy, { file });
  }
}

function run(machine: Machine): Value {
  const { reader, stack } = machine;
  for (let i = 0; i < MAX_OPERATIONS; i++) {
    if (reader.left === 0) throw new PickleProblem('ends without STOP');
    const code = reader.uint8();
    const opcode = opcodeOf(code);
    if (opcode === undefined) throw new PickleProblem(`has the opcode ${code}, which does not exist`);
    if (opcode === 'STOP') {
      if (reader.left > 0) throw new PickleProblem(`has ${reader.left} bytes behind its STOP`);
      return stack.last();
    }
    if (isLiteral(opcode)) stack.push(readLiteral(opcode, reader));
    else ACTIONS[opcode](machine);
  }
  throw new PickleProblem(`has more than ${MAX_OPERATIONS} operations`);
}
