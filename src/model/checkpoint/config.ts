/** The config.json of a checkpoint, read field by field; a missing or unexpected value is named with its file. */

import { readFile, stat } from 'node:fs/promises';
import { UserError } from '../../system/errors.ts';
import { parseJsonObject, quoted } from './json.ts';

const MAX_BYTES = 10_000_000;
/** Published files have up to four levels. */
const MAX_DEPTH = 16;

export class ModelConfig {
  constructor(
    readonly file: string,
    private readonly fields: ReadonlyMap<string, unknown>,
  ) {}

  static async read(file: string): Promise<ModelConfig> {
    const found = await stat(file).catch(() => undefined);
    if (!found?.isFile()) {
      throw new UserError('the checkpoint has no config.json', 'Put the published config.json beside the weights.', {
        file,
      });
    }
    if (found.size > MAX_BYTES) {
      throw new UserError(`is larger than ${MAX_BYTES} bytes`, 'Put the published config.json there.', { file });
    }
    return new ModelConfig(file, parseJsonObject(await readFile(file), file, 'config.json', MAX_DEPTH));
  }

  positiveInteger(key: string): number {
    const value = this.fields.get(key);
    if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
    return this.refuse(key, 'a whole number from 1');
  }

  positiveNumber(key: string): number {
    const value = this.fields.get(key);
    if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
    return this.refuse(key, 'a number above 0');
  }

  /** The head count, checked to divide `width`. */
  heads(width: number): number {
    const heads = this.positiveInteger('num_attention_heads');
    return width % heads === 0 ? heads : this.refuse('num_attention_heads', `a divisor of hidden_size ${width}`);
  }

  /** Refuses any value but those allowed; `undefined` among them allows the key to be absent. */
  expect(key: string, ...allowed: readonly (string | number | boolean | null | undefined)[]): void {
    const value = this.fields.get(key);
    if (allowed.some((one) => one === value)) return;
    const shown = allowed.filter((one) => one !== undefined && one !== null).map((one) => JSON.stringify(one));
    this.refuse(key, shown.join(' or '));
  }

  private refuse(key: string, wanted: string): never {
    const value = this.fields.get(key);
    const found =
      value === undefined ? 'is missing' : `is ${quoted(typeof value === 'string' ? value : JSON.stringify(value))}`;
    throw new UserError(`${key} ${found}, it must be ${wanted}`, 'Use a checkpoint of the published architecture.', {
      file: this.file,
    });
  }
}
