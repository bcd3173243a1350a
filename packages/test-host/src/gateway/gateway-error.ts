import type { GatewayErrorCode } from "./error-codes.ts";
import type { LogLine } from "./observe.ts";

/** A gateway that could not do what it was asked. `message` says what and where, `hint` what to do about it. */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly code: GatewayErrorCode;
  /** One sentence, or empty. */
  readonly hint: string;
  /** What the guest and the gateway logged meanwhile, at every level. */
  readonly logs: readonly LogLine[];

  constructor(
    code: GatewayErrorCode,
    message: string,
    options: { hint?: string; logs?: readonly LogLine[] } = {},
  ) {
    const guestLines = (options.logs ?? []).filter((line) => line.source === "guest");
    const said = guestLines.map((line) => `\n  ${line.level}: ${line.message}`).join("");
    super([message, options.hint].filter(Boolean).join("\n") + (said && `\nThe plugin logged:${said}`));
    this.code = code;
    this.hint = options.hint ?? "";
    this.logs = options.logs ?? [];
  }
}
