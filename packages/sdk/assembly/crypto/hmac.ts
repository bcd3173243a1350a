// Source: RFC 2104.
import { Bytes } from "../bytes/bytes";
import { addSha256, finishSha256, sha256Of, startSha256 } from "./sha256";

// @ts-ignore: decorator
@lazy const PAD: usize = memory.data(64);

export function hmacSha256Of(key: Bytes, data: Bytes): Bytes {
  if (key.length > 64) key = sha256Of(key);
  const inner = half(key, 0x3636363636363636, data);
  return half(key, 0x5c5c5c5c5c5c5c5c, inner);
}
function half(key: Bytes, mask: u64, data: Bytes): Bytes {
  memory.fill(PAD, 0, 64);
  memory.copy(PAD, key.pointer, key.length);
  for (let p = PAD; p < PAD + 64; p += 8) store<u64>(p, load<u64>(p) ^ mask);
  startSha256();
  addSha256(PAD, 64);
  addSha256(data.pointer, data.length);
  return finishSha256();
}
