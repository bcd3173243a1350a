import { formatProblem } from "../gateway/access-log.ts";
import type { HeaderAddition, HeaderEdits } from "../gateway/route-config.ts";
import type { Message } from "./message.ts";
import type { Value } from "./value.ts";

export interface ReadEdits {
  request: HeaderEdits;
  response: HeaderEdits;
}

/** The four lists that routes, virtual hosts and route configurations have. */
export function readHeaderEdits(message: Message): ReadEdits {
  const read = (side: "request" | "response"): HeaderEdits => ({
    remove: (message.optional(`${side}_headers_to_remove`)?.list() ?? []).flatMap(
      (name) => name.string()?.toLowerCase() ?? [],
    ),
    add: (message.optional(`${side}_headers_to_add`)?.list() ?? []).flatMap((one) => readAddition(one) ?? []),
  });
  return { request: read("request"), response: read("response") };
}

/** The lists that do something, as a route or virtual host keeps them. */
export function effective(...edits: readonly ReadEdits[]): {
  requestHeaders?: HeaderEdits[];
  responseHeaders?: HeaderEdits[];
} {
  const lists = (side: "request" | "response") =>
    edits.map((one) => one[side]).filter(({ add, remove }) => add.length + remove.length > 0);
  const [request, response] = [lists("request"), lists("response")];
  return {
    ...(request.length > 0 && { requestHeaders: request }),
    ...(response.length > 0 && { responseHeaders: response }),
  };
}

const ACTIONS: Record<string, HeaderAddition["action"]> = {
  APPEND_IF_EXISTS_OR_ADD: "append",
  ADD_IF_ABSENT: "add-if-absent",
  OVERWRITE_IF_EXISTS_OR_ADD: "overwrite-or-add",
  OVERWRITE_IF_EXISTS: "overwrite",
};

/** `config.core.v3.HeaderValueOption`. */
function readAddition(value: Value): HeaderAddition | undefined {
  return value.message("HeaderValueOption", (message) => {
    const keepEmpty = message.optional("keep_empty_value")?.boolean() === true;
    const append = message.optional("append")?.boolean();
    const word = message
      .optional("append_action")
      ?.oneOf(Object.keys(ACTIONS), `use ${Object.keys(ACTIONS).join(", ")}`);
    const action = append === false ? "overwrite-or-add" : ACTIONS[word ?? "APPEND_IF_EXISTS_OR_ADD"]!;
    return message.required("header")?.message("HeaderValue", (header) => {
      const name = header.required("key")?.string();
      const given = header.optional("value");
      const text = given === undefined ? "" : given.string();
      if (name === undefined || text === undefined) return undefined;
      if (name.startsWith(":") || name.toLowerCase() === "host")
        return header.problem(
          `${name} cannot be added; rewrite the host or the path with host_rewrite_literal or prefix_rewrite`,
        );
      const problem = formatProblem(text);
      if (problem !== undefined) return given!.problem(problem);
      return { name: name.toLowerCase(), value: text, action, keepEmpty };
    });
  });
}
