// Texts on their way to the host. The transform resolves these: a call with a literal becomes the address of its UTF-8 bytes, checked at
// build time; any other becomes a call of the function in text.ts that is named here. Results live until `release`.
import { Encoded } from "./text";

/** Any text. `encodeText` */
// @ts-ignore: decorator
@external("gateway-link", "encodeText") export declare function utf8(text: string): Encoded;
/** A header name to read; 0 when it is not an RFC 9110 token. `encodeName` */
// @ts-ignore: decorator
@external("gateway-link", "encodeName") export declare function headerName(name: string): Encoded;
/** A header name to set; 0 also for the gateway's own. `encodeChangeableName` */
// @ts-ignore: decorator
@external("gateway-link", "encodeChangeableName") export declare function changeableName(
  name: string,
): Encoded;
/** A header name to delete; 0 also for `x-forwarded-proto`, without which gateways find no route. `encodeDeletableName` */
// @ts-ignore: decorator
@external("gateway-link", "encodeDeletableName") export declare function deletableName(name: string): Encoded;
/** A header name to append to; 0 also for headers of a single value. `encodeAppendableName` */
// @ts-ignore: decorator
@external("gateway-link", "encodeAppendableName") export declare function appendableName(
  name: string,
): Encoded;
/** A header value; 0 when it holds CR, LF, NUL or another control character. `encodeValue` */
// @ts-ignore: decorator
@external("gateway-link", "encodeValue") export declare function headerValue(value: string): Encoded;
