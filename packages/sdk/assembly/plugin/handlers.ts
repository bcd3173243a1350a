// What the author has registered: places in the function table, 0 for nothing. Set while the module initialises.

export const enum BodyMode {
  None,
  /** The whole body, to read. */
  View,
  /** The whole body, to change. */
  Rewrite,
  /** Chunk by chunk, to change. */
  Chunks,
}

/** What happens to a body over the plugin's own limit. */
export enum Overflow {
  /** The request is answered 413. */
  Reject,
  /** The body goes on as it is, and its handler does not run. */
  PassOn,
}

export class handlers {
  static parse: u32 = 0;
  /** Instead of JSON, and without rules; `parse` is set, too. */
  static parseRaw: u32 = 0;
  /** Makes JSON of a configuration that is something else: `structAsJson`. */
  static toJson: u32 = 0;
  static requestHeaders: u32 = 0;
  static requestBody: u32 = 0;
  static requestBodyMode: BodyMode = BodyMode.None;
  /** The handler for the whole body beside one for its chunks, for messages that choose it. */
  static bufferedRequestBody: u32 = 0;
  static bufferedResponseBody: u32 = 0;
  /** The request's headers wait for that handler. */
  static wholeRequest: bool = false;
  static responseHeaders: u32 = 0;
  static responseBody: u32 = 0;
  static responseBodyMode: BodyMode = BodyMode.None;
  static requestTrailers: u32 = 0;
  static responseTrailers: u32 = 0;
  static log: u32 = 0;
  static start: u32 = 0;
  static tick: u32 = 0;
  /** Milliseconds. */
  static tickPeriod: u32 = 0;
  static queue: u32 = 0;
  static queueName: string = "";
  /** Bytes; 0 is no limit of the plugin's own. */
  static requestBodyLimit: u32 = 0;
  static responseBodyLimit: u32 = 0;
  static requestOverflow: Overflow = Overflow.Reject;
  static newConfig: u32 = 0;
  static newState: u32 = 0;
}
