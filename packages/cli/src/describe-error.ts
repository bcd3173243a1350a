import { EnvoyConfigError, GatewayError, ListenError, ManifestError } from "@gateway-plugins/test-host/live";
import { Failure, UsageError } from "./command.ts";

const KNOWN = [UsageError, Failure, GatewayError, ListenError, EnvoyConfigError, ManifestError];

/** `error[<code>]: <what, where, what to do>`; a stack only for what nobody has thought of. */
export function describeError(error: unknown): string {
  const known = KNOWN.find((kind) => error instanceof kind) !== undefined;
  if (known) return `error[${(error as { code: string }).code}]: ${(error as Error).message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
