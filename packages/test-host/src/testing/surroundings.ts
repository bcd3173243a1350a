import type { GatewayOptions } from "../gateway/options.ts";
import { Status } from "../vm/status.ts";
import type { OwnForeignFunction } from "../vm/vm-host.ts";
import type { StartOptions, TestForeignFunction } from "./options.ts";

/** What a test puts in place of the gateway's surroundings: foreign functions and the resolver. */
export function surroundings({
  foreignFunctions = {},
  dns,
}: StartOptions): Pick<GatewayOptions, "foreignFunctions" | "resolveName"> {
  const functions = Object.entries(foreignFunctions).map(([name, own]) => [name, wrap(own)] as const);
  return {
    foreignFunctions: Object.fromEntries(functions),
    ...(dns !== undefined && { resolveName: (name) => (Object.hasOwn(dns, name) ? (dns[name] ?? []) : []) }),
  };
}

function wrap(own: TestForeignFunction): OwnForeignFunction {
  return (argument) => {
    const answer = own(argument);
    if (typeof answer === "number") return { status: answer };
    if (answer === undefined) return { status: Status.Ok };
    return {
      status: Status.Ok,
      result: typeof answer === "string" ? new TextEncoder().encode(answer) : answer,
    };
  };
}
