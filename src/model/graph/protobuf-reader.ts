/**
 * Reads the part of the protobuf wire format that ONNX files of ours are written in: varints, 32-bit numbers and
 * length-delimited fields (wire types 0, 5 and 2). Nothing is copied: the bytes of a field are a view.
 */

export type Field =
  | { readonly field: number; readonly kind: 'integer'; readonly value: number }
  | { readonly field: number; readonly kind: 'float'; readonly value: number }
  | { readonly field: number; readonly kind: 'bytes'; readonly value: Uint8Array };

/**
 * The fields of one message, in the order they were written.
 * @throws Error where the bytes are no such message
 */
export function readFields(message: Uint8Array): Field[] {
  const fields: Field[] = [];
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at];
      if (byte === undefined) throw new Error('protobuf: the message ends within a number');
      at += 1;
      value += (byte & 127) * scale;
      if (value > Number.MAX_SAFE_INTEGER) throw new Error('protobuf: a number is too large');
      if (byte < 128) return value;
    }
  };
  const skip = (bytes: number): number => {
    const start = at;
    at += bytes;
    if (at > message.length) throw new Error('protobuf: the message ends within a field');
    return start;
  };
  while (at < message.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        fields.push({ field, kind: 'integer', value: varint() });
        break;
      case 2: {
        const bytes = varint();
        const start = skip(bytes);
        fields.push({ field, kind: 'bytes', value: message.subarray(start, at) });
        break;
      }
      case 5:
        fields.push({ field, kind: 'float', value: view.getFloat32(skip(4), true) });
        break;
      default:
        throw new Error(`protobuf: field ${field} has wire type ${tag % 8}`);
    }
  }
  return fields;
}

/** The texts of a field that may stand several times. */
export function textsOf(fields: readonly Field[], field: number): string[] {
  return messagesOf(fields, field).map((bytes) => new TextDecoder().decode(bytes));
}

/** The bytes of a field that may stand several times: messages, texts or raw data. */
export function messagesOf(fields: readonly Field[], field: number): Uint8Array[] {
  return fields.flatMap((entry) => (entry.field === field && entry.kind === 'bytes' ? [entry.value] : []));
}

/** A number that stands once; undefined where it does not stand. */
export function integerOf(fields: readonly Field[], field: number): number | undefined {
  const entry = fields.find((candidate) => candidate.field === field);
  return entry?.kind === 'integer' ? entry.value : undefined;
}
