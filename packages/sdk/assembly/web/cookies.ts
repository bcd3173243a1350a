import { Rule, allows } from "../abi/text";
import { Options } from "../stream/options";

/**
 * The cookies of a request, as in its `cookie` header. Values are what stands there, quotes and escapes included. Source: RFC 6265 section 5.4.
 * Edits leave the other cookies as they are.
 */
export class Cookies {
  /** `name=value`, one element a cookie. */
  private parts: string[] = [];

  /** Reads a `cookie` header; null and "" hold no cookie. Several headers: one joined with `; `. */
  static parse(header: string | null): Cookies {
    const cookies = new Cookies();
    if (header == null) return cookies;
    const parts = header.split(";");
    for (let i = 0; i < parts.length; i++) {
      const part = trim(parts[i]);
      if (part.length) cookies.parts.push(part);
    }
    return cookies;
  }
  /** The value of the first cookie of this name (case counts); null when there is none. */
  get(name: string): string | null {
    const i = this.find(name, 0);
    if (i < 0) return null;
    const part = this.parts[i];
    return trim(part.substring(part.indexOf("=") + 1));
  }
  /** Whether there is a cookie of this name; names are case-sensitive. */
  has(name: string): bool {
    return this.find(name, 0) >= 0;
  }
  /** In order, with repetitions; what has no `=` is no cookie. */
  names(): string[] {
    const names: string[] = [];
    for (let i = 0; i < this.parts.length; i++) {
      const end = this.parts[i].indexOf("=");
      if (end >= 0) names.push(trim(this.parts[i].substring(0, end)));
    }
    return names;
  }
  /** Replaces the cookies of this name by one, in the place of the first. False, and nothing is changed, when name or value cannot stand in a cookie. */
  set(name: string, value: string): bool {
    if (!allows(name, Rule.Token) || !isValue(value)) return false;
    const at = this.find(name, 0);
    if (at < 0) this.parts.push(name + "=" + value);
    else {
      this.parts[at] = name + "=" + value;
      this.remove(name, at + 1);
    }
    return true;
  }
  /** Removes all cookies of this name; whether there were any. */
  delete(name: string): bool {
    return this.remove(name, 0);
  }
  /** The header's value: `a=1; b=2`; "" when there is no cookie (delete the header then). */
  toString(): string {
    return this.parts.join("; ");
  }
  private remove(name: string, from: i32): bool {
    let any = false;
    for (let i = this.find(name, from); i >= 0; i = this.find(name, i)) {
      this.parts.splice(i, 1);
      any = true;
    }
    return any;
  }
  private find(name: string, from: i32): i32 {
    for (let i = from; i < this.parts.length; i++) {
      const part = this.parts[i];
      const end = part.indexOf("=");
      if (end >= 0 && trim(part.substring(0, end)) == name) return i;
    }
    return -1;
  }
}

/** Attributes of a `set-cookie` header. */
export class SetCookieOptions {
  /** "" leaves it out: the browser takes the folder of the request's path. */
  path: string = "/";
  /** "" leaves it out: this host alone. */
  domain: string = "";
  /** Seconds; 0 deletes the cookie; negative leaves it out: until the browser is closed. */
  maxAge: i64 = -1;
  /** Over HTTPS only. */
  secure: bool = false;
  /** Not for scripts in the page. */
  httpOnly: bool = false;
  /** `Strict`, `Lax`, `None`; "" leaves it out. */
  sameSite: string = "";
}

/**
 * The value of a `set-cookie` header, to be appended to a response's headers. Null when a part cannot stand there (spaces, `;`, `,`, quotes,
 * controls): `percent.encode` makes any text fit.
 */
export function setCookie(
  name: string,
  value: string,
  options: Options<SetCookieOptions> = {},
): string | null {
  const o = options as SetCookieOptions;
  if (!allows(name, Rule.Token) || !isValue(value)) return null;
  if (!isAttribute(o.path) || !isAttribute(o.domain) || !isAttribute(o.sameSite)) return null;
  let text = name + "=" + value;
  if (o.path.length) text += "; Path=" + o.path;
  if (o.domain.length) text += "; Domain=" + o.domain;
  if (o.maxAge >= 0) text += "; Max-Age=" + o.maxAge.toString();
  if (o.secure) text += "; Secure";
  if (o.httpOnly) text += "; HttpOnly";
  if (o.sameSite.length) text += "; SameSite=" + o.sameSite;
  return text;
}

/** RFC 6265 4.1.1, cookie-octet; quotes around the whole are allowed. */
function isValue(value: string): bool {
  let from = 0;
  let to = value.length;
  if (to > 1 && value.charCodeAt(0) == 34 && value.charCodeAt(to - 1) == 34) {
    from++;
    to--;
  }
  for (let i = from; i < to; i++) {
    const c = value.charCodeAt(i);
    if (c < 33 || c > 126 || c == 34 || c == 44 || c == 59 || c == 92) return false;
  }
  return true;
}
function isAttribute(value: string): bool {
  for (let i = 0; i < value.length; i++) {
    const c = value.charCodeAt(i);
    if (c < 32 || c > 126 || c == 59) return false;
  }
  return true;
}
/** Spaces and tabs, as in header values. */
function trim(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isSpace(text.charCodeAt(from))) from++;
  while (from < to && isSpace(text.charCodeAt(to - 1))) to--;
  return text.substring(from, to);
}
// @ts-ignore: decorator
@inline function isSpace(c: i32): bool {
  return c == 32 || c == 9;
}
