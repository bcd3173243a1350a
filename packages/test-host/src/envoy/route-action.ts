import type { DirectAction, ForwardAction, PathRewrite, RedirectAction } from "../gateway/route-config.ts";
import type { Message } from "./message.ts";
import type { ClusterUse } from "./route.ts";
import { readRegex } from "./text-match.ts";

/** `config.route.v3.RouteAction`, its timeouts aside. */
export function readForward(message: Message, uses: ClusterUse): ForwardAction | undefined {
  const at = message.required("cluster");
  const cluster = at?.string();
  if (cluster !== undefined) uses(cluster, at!);
  const path = readPathRewrite(message);
  const [hostKind, host] = message.oneOf(["host_rewrite_literal", "host_rewrite_header"], true) ?? [];
  const hostText = host?.string();
  const appendForwardedHost = message.optional("append_x_forwarded_host")?.boolean() === true;
  if (cluster === undefined) return undefined;
  return {
    cluster,
    ...(path !== undefined && { path }),
    ...(hostText !== undefined && {
      host: hostKind === "host_rewrite_literal" ? { literal: hostText } : { header: hostText.toLowerCase() },
    }),
    ...(appendForwardedHost && { appendForwardedHost }),
  };
}

export function readDirectResponse(message: Message): DirectAction | undefined {
  const status = message.required("status")?.integer(200, 599);
  const body = message
    .optional("body")
    ?.message("DataSource", (source) => source.required("inline_string")?.string());
  return status === undefined ? undefined : { status, body: body ?? "" };
}

const REDIRECT_CODES = {
  MOVED_PERMANENTLY: 301,
  FOUND: 302,
  SEE_OTHER: 303,
  TEMPORARY_REDIRECT: 307,
  PERMANENT_REDIRECT: 308,
} as const;

export function readRedirect(message: Message): RedirectAction {
  const codes = Object.keys(REDIRECT_CODES) as (keyof typeof REDIRECT_CODES)[];
  const code =
    message.optional("response_code")?.oneOf(codes, `use ${codes.join(", ")}`) ?? "MOVED_PERMANENTLY";
  const [schemeKind, schemeValue] = message.oneOf(["https_redirect", "scheme_redirect"], true) ?? [];
  const scheme =
    schemeKind === "https_redirect"
      ? schemeValue!.boolean() === true
        ? "https"
        : undefined
      : schemeValue?.string();
  const host = message.optional("host_redirect")?.string();
  const port = message.optional("port_redirect")?.integer(0, 65_535);
  const whole = message.optional("path_redirect")?.string();
  const path = whole === undefined ? readPathRewrite(message) : { whole };
  const stripQuery = message.optional("strip_query")?.boolean() === true;
  return {
    redirect: {
      status: REDIRECT_CODES[code],
      ...(scheme !== undefined && { scheme }),
      ...(host !== undefined && { host }),
      ...(port !== undefined && { port }),
      ...(path !== undefined && { path }),
      ...(stripQuery && { stripQuery }),
    },
  };
}

function readPathRewrite(message: Message): PathRewrite | undefined {
  const [kind, value] = message.oneOf(["prefix_rewrite", "regex_rewrite"], true) ?? [];
  if (kind === "regex_rewrite") {
    return value!.message("RegexMatchAndSubstitute", (rewrite) => {
      const regex = rewrite.required("pattern")?.message("RegexMatcher", readRegex);
      const substitution = rewrite.optional("substitution")?.string() ?? "";
      return regex === undefined ? undefined : { regex, substitution };
    });
  }
  const prefix = value?.string();
  return prefix === undefined ? undefined : { prefix };
}
