/** What a client says first that speaks HTTP/2 with prior knowledge. */
const PREFACE = "PRI * HTTP/2.0";

/** Whether a connection that begins with these bytes speaks HTTP/2. */
export function isHttp2Preface(bytes: Buffer): boolean {
  return bytes.toString("latin1", 0, PREFACE.length) === PREFACE;
}
