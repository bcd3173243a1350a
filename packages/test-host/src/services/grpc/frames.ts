const HEAD_BYTES = 5;
const COMPRESSED = 1;

/** One message as gRPC puts it into the body: a flag byte, the length in four bytes (big-endian), the bytes. */
export function encodeFrame(message: Uint8Array): Uint8Array {
  const frame = Buffer.alloc(HEAD_BYTES + message.length);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, HEAD_BYTES);
  return frame;
}

/**
 * Cuts a body that arrives in pieces of any size into messages. A frame that is cut off at the end is dropped silently, as
 * Envoy does.
 */
export class FrameReader {
  #bytes: Uint8Array = new Uint8Array();

  /** The messages that became complete; undefined when the bytes are no gRPC frames, or compressed ones. */
  push(chunk: Uint8Array): Uint8Array[] | undefined {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    const messages: Uint8Array[] = [];
    while (this.#bytes.length > 0) {
      const flag = this.#bytes[0] ?? 0;
      if (flag > COMPRESSED) return undefined;
      if (this.#bytes.length < HEAD_BYTES) break;
      const length = new DataView(this.#bytes.buffer, this.#bytes.byteOffset).getUint32(1);
      if (flag === COMPRESSED && length > 0) return undefined;
      if (this.#bytes.length < HEAD_BYTES + length) break;
      messages.push(this.#bytes.slice(HEAD_BYTES, HEAD_BYTES + length));
      this.#bytes = this.#bytes.subarray(HEAD_BYTES + length);
    }
    return messages;
  }
}
