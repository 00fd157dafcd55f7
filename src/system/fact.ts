/**
 * Typed reading of our own JSON files (catalogues, published numbers). They lie in the executable, so whatever is wrong
 * in them is a bug of ours: a plain Error that names the place, never a message for a user.
 */

export class Fact {
  /** @param place where the value stands, such as `catalogue.checkpoints[0].name` */
  constructor(
    readonly value: unknown,
    readonly place: string,
  ) {}

  field(key: string): Fact {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.wrong('an object');
    return new Fact(Object.getOwnPropertyDescriptor(value, key)?.value, `${this.place}.${key}`);
  }

  /** The elements of a list of at least `least`. */
  list(least = 1): Fact[] {
    if (!Array.isArray(this.value) || this.value.length < least) return this.wrong(`a list of ${least} or more`);
    return this.value.map((value: unknown, i) => new Fact(value, `${this.place}[${i}]`));
  }

  text(pattern = /\S/): string {
    return typeof this.value === 'string' && pattern.test(this.value) ? this.value : this.wrong(`text like ${pattern}`);
  }

  oneOf<T extends string>(...allowed: readonly T[]): T {
    return allowed.find((one) => one === this.value) ?? this.wrong(allowed.join(' or '));
  }

  count(): number {
    const { value } = this;
    return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : this.wrong('a count');
  }

  flag(): boolean {
    return typeof this.value === 'boolean' ? this.value : this.wrong('true or false');
  }

  number(): number {
    return typeof this.value === 'number' && Number.isFinite(this.value) ? this.value : this.wrong('a number');
  }

  positive(): number {
    const value = this.number();
    return value > 0 ? value : this.wrong('a number above 0');
  }

  /** null in the file means: not known. The key itself must be there. */
  ifKnown<T>(read: (fact: Fact) => T): T | undefined {
    return this.value === null ? undefined : read(this);
  }

  wrong(wanted: string): never {
    throw new Error(`${this.place} is ${JSON.stringify(this.value)}, it must be ${wanted}`);
  }
}
