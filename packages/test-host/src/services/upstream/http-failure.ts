import type { ResetReason } from "./upstream.ts";

const UNREACHABLE = new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "ENOENT",
]);

/** Envoy's words for why a connection could not be made. */
export function connectFailureText(error: NodeJS.ErrnoException): string {
  const words = CONNECT_ERRORS[error.code ?? ""];
  return words === undefined ? error.message : `delayed connect error: ${words}`;
}

const CONNECT_ERRORS: Record<string, string> = {
  ECONNREFUSED: "Connection refused",
  EHOSTUNREACH: "No route to host",
  ENETUNREACH: "Network is unreachable",
  ETIMEDOUT: "Connection timed out",
};

/**
 * What a failure of `node:http` means to a gateway. `connected`: the connection had been made. `headCut`: it ended within a
 * response's head.
 */
export function resetReasonOf(
  error: NodeJS.ErrnoException,
  connected: boolean,
  headCut = false,
): ResetReason {
  const code = error.code ?? "";
  if (headCut || code.startsWith("HPE_")) return "protocol-error";
  if (!connected || UNREACHABLE.has(code)) return "connect-failure";
  return "remote-reset";
}
