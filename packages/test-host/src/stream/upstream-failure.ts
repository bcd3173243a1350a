import type { ResetReason } from "../services/upstream/upstream.ts";
import { detailsText } from "./local-reply.ts";

/** Also an open circuit breaker: the request went nowhere. */
export type FailureReason = ResetReason | "overflow";

const FAILURES: Record<FailureReason, { text: string; flags: string; status: number }> = {
  "connect-failure": { text: "remote connection failure", flags: "UF", status: 503 },
  "connect-timeout": { text: "connection timeout", flags: "UF", status: 503 },
  "remote-reset": { text: "connection termination", flags: "UC", status: 503 },
  "stream-reset": { text: "remote reset", flags: "UR", status: 503 },
  "protocol-error": { text: "protocol error", flags: "UPE", status: 502 },
  "local-reset": { text: "local reset", flags: "LR", status: 503 },
  overflow: { text: "overflow", flags: "UO", status: 503 },
};

export interface Failure {
  status: number;
  body: string;
  /** Envoy's RESPONSE_FLAGS. */
  flags: string;
  /** What Envoy's response code details say in their braces. */
  cause: string;
  /** UPSTREAM_TRANSPORT_FAILURE_REASON; empty: none. */
  transport: string;
}

/** What stands for an upstream that failed: the answer, when no response headers have come, and how it is logged. */
export function upstreamFailure(reason: FailureReason, detail = ""): Failure {
  const { text, flags, status } = FAILURES[reason];
  const transport = reason === "connect-failure" ? detail : "";
  return {
    status,
    body: `upstream connect error or disconnect/reset before headers. reset reason: ${text}`,
    flags,
    cause: detailsText([text, transport].filter(Boolean).join("|")),
    transport: detailsText(transport),
  };
}
