/**
 * The client's address from an `x-forwarded-for` header (null: absent), trusting only what own proxies have written: the `trustedHops`-th entry from
 * the right, 1 being the last. Each trusted proxy appends the address it was called from, so count the proxies in front of the gateway, and
 * one more when the gateway appends its own peer (Higress, and Envoy's `use_remote_address: true`).
 *
 * Without port and brackets. Null when there are fewer entries, or the entry is no IP address: what clients write further left proves nothing.
 */
export function forwardedFor(header: string | null, trustedHops: i32): string | null {
  if (header == null || trustedHops < 1) return null;
  let end = header.length;
  for (;;) {
    const comma = end > 0 ? header.lastIndexOf(",", end - 1) : -1;
    if (--trustedHops == 0) return addressOf(header.substring(comma + 1, end).trim());
    if (comma < 0) return null;
    end = comma;
  }
  return null;
}

/** The address in `1.2.3.4`, `1.2.3.4:80`, `::1` or `[::1]:80`; null when there is none. */
export function addressOf(text: string): string | null {
  if (text.startsWith("[")) {
    const close = text.indexOf("]");
    if (close < 0 || (close + 1 < text.length && !isPort(text, close + 1))) return null;
    const inner = text.substring(1, close);
    return isIpv6(inner) ? inner : null;
  }
  const colon = text.indexOf(":");
  if (colon >= 0 && text.indexOf(":", colon + 1) >= 0) return isIpv6(text) ? text : null;
  if (colon >= 0 && !isPort(text, colon)) return null;
  const address = colon < 0 ? text : text.substring(0, colon);
  return isIpv4(address, 0) ? address : null;
}
function isPort(text: string, colon: i32): bool {
  const length = text.length - colon - 1;
  if (text.charCodeAt(colon) != 58 || length < 1 || length > 5) return false;
  for (let i = colon + 1; i < text.length; i++) if (<u32>text.charCodeAt(i) - 48 > 9) return false;
  return true;
}
/** Four numbers up to 255, without leading zeros (which some take for octal). */
function isIpv4(text: string, from: i32): bool {
  let parts = 0;
  let digits = 0;
  let n = 0;
  for (let i = from; i <= text.length; i++) {
    const c = i < text.length ? text.charCodeAt(i) : 46;
    if (c == 46) {
      if (!digits || n > 255) return false;
      parts++;
      digits = n = 0;
    } else {
      if (<u32>c - 48 > 9 || (digits && !n) || ++digits > 3) return false;
      n = n * 10 + c - 48;
    }
  }
  return parts == 4;
}
/** Eight groups of hexadecimal digits, `::` once for a run of zeros, an IPv4 address in place of the last two. Source: RFC 4291 2.2. */
function isIpv6(text: string): bool {
  let groups = 0;
  let gap = false;
  let i = 0;
  if (text.startsWith("::")) {
    gap = true;
    i = 2;
  }
  while (i < text.length) {
    let digits = 0;
    const start = i;
    while (i < text.length && isHex(text.charCodeAt(i))) {
      i++;
      digits++;
    }
    if (i < text.length && text.charCodeAt(i) == 46) {
      groups += 2;
      return isIpv4(text, start) && (gap ? groups < 8 : groups == 8);
    }
    if (!digits || digits > 4) return false;
    groups++;
    if (i == text.length) break;
    if (text.charCodeAt(i++) != 58) return false;
    if (i < text.length && text.charCodeAt(i) == 58) {
      if (gap) return false;
      gap = true;
      i++;
    } else if (i == text.length) return false;
  }
  return gap ? groups < 8 : groups == 8;
}
function isHex(c: i32): bool {
  return <u32>c - 48 < 10 || ((<u32>c) | 32) - 97 < 6;
}
