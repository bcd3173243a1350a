import type { GatewayConfig, ProfileName } from "@gateway-plugins/test-host/live";

/** What is served: read anew whenever a file changes that the last reading looked at. */
export interface Input {
  /** The gateway that the input is written for; absent: it does not say. */
  profile?: ProfileName;
  /**
   * @param look told of each file before it is read, of those too that turn out to be missing or wrong
   * @param changed absolute paths that are not as they were at the last reading; all may be, when absent
   * @throws what `describeError` knows, when it cannot be served
   */
  read(look: (file: string) => void, changed?: ReadonlySet<string>): Promise<Reading>;
  close?(): Promise<void>;
}

export interface Reading {
  config: GatewayConfig;
  /** What the user should know of it, a sentence each. */
  notes: string[];
  /** Requests that show something, for the line that says what to try. Default `/get`. */
  tries?: { path: string; host?: string }[];
}
