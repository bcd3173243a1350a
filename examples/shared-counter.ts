import { Action, Counter, Gauge, Plugin, SharedCounter, SharedValue } from "@gateway-plugins/sdk";

// Numbers all requests of a gateway, whichever worker serves them, and remembers the longest path.
const total = new SharedCounter("shared-counter.requests");
const requests = new Counter("shared_counter_requests");
const longest = new Gauge("shared_counter_longest_path");

new Plugin("shared-counter").onRequestHeaders((ctx) => {
  requests.add();
  ctx.request.headers.set("x-request-number", total.add().toString());
  // Read, decide, write; once more when another worker was faster.
  const length: i64 = ctx.request.path.length;
  const peak = new SharedValue("shared-counter.longest-path");
  while (peak.attempt()) if (length > peak.i64()) peak.setI64(length);
  longest.set(max(length, peak.i64()));
  return Action.Continue;
});
