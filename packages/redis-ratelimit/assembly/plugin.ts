import { Action, Plugin, clock, log } from "@gateway-plugins/sdk";
import { Config } from "./config";

// One atomic step: a key without an expiry (a failover can lose it) gets one again.
const COUNT = `local n = redis.call('INCR', KEYS[1])
if redis.call('TTL', KEYS[1]) < 0 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return n`;

class State {
  /** Unix seconds at which the request's window began; 0: not counted. */
  window: i64 = 0;
  left: i64 = 0;
}

new Plugin<Config, State>("redis-ratelimit")
  .parseConfig((json, config) => config.read(json))
  .onRequestHeaders((ctx) => {
    const now = clock.nowSeconds();
    ctx.state.window = now - (now % 60);
    return ctx.config.redis.eval(COUNT, [ctx.config.key(ctx.request.routeName, ctx.state.window)], [(60 - (now % 60)).toString()]).send(ctx, (ctx, reply) => {
      const window = ctx.state.window;
      if (!reply.ok) {
        ctx.state.window = 0;
        log.error("redis failed, the request passes: " + reply.reason);
        return Action.Continue;
      }
      ctx.state.left = <i64>ctx.config.qpm - reply.integer();
      if (ctx.state.left >= 0) return Action.Continue;
      return ctx.respond(429, "Too many requests\n", {
        headers: [
          ["timeStamp", window.toString()],
          ["callTimeLeft", "0"],
        ],
      });
    });
  })
  .onResponseHeaders((ctx) => {
    if (ctx.state.window) {
      ctx.response.headers.set("timeStamp", ctx.state.window.toString());
      ctx.response.headers.set("callTimeLeft", ctx.state.left.toString());
    }
    return Action.Continue;
  });
