/** Why a pickle is refused; `unpickle` and the reader of the file add the place and make a UserError of it. */

import { DAMAGED } from '../json.ts';

/** For what a checkpoint has no need of. A person who trusts the file can take the tensors out of it with torch. */
export const NOT_PLAIN =
  'Nothing of it was run. Get the file from its publisher, or save the state dict alone, without other objects.';

/** For what would be fine, were it a state dict. */
export const SAVE_STATE_DICT = 'Save the state dict alone: torch.save(model.state_dict(), path).';

/** For numbers of types that weights do not have. */
export const OTHER_NUMBERS = 'Use a checkpoint in float32, float16 or bfloat16.';

export class PickleProblem extends Error {
  override readonly name = 'PickleProblem';

  constructor(
    /** Ends without a full stop. */
    readonly sentence: string,
    readonly remedy: string = DAMAGED,
  ) {
    super(sentence);
  }
}
