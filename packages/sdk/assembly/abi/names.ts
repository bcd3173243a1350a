import { equalsIgnoringCase } from "./text";

/**
 * Headers that say where a message ends or belong to one connection are the gateway's business alone (request smuggling, hangs);
 * `host` is another name of `:authority`.
 */
export function isReserved(name: string): bool {
  switch (name.length) {
    case 4:
      return equalsIgnoringCase(name, "host");
    case 10:
      return equalsIgnoringCase(name, "connection");
    case 14:
      return equalsIgnoringCase(name, "content-length");
    case 17:
      return equalsIgnoringCase(name, "transfer-encoding");
    default:
      return false;
  }
}

/**
 * Headers with one value, where a gateway's "add" joins with a comma (`text/html,text/plain`). Source: Envoy's inline headers;
 * RFC 9110's singletons among them.
 */
export function isSingleValued(name: string): bool {
  switch (name.length) {
    case 4:
      return equalsIgnoringCase(name, "date") || equalsIgnoringCase(name, "etag");
    case 6:
      return equalsIgnoringCase(name, "server");
    case 7:
      return equalsIgnoringCase(name, "referer") || equalsIgnoringCase(name, "expires");
    case 8:
      return equalsIgnoringCase(name, "location");
    case 10:
      return equalsIgnoringCase(name, "user-agent");
    case 12:
      return equalsIgnoringCase(name, "content-type") || equalsIgnoringCase(name, "x-request-id");
    case 13:
      return equalsIgnoringCase(name, "authorization") || equalsIgnoringCase(name, "last-modified");
    default:
      return false;
  }
}
