import { LogLevel, MapType, Status } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { Encoded, encodeTarget } from "../abi/text";
import { getHeader, replaceHeader } from "../host/headers";
import { putText } from "../abi/compose";
import { endLine, startLine } from "../host/log";

/** A pseudo header of the request; empty when it is not available. */
export function getPseudo(name: Encoded): string {
  return getHeader(MapType.RequestHeaders, name) || "";
}
/** Empty texts, spaces and control characters are refused: gateways write them into the request line as they are. */
export function setPseudo(name: Encoded, value: string): void {
  const v = encodeTarget(value);
  if (v && replaceHeader(MapType.RequestHeaders, name, v) == Status.Ok) return;
  refusePseudo(name);
}
export function refusePseudo(name: Encoded): void {
  startLine();
  putText(utf8("refused to change "));
  putText(name);
  endLine(LogLevel.Error);
}
