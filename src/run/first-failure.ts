/** The first error of many promises. Unlike with `Promise.race`, nothing that was waited for is held afterwards. */
export class FirstFailure {
  readonly #listeners = new Set<(error: unknown) => void>();
  #first: { readonly error: unknown } | undefined;

  set(error: unknown): void {
    this.#first ??= { error };
    for (const listener of this.#listeners) listener(this.#first.error);
  }

  /** The promise's value, unless something fails before it is there. */
  unless<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#first !== undefined) reject(this.#first.error);
      this.#listeners.add(reject);
      promise.then(resolve, reject).finally(() => this.#listeners.delete(reject));
    });
  }
}
