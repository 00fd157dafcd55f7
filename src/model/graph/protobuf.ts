/**
 * The part of the protobuf wire format that ONNX files need: varints, 32-bit floats, length-delimited fields.
 * Source: protobuf encoding specification, wire types 0 (varint), 2 (length-delimited) and 5 (32-bit).
 */

/** Collects the fields of one message; nested messages are finished first and added as bytes. */
export class MessageWriter {
  readonly #parts: Uint8Array[] = [];

  /** A non-negative integer up to 2^53 - 1 (dimensions, enums, versions, offsets). */
  integer(field: number, value: number): this {
    if (!Number.isSafeInteger(value) || value < 0) throw new Error(`protobuf integer out of range: ${value}`);
    this.#parts.push(varint(field * 8), varint(value));
    return this;
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.#parts.push(varint(field * 8 + 5), bytes);
    return this;
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    this.#parts.push(varint(field * 8 + 2), varint(value.length), value);
    return this;
  }

  message(field: number, value: MessageWriter): this {
    return this.bytes(field, value.finish());
  }

  finish(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#parts));
  }
}

function varint(value: number): Uint8Array {
  const out: number[] = [];
  let rest = value;
  // Division instead of shifts: values pass 2^32.
  while (rest >= 128) {
    out.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  out.push(rest);
  return Uint8Array.from(out);
}
