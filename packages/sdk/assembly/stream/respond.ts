import { LogLevel } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { addAny, addEncoded, addPair, pairsLength, pairsPointer, startPairs } from "../abi/pairs";
import { Encoded, Rule, allows, encodeText, encoded, lengthOf, pointerOf, sizeBound } from "../abi/text";
import { isReservedText } from "../abi/names";
import { putNumber, putText } from "../abi/compose";
import { endLine, logText, startLine } from "../host/log";
import { sendLocalResponse } from "../host/streams";
import { Action, held } from "./action";
import { Options } from "./options";
import { Mark, Phase, isBefore, isMarked, running } from "./stream";

/** A local response, besides its status and body. */
export class RespondOptions {
  /** `[name, value]` pairs. Invalid ones, pseudo headers and content-length are left out and logged. */
  headers: string[][] | null = null;
  /** Default: none of its own; gateways add `text/plain` to a body without one. */
  contentType: string = "";
  /** Shown as RESPONSE_CODE_DETAILS in the access log; spaces become `_` there. */
  details: string = "";
  /** For gRPC requests; -1 lets the gateway derive it from the status. */
  grpcStatus: i32 = -1;
}

/** A status as gateways can send it: 200 to 599, 500 in place of any other. Inlined, so that a literal costs nothing. */
// @ts-ignore: decorator
@inline export function sendable(status: i32): i32 {
  return <u32>(status - 200) > 399 ? replaceStatus(status) : status;
}
function replaceStatus(status: i32): i32 {
  replaced = status;
  return 500;
}
// What 500 goes out for; 500 is nothing. Never set by a plugin whose statuses are literals, whose code goes then.
let replaced: i32 = 500;
function reportReplaced(): void {
  startLine();
  putNumber(replaced);
  putText(utf8(" cannot be sent as a status, 500 goes out: use 200 to 599"));
  endLine(LogLevel.Error);
}
/** Answers the running stream in the gateway's place. `status`: 200 to 599. */
export function respond(
  id: u32,
  status: i32,
  body: Encoded,
  options: Options<RespondOptions> | null,
): Action {
  if (!mayAnswer(id)) return held();
  if (options == null) return answer(status, 0, body, 0, -1);
  const details = isDefined(GATEWAY_OPTION_details) ? encodeText(options.details) : 0;
  return answer(status, details, body, encodeHeaders(options), options.grpcStatus);
}
/** Whether the stream is the running one, and has no answer yet. */
export function mayAnswer(id: u32): bool {
  if (running.id == id && !isMarked(Mark.Answered) && isBefore(Phase.ResponseBody)) return true;
  replaced = 500;
  tooLate();
  return false;
}
/** Sends the answer. `headers`: a map, 0 for none. */
export function answer(
  status: i32,
  details: Encoded,
  body: Encoded,
  headers: Encoded,
  grpcStatus: i32,
): Action {
  if (replaced != 500) reportReplaced();
  replaced = 500;
  let length = lengthOf(body);
  // Gateways send a body with these, and the client takes it for the next response.
  if (status == 204 || status == 304) length = 0;
  running.marks = (running.marks | Mark.Answered) & ~(Mark.RequestHeld | Mark.ResponseHeld);
  sendLocalResponse(status, details, pointerOf(body), length, headers, grpcStatus);
  return held();
}
/** Says why nothing was sent. */
export function tooLate(): Action {
  logText(LogLevel.Warn, utf8("too late: answered or over, or call under way"));
  return held();
}

/** The headers as a map; what may not be sent is left out and logged. */
function encodeHeaders(options: RespondOptions): Encoded {
  const headers: string[][] | null = isDefined(GATEWAY_OPTION_headers) ? options.headers : null;
  const typed =
    isDefined(GATEWAY_OPTION_contentType) &&
    options.contentType.length > 0 &&
    allows(options.contentType, Rule.FieldValue);
  let count = typed ? 1 : 0;
  let size: usize = 12 + sizeBound(options.contentType);
  if (headers != null) {
    for (let i = 0; i < headers.length; i++) {
      const pair = unchecked(headers[i]);
      if (isSendable(pair)) {
        size += sizeBound(unchecked(pair[0])) + sizeBound(unchecked(pair[1]));
        count++;
      } else leftOut(utf8(pair.length ? unchecked(pair[0]) : ""));
    }
  }
  if (isDefined(GATEWAY_OPTION_contentType) && !typed && options.contentType.length)
    leftOut(utf8("content-type"));
  startPairs(count, size);
  if (typed) {
    addEncoded(utf8("content-type"));
    addAny(options.contentType);
  }
  if (headers != null) {
    for (let i = 0; i < headers.length; i++)
      if (isSendable(unchecked(headers[i]))) addPair(unchecked(headers[i]), Rule.Any);
  }
  const length = pairsLength();
  if (length) return encoded(pairsPointer(), length);
  logText(LogLevel.Error, utf8("over 1024 headers or 1 MiB: the local response goes without them"));
  return 0;
}
/** Says that a header may not be sent. */
export function leftOut(name: Encoded): void {
  startLine();
  putText(utf8("left out of the local response: header "));
  putText(name);
  endLine(LogLevel.Error);
}
function isSendable(pair: string[]): bool {
  return (
    pair.length == 2 &&
    allows(unchecked(pair[0]), Rule.Token) &&
    !isReservedText(unchecked(pair[0])) &&
    allows(unchecked(pair[1]), Rule.FieldValue)
  );
}
