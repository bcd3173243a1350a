import type { Value } from "./value.ts";
import type { Message } from "./message.ts";

/** In which control planes wrap a configuration. */
export const TYPED_STRUCTS = ["udpa.type.v1.TypedStruct", "xds.type.v3.TypedStruct"];

/**
 * Reads a `google.protobuf.Any` as the Envoy message `kind`, when its type is `type`. A TypedStruct (udpa or xds), in
 * which control planes wrap their configuration, is looked into.
 */
export function readTyped<T>(
  any: Value,
  type: string,
  kind: string,
  read: (message: Message) => T,
): T | undefined {
  return any.message(kind, (message) => {
    const found = readType(message.required("@type"));
    if (found === undefined) return undefined;
    if (!TYPED_STRUCTS.includes(found)) {
      return found === type ? read(message) : skip(message, `is ${found}, where ${type} is expected`);
    }
    const inner = readType(message.required("type_url"));
    const value = message.required("value");
    if (inner === undefined || value === undefined) return undefined;
    return inner === type
      ? value.message(kind, read)
      : message.problem(`wraps ${inner}; ${type} is expected`);
  });
}

/** The type that an `Any` carries, TypedStructs looked through; undefined when it names none. */
export function peekType(any: Value): string | undefined {
  const plain = any.plain() as Record<string, unknown> | null | undefined;
  const outer = lastSegment(plain?.["@type"]);
  return outer !== undefined && TYPED_STRUCTS.includes(outer) ? lastSegment(plain?.["type_url"]) : outer;
}

function readType(value: Value | undefined): string | undefined {
  return lastSegment(value?.string());
}

function lastSegment(url: unknown): string | undefined {
  return typeof url === "string" ? url.slice(url.lastIndexOf("/") + 1) : undefined;
}

function skip(message: Message, problem: string): undefined {
  message.leaveTheRest();
  return message.problem(problem);
}
