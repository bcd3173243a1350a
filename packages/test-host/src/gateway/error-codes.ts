/**
 * Every code by which this product names what went wrong, and when it does. Codes are stable: tests and scripts compare
 * with them. Each has a paragraph in docs/troubleshooting.md; lint compares the two.
 */

/** A gateway does not start, or does not take what it is given. */
export const GATEWAY_ERRORS = {
  "module-refused": "a gateway would not load the module",
  "start-failed": "the module's start code or on_vm_start failed or trapped",
  "configuration-rejected": "on_configure returned false",
  "invalid-configuration": "the host's own options do not make sense",
  "unknown-listener": "a request for a listener that is not configured",
  "unknown-filter": "an update for a filter that is not configured",
  "stream-never-resumed": "a request has ended without an answer",
  closed: "the gateway has been closed",
} as const;

/** Something a plugin did that a real gateway would not survive, or would answer with corrupted bytes. */
export const FAULTS = {
  trap: "a callback trapped",
  "guest-hung": "a callback did not return",
  "stream-left-paused": "a stream is held by a plugin whose VM has failed",
  "stream-never-resumed": "a stream is held, and nothing is under way that could resume it",
  "continue-not-paused": "continue_stream on a stream that is not held",
  "two-local-responses": "a second local response for one request",
  "response-after-end": "a local response from on_log, on_done or on_delete",
  "close-after-end": "close_stream from on_log, on_done or on_delete",
  "joined-header": "add_header on a header that can be there once only",
  "invalid-status": "a local response whose status cannot go on the wire",
  "body-not-allowed": "a local response with a body, of a status that has none",
  "content-length-mismatch": "a body that is longer or shorter than its content-length says",
  "forwarded-proto-removed": "x-forwarded-proto has been removed from a request",
  "grpc-target-unset": "a gRPC callout whose target is a GrpcService that names none",
  "not-simulated": "a host function was asked for something that this host does not do",
  "stale-body": "a body was used after the callback it was for, while it was not buffered",
  "header-injection": "a header name or value that changes what stands on the wire",
} as const;

/** Nothing broke, but the test left it: the kit fails a test for it. */
export const TEST_FAULTS = {
  "callout-unanswered": "a callout is under way",
  "request-unfinished": "a request is under way",
  "error-log": "a plugin has logged an error that the test has not read",
  "memory-growing": "a plugin's memory goes on growing over many requests",
} as const;

/** The live gateway and its readers of files. */
export const LIVE_ERRORS = {
  "address-unavailable": "a listener's or the admin's address cannot be listened on",
  "envoy-configuration": "an Envoy configuration cannot be run as it stands",
  "plugin-manifest": "a WasmPlugin manifest cannot be run as it stands",
} as const;

/** The `gateway` command. */
export const COMMAND_ERRORS = {
  usage: "a wrong call: unknown command, flag or value",
  "file-unreadable": "a file that is named cannot be read, or is not what it should be",
  "no-plugin-folder": "the folder holds no plugin project, or not all of it",
  "compiler-missing": "assemblyscript is not installed in the plugin's folder",
  "compile-failed": "the plugin's source does not compile",
  "envoy-missing": "no Envoy is installed where --engine envoy looks",
  "envoy-failed": "the real Envoy ended before it served",
} as const;

export type GatewayErrorCode = keyof typeof GATEWAY_ERRORS;
export type FaultCode = keyof typeof FAULTS | keyof typeof TEST_FAULTS;
export type LiveErrorCode = keyof typeof LIVE_ERRORS;
export type CommandErrorCode = keyof typeof COMMAND_ERRORS;
export type ErrorCode = GatewayErrorCode | FaultCode | LiveErrorCode | CommandErrorCode;
