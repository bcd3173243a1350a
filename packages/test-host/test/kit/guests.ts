import { guest, pairs } from "@gateway-plugins/test-parts/guests/guest";

const CALL = pairs({ ":method": "GET", ":path": "/auth", ":authority": "auth", "x-forwarded-method": "GET" });

/** Asks the cluster `auth` about every request, puts `x-user: ann` on it and takes its cookie away. */
export const asking = guest(
  ({ on, run, text, log }) => `
  ${on("proxy_on_request_headers", `(global.set $stream (local.get $id)) ${run("proxy_http_call", text("auth"), text(CALL), text(""), text(""), 500, 16)} (return (i32.const 4))`)}
  ${on(
    "proxy_on_http_call_response",
    `${run("proxy_set_effective_context", "(global.get $stream)")}
     ${run("proxy_replace_header_map_value", 0, text("x-user"), text("ann"))}
     ${run("proxy_remove_header_map_value", 0, text("cookie"))}
     ${log("resuming")} ${run("proxy_continue_stream", 0)}`,
  )}`,
);

/** Answers 403 to every request. */
export const refusing = guest(({ on, run, text }) =>
  on(
    "proxy_on_request_headers",
    run(
      "proxy_send_local_response",
      403,
      text("denied"),
      text("go away"),
      text(pairs({ "x-why": "no" })),
      -1,
    ),
  ),
);

export const trapping = guest(({ on }) => on("proxy_on_request_headers", "unreachable"));

/** Holds every request; a callout without an answer is under way. */
export const waiting = guest(({ on, run, text }) =>
  on(
    "proxy_on_request_headers",
    `${run("proxy_http_call", text("auth"), text(CALL), text(""), text(""), 500, 16)} (return (i32.const 4))`,
  ),
);

export const complaining = guest(({ on, run, text }) =>
  on("proxy_on_request_headers", run("proxy_log", 4, text("something is wrong"))),
);

/** Takes a page of memory more with each request. */
export const growing = guest(({ on }) =>
  on("proxy_on_request_headers", "(drop (memory.grow (i32.const 1)))"),
);
