import { Query } from "./query";

/**
 * A URL in its parts, each as it was written: nothing is decoded, lower-cased or resolved, and `toString` gives back what was split, byte for
 * byte. Parts may be assigned. Source: RFC 3986 appendix B; it splits any text.
 */
export class Url {
  /** Without the colon; "" when there is none. */
  scheme: string = "";
  /** Between `//` and the path: `user@host:443`. Null when there is no `//`. */
  authority: string | null = null;
  /** As it is written, never decoded or normalised; may be empty. */
  path: string = "";
  /** Without the question mark; null when there is none, "" for a bare one. */
  query: string | null = null;
  /** Without the hash; null when there is none. */
  fragment: string | null = null;

  /** Any text has parts; nothing is decoded, checked or normalised. Source: RFC 3986, appendix B. */
  static split(text: string): Url {
    const url = new Url();
    let at = 0;
    let end = indexOfAny(text, 0, true);
    if (end > 0 && text.charCodeAt(end) == 58) {
      url.scheme = text.substring(0, end);
      at = end + 1;
    }
    if (text.substr(at, 2) == "//") {
      end = indexOfAny(text, at + 2, false);
      url.authority = text.substring(at + 2, end);
      at = end;
    }
    const hash = text.indexOf("#", at);
    if (hash >= 0) url.fragment = text.substring(hash + 1);
    const rest = hash < 0 ? text.length : hash;
    const mark = text.indexOf("?", at);
    if (mark >= 0 && mark < rest) {
      url.query = text.substring(mark + 1, rest);
      url.path = text.substring(at, mark);
    } else url.path = text.substring(at, rest);
    return url;
  }
  /** Without user and port; brackets of an IPv6 address stay. "" when there is no authority. */
  get host(): string {
    const host = this.hostAndPort;
    const colon = portAt(host);
    return colon < 0 ? host : host.substring(0, colon);
  }
  /** -1 when there is none, or none from 0 to 65535. */
  get port(): i32 {
    const host = this.hostAndPort;
    const colon = portAt(host);
    if (colon < 0 || colon + 1 == host.length) return -1;
    let port = 0;
    for (let i = colon + 1; i < host.length; i++) {
      const digit = host.charCodeAt(i) - 48;
      if (<u32>digit > 9 || port > 6553) return -1;
      port = port * 10 + digit;
    }
    return port > 65535 ? -1 : port;
  }
  /** What stands before an `@` in the authority; "" when there is none. */
  get user(): string {
    const authority = this.authority || "";
    return authority.substring(0, max(0, authority.lastIndexOf("@")));
  }
  /** Path and query, as in a request line. */
  get target(): string {
    const query = this.query;
    return query == null ? this.path : this.path + "?" + query;
  }
  /** The query's names and values. Edits come back with `url.query = values.toString()`. */
  get values(): Query {
    return Query.parse(this.query || "");
  }
  /** The parts joined again: what was split, when nothing was changed. */
  toString(): string {
    let text = this.scheme.length ? this.scheme + ":" : "";
    const authority = this.authority;
    if (authority != null) text += "//" + authority;
    text += this.target;
    const fragment = this.fragment;
    return fragment == null ? text : text + "#" + fragment;
  }
  private get hostAndPort(): string {
    const authority = this.authority || "";
    return authority.substring(authority.lastIndexOf("@") + 1);
  }
}
/** Where `/`, `?` or `#` stands first (with `colon`, also `:`); the text's length when there is none. */
function indexOfAny(text: string, from: i32, colon: bool): i32 {
  for (let i = from; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c == 47 || c == 63 || c == 35 || (c == 58 && colon)) return i;
  }
  return text.length;
}
/** The colon before a port; -1 when there is none. One in brackets belongs to an address. */
function portAt(host: string): i32 {
  for (let i = host.length - 1; i >= 0; i--) {
    const c = host.charCodeAt(i);
    if (c == 93) break;
    if (c == 58) return i;
  }
  return -1;
}
