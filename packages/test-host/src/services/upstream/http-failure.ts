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

/** What a failure of `node:http` means to a gateway; `connected` tells whether the connection had been made. */
export function resetReasonOf(error: NodeJS.ErrnoException, connected: boolean): ResetReason {
  const code = error.code ?? "";
  if (code.startsWith("HPE_")) return "protocol-error";
  if (!connected || UNREACHABLE.has(code)) return "connect-failure";
  return "remote-reset";
}
