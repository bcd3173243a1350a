import { Bytes } from "../bytes/bytes";
import { bytesOf } from "../bytes/data";
import { hmacSha256Of } from "./hmac";
import { md5Of } from "./md5";
import { sha1Of } from "./sha1";
import { sha256Of } from "./sha256";

/** Digests and comparing. Data and keys are `Bytes`, or strings, which are taken as UTF-8. `hex` and `base64` make digests printable. */
export namespace crypto {
  /** 32 bytes. */
  export function sha256<T>(data: T): Bytes {
    return sha256Of(bytesOf(data));
  }
  /** 32 bytes; a key of any length. */
  export function hmacSha256<K, T>(key: K, data: T): Bytes {
    return hmacSha256Of(bytesOf(key), bytesOf(data));
  }
  /** 20 bytes. For protocols that ask for it (Redis scripts), not for security. */
  export function sha1<T>(data: T): Bytes {
    return sha1Of(bytesOf(data));
  }
  /** 16 bytes. For checksums, not for security. */
  export function md5<T>(data: T): Bytes {
    return md5Of(bytesOf(data));
  }
  /** Whether both are the same, in a time that tells nothing but their lengths: for secrets and signatures. */
  export function safeEquals<A, B>(one: A, other: B): bool {
    const a = bytesOf(one);
    const b = bytesOf(other);
    if (a.length != b.length) return false;
    let difference: u32 = 0;
    for (let i: usize = 0; i < <usize>a.length; i++)
      difference |= load<u8>(a.pointer + i) ^ load<u8>(b.pointer + i);
    return difference == 0;
  }
}
