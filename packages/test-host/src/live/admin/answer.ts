/** What a page says. JSON is written as Envoy does, one space deep, unless it is a text already. */
export interface Answer {
  /** Default 200. */
  status?: number;
  text?: string;
  json?: unknown;
}
