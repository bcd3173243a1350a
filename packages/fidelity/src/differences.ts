/** Where the two gateways may differ, and why. Everything else must be the same. */
export interface KnownDifference {
  /** The scenario's name, or the beginning of several. */
  readonly scenario: string;
  readonly where: "outcome" | "client" | "upstream" | "log" | "access";
  readonly reason: string;
}

const EMPTY_NAME =
  "Envoy sends a header with an empty name to the upstream; Node's HTTP client, which this host speaks with, refuses to.";

const CREATED_TWICE =
  "A stream closed while its context is made: Envoy makes that context, id and all, a second time for on_log; here it stays one.";
const READ_AHEAD =
  "A body over the buffer limit that arrives in one read: Envoy has read its end, too, before it stops reading; this host stops at the limit.";
const CUT_SHORT =
  "An upstream that closes inside of a chunked body: Envoy's parser calls it a protocol error (UPE); Node's HTTP client, which this host speaks with, only a closed connection (UC).";

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
  { scenario: "stream control/close 0 in context create", where: "log", reason: CREATED_TWICE },
  { scenario: "stream control/close 1 in context create", where: "log", reason: CREATED_TWICE },
  ...(["outcome", "client", "upstream", "log", "access"] as const).map((where) => ({
    scenario: "buffer limits/a request in one, held with 2",
    where,
    reason: READ_AHEAD,
  })),
  { scenario: "buffer limits/a request in one, behind paused headers", where: "log", reason: READ_AHEAD },
  { scenario: "requests/an upstream that closes after the head", where: "access", reason: CUT_SHORT },
  { scenario: "requests/an upstream that closes in the body", where: "access", reason: CUT_SHORT },
  {
    scenario: "start/a trap in context create",
    where: "outcome",
    reason:
      "A root context whose creation traps: Envoy starts, and its dead VM answers 503 to every request; this host refuses the plugin and says why.",
  },
];
