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

export class handlers {
  static parse: u32 = 0;
  static requestHeaders: u32 = 0;
  static requestBody: u32 = 0;
  static requestBodyMode: BodyMode = BodyMode.None;
  static responseHeaders: u32 = 0;
  static responseBody: u32 = 0;
  static responseBodyMode: BodyMode = BodyMode.None;
  static log: u32 = 0;
  static newConfig: u32 = 0;
  static newState: u32 = 0;
}
