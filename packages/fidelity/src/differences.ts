/** Where the two gateways may differ, and why. Everything else must be the same. */
export interface KnownDifference {
  /** The scenario's name, or the beginning of several. */
  readonly scenario: string;
  readonly where: "outcome" | "client" | "upstream" | "log" | "access";
  readonly reason: string;
}

const EMPTY_NAME =
  "Envoy sends a header with an empty name to the upstream; Node's HTTP client, which this host speaks with, refuses to.";

export const DIFFERENCES: readonly KnownDifference[] = [
  { scenario: "header edits/odd name 0 on a request", where: "client", reason: EMPTY_NAME },
  { scenario: "header edits/odd name 0 on a request", where: "upstream", reason: EMPTY_NAME },
  { scenario: "header edits/odd name 0 on a request", where: "log", reason: EMPTY_NAME },
  { scenario: "header edits/odd name 0 on a request", where: "access", reason: EMPTY_NAME },
  {
    scenario: "header edits/every verb on response headers in log",
    where: "log",
    reason:
      "Envoy's connection manager has added `connection: close` to the response by then; here the socket adds it, and on_log does not see it.",
  },
  {
    scenario: "local reply/and trap",
    where: "access",
    reason:
      "A local response and a trap in one callback: both answer 503, Envoy shows the plugin's details, this host `wasm_fail_stream`.",
  },
];
