import { createPrivateKey, createPublicKey, createSign, createVerify, type KeyObject } from "node:crypto";
import { fromBytes } from "../../vm/pairs.ts";
import { bytesField, readProto, writeProto, type ProtoField } from "../../vm/protobuf.ts";
import { Status } from "../../vm/status.ts";
import type { ForeignFunction } from "../foreign.ts";

const HASHES = new Set(["sha1", "sha224", "sha256", "sha384", "sha512"]);

function bytes(fields: readonly ProtoField[], number: number): Uint8Array {
  return bytesField(fields, number) ?? new Uint8Array();
}

/** Undefined when neither or both are given; "unreadable" when it is no key. */
function readKey(
  pem: Uint8Array,
  der: Uint8Array,
  fromPem: (text: string) => KeyObject,
  fromDer: (bytes: Buffer) => KeyObject,
): KeyObject | "unreadable" | undefined {
  if (pem.length > 0 === der.length > 0) return undefined;
  try {
    return pem.length > 0 ? fromPem(fromBytes(pem)) : fromDer(Buffer.from(der));
  } catch {
    return "unreadable";
  }
}

function outcome(fields: Parameters<typeof writeProto>[0]): ReturnType<ForeignFunction> {
  return { status: Status.Ok, result: writeProto(fields) };
}

/** `SignArguments` to `SignResult`: RSA with PKCS #1 v1.5, or ECDSA. 2: no key, or two. */
export const sign: ForeignFunction = (_vm, argument) => {
  const fields = readProto(argument);
  const key =
    fields &&
    readKey(bytes(fields, 4), bytes(fields, 2), createPrivateKey, (der) =>
      createPrivateKey({ key: der, format: "der", type: "pkcs8" }),
    );
  if (fields === undefined || key === undefined) return { status: Status.BadArgument };
  const hash = fromBytes(bytes(fields, 1));
  if (!HASHES.has(hash)) return outcome([[3, unsupported(hash)]]);
  if (key === "unreadable")
    return outcome([[3, Buffer.from("Invalid key type: private key required for signing operation.")]]);
  const signature = createSign(hash).update(bytes(fields, 3)).sign(key);
  return outcome([
    [1, true],
    [2, signature],
  ]);
};

/** `VerifySignatureArguments` to `VerifySignatureResult`. 2: no key, or two. */
export const verifySignature: ForeignFunction = (_vm, argument) => {
  const fields = readProto(argument);
  const key =
    fields &&
    readKey(bytes(fields, 5), bytes(fields, 2), createPublicKey, (der) =>
      createPublicKey({ key: der, format: "der", type: "spki" }),
    );
  if (fields === undefined || key === undefined) return { status: Status.BadArgument };
  const hash = fromBytes(bytes(fields, 1));
  if (!HASHES.has(hash)) return outcome([[2, unsupported(hash)]]);
  if (key === "unreadable") return outcome([[2, Buffer.from("Failed to initialize digest verify.")]]);
  const isValid = createVerify(hash).update(bytes(fields, 4)).verify(key, bytes(fields, 3));
  return isValid
    ? outcome([[1, true]])
    : outcome([[2, Buffer.from("Failed to verify digest. Error code: 0")]]);
};

function unsupported(hash: string): Uint8Array {
  return Buffer.from(`${hash} is not supported.`, "latin1");
}
