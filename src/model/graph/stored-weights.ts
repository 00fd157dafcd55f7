/** The weights a stored graph names, in the files beside it. */

import { UserError } from '../../system/errors.ts';
import { ELEMENT, type ElementType } from './onnx.ts';
import { integerOf, messagesOf, readFields, textsOf } from './protobuf-reader.ts';

export interface StoredWeight {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly bytes: number;
}

/** TensorProto fields. */
const TENSOR = { dims: 1, type: 2, name: 8, external: 13 } as const;

/**
 * @param model bytes of the ONNX file
 * @param file its path, for messages
 * @throws UserError where these are no such bytes
 */
export function storedWeights(model: Uint8Array, file: string): StoredWeight[] {
  try {
    return messagesOf(readFields(model), 7)
      .flatMap((graph) => messagesOf(readFields(graph), 5))
      .map(readFields)
      .filter((tensor) => messagesOf(tensor, TENSOR.external).length > 0)
      .map(parse);
  } catch (error) {
    throw new UserError(
      `${file} is no ONNX graph: ${error instanceof Error ? error.message : String(error)}`,
      'The bundle is damaged: get or import it again.',
      { file },
    );
  }
}

function parse(tensor: ReturnType<typeof readFields>): StoredWeight {
  const code = integerOf(tensor, TENSOR.type);
  const type = elementType(code);
  const places = messagesOf(tensor, TENSOR.external).map((entry) => {
    const fields = readFields(entry);
    return [textsOf(fields, 1)[0], textsOf(fields, 2)[0]] as const;
  });
  const length = Number(places.find(([key]) => key === 'length')?.[1]);
  if (!Number.isSafeInteger(length)) throw new Error('a weight has no length');
  const shape = tensor.flatMap((field) =>
    field.field === TENSOR.dims && field.kind === 'integer' ? [field.value] : [],
  );
  return { name: textsOf(tensor, TENSOR.name)[0] ?? '', type, shape, bytes: length };
}

function elementType(code: number | undefined): ElementType {
  switch (code) {
    case ELEMENT.float32:
      return 'float32';
    case ELEMENT.float16:
      return 'float16';
    case ELEMENT.int32:
      return 'int32';
    case ELEMENT.int64:
      return 'int64';
    default:
      throw new Error(`a weight has ${code === undefined ? 'no type' : `type ${code}`}`);
  }
}
