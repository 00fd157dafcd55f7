/** Narrows parts of a parsed JSON file, with a UserError that names the part when it is not as needed. */

import { readFile } from 'node:fs/promises';
import { UserError } from '../../../src/system/errors.ts';

export class JsonFile {
  /** @param path as typed; @param remedy a full sentence */
  constructor(
    readonly path: string,
    readonly remedy: string,
  ) {}

  async read(): Promise<JsonNode> {
    try {
      return this.parse(await readFile(this.path, 'utf8'));
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw this.refusal(`cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** @param text content of the file */
  parse(text: string): JsonNode {
    try {
      return new JsonNode(this, '', JSON.parse(text));
    } catch (error) {
      throw this.refusal(`is no JSON: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** @param sentence what is wrong, without a full stop */
  refusal(sentence: string): UserError {
    return new UserError(sentence, this.remedy, { file: this.path });
  }
}

/** A value in the file and the keys that lead to it. */
export class JsonNode {
  constructor(
    readonly file: JsonFile,
    readonly name: string,
    readonly value: unknown,
  ) {}

  get isNull(): boolean {
    return this.value === null || this.value === undefined;
  }

  /** A node of its own even where there is no such key: what is read of it then refuses. */
  at(key: string): JsonNode {
    return new JsonNode(this.file, this.name === '' ? key : `${this.name}.${key}`, this.#object()[key]);
  }

  get keys(): string[] {
    return Object.keys(this.#object());
  }

  get list(): JsonNode[] {
    if (!Array.isArray(this.value)) throw this.#refusal('a list');
    return this.value.map((value, index) => new JsonNode(this.file, `${this.name}[${index}]`, value));
  }

  get text(): string {
    if (typeof this.value !== 'string') throw this.#refusal('a text');
    return this.value;
  }

  get number(): number {
    if (typeof this.value !== 'number') throw this.#refusal('a number');
    return this.value;
  }

  /** One of a few texts. */
  oneOf<T extends string>(known: readonly T[]): T {
    const found = known.find((one) => one === this.value);
    if (found === undefined) throw this.#refusal(known.join(' or '));
    return found;
  }

  /** Null where the value is null or missing. */
  optional<T>(read: (node: JsonNode) => T): T | null {
    return this.isNull ? null : read(this);
  }

  #object(): Readonly<Record<string, unknown>> {
    if (isObject(this.value)) return this.value;
    throw this.#refusal('an object');
  }

  #refusal(needed: string): UserError {
    return this.file.refusal(`${this.name === '' ? 'the content' : this.name} is not ${needed}`);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
