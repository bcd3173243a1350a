import { Bytes } from "./bytes";

/** `Bytes` as they are, a string as UTF-8. Anything else does not compile. */
export function bytesOf<T>(data: T): Bytes {
  if (isString<T>()) return Bytes.of(changetype<string>(data));
  if (idof<T>() != idof<Bytes>()) ERROR("give a string or Bytes");
  return changetype<Bytes>(data);
}
