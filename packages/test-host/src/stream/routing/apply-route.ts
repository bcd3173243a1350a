import type { DirectAction, RedirectAction, RouteEdits } from "../../gateway/route-config.ts";
import type { LocalResponse } from "../../vm/context.ts";
import { accessRecord } from "../access-record.ts";
import { HeaderMap } from "../header-map.ts";
import type { HttpStream } from "../http-stream.ts";
import { gatewayReply } from "../local-reply.ts";
import type { ChosenRoute } from "../route.ts";
import { editHeaders } from "./header-edits.ts";
import { redirectLocation, rewriteRequest } from "./rewrite.ts";

/** What the route does to a request on its way to the upstream. */
export function finalizeRequest(stream: HttpStream, headers: HeaderMap, chosen: ChosenRoute): void {
  edit(stream, headers, chosen, "requestHeaders");
  if ("cluster" in chosen.route.action) rewriteRequest(headers, chosen.route, chosen.route.action);
}

/** What the route does to a response before the filters see it. */
export function finalizeResponse(
  stream: HttpStream,
  headers: HeaderMap,
  chosen: ChosenRoute | undefined,
): void {
  if (chosen !== undefined) edit(stream, headers, chosen, "responseHeaders");
}

/** The answer of a route that asks no upstream. */
export function routeReply(
  stream: HttpStream,
  chosen: ChosenRoute,
  action: DirectAction | RedirectAction,
): LocalResponse {
  const headers = new HeaderMap();
  if ("redirect" in action)
    headers.set(
      "location",
      redirectLocation(stream.request.headers ?? new HeaderMap(), action, chosen.route.match),
    );
  finalizeResponse(stream, headers, chosen);
  const { status, body } = "redirect" in action ? { status: action.redirect.status, body: "" } : action;
  return gatewayReply(status, body, "direct_response", headers.entries());
}

function edit(
  stream: HttpStream,
  headers: HeaderMap,
  chosen: ChosenRoute,
  which: "requestHeaders" | "responseHeaders",
): void {
  const levels: readonly Partial<RouteEdits>[] = [chosen.route, chosen.virtualHost];
  const lists = levels.flatMap((level) => level[which] ?? []);
  if (lists.length === 0) return;
  editHeaders(headers, lists, () => ({ stream, record: accessRecord(stream, "") }));
}
