import type { Message } from "./message.ts";
import { encodeTypedStruct, WELL_KNOWN } from "./protobuf.ts";
import { peekType, readTyped, TYPED_STRUCTS } from "./typed.ts";
import type { Value } from "./value.ts";

/**
 * What a plugin's configuration is in bytes: the text of a StringValue, the bytes of a BytesValue, and for any other
 * message its protobuf encoding, which is not JSON. Absent is empty. Source: Envoy, `MessageUtil::anyToBytes`.
 */
export function readPluginConfiguration(any: Value | undefined): Uint8Array {
  return (any && read(any)) ?? new Uint8Array();
}

function read(any: Value): Uint8Array | undefined {
  const type = ownType(any);
  if (type === "google.protobuf.StringValue") {
    const given = readTyped(any, type, "StringValue", (message) => message.optional("value")?.string());
    return Buffer.from(given ?? "");
  }
  if (type === "google.protobuf.BytesValue") return readTyped(any, type, "BytesValue", readBytes);
  return any.message("Any", (message) => {
    if (type !== undefined && TYPED_STRUCTS.includes(type)) return readTypedStruct(message);
    const encode = type === undefined ? undefined : WELL_KNOWN[type];
    if (encode === undefined) {
      message.leaveTheRest();
      return any.problem(
        type === undefined
          ? '@type is missing; write "@type": type.googleapis.com/google.protobuf.StringValue'
          : `${type} reaches a plugin as protobuf bytes, and this host does not know the message; ` +
              "write it as a google.protobuf.StringValue",
      );
    }
    message.required("@type");
    const value = message.optional("value");
    return encode(value?.plain()) ?? (value ?? any).problem(`is no ${type}`);
  });
}

/** Of the configuration itself: a TypedStruct is passed on, not looked through. */
function ownType(any: Value): string | undefined {
  const outer = (any.plain() as Record<string, unknown> | null | undefined)?.["@type"];
  const type = typeof outer === "string" ? outer.slice(outer.lastIndexOf("/") + 1) : undefined;
  return type !== undefined && TYPED_STRUCTS.includes(type) ? type : peekType(any);
}

function readTypedStruct(message: Message): Uint8Array | undefined {
  message.required("@type");
  const url = message.optional("type_url")?.string() ?? "";
  const value = message.optional("value");
  const members = value?.plain() ?? {};
  if (typeof members !== "object" || Array.isArray(members)) return value?.problem("must be an object");
  return encodeTypedStruct(url, members as Record<string, unknown>);
}

function readBytes(message: Message): Uint8Array | undefined {
  const value = message.optional("value");
  const text = value?.string();
  return text === undefined ? undefined : decodeBase64(value!, text);
}

export function decodeBase64(at: Value, text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(text.replace(/\s/g, ""))) return at.problem("is not base64");
  return Buffer.from(text, "base64");
}
