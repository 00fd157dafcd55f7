/** Ids that come more than once, found while they pass. */

import { IdHasher, IdSet } from './id-set.ts';

const EXAMPLES = 5;

export class DuplicateIds {
  /** Records whose id came before. */
  count = 0;
  /** The first of them. */
  readonly examples: string[] = [];
  /** Records that were not looked at, because the set was full. */
  unchecked = 0;
  readonly #seen = new IdSet();
  readonly #hasher = new IdHasher();

  /** @param most ids held; a run whose memory is bounded stops looking then */
  constructor(readonly most: number = Number.POSITIVE_INFINITY) {}

  see(id: string): void {
    const [low, high] = this.#hasher.hash(id);
    this.seeHash(low!, high!, () => id);
  }

  /**
   * @param low low 32 bits of the id's hash
   * @param high its high 32 bits
   * @param id called for an example
   */
  seeHash(low: number, high: number, id: () => string): void {
    if (this.#seen.size >= this.most) {
      this.unchecked += 1;
      return;
    }
    if (this.#seen.add(low, high)) return;
    this.count += 1;
    if (this.examples.length >= EXAMPLES) return;
    const name = id();
    if (!this.examples.includes(name)) this.examples.push(name);
  }
}
