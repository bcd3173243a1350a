/** A request that breaks HTTP/1.1: what Envoy's codec answers, and the response code details it notes. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly status: number;
  readonly details: string;

  constructor(details: string, status = 400) {
    super(details);
    this.status = status;
    this.details = details;
  }
}
