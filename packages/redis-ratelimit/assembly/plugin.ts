import { Action, Plugin, clock } from "@gateway-plugins/sdk";
import { Config } from "./config";

// One atomic step: a key without an expiry (a failover can lose it) gets one again.
const COUNT = `local n = redis.call('INCR', KEYS[1])
if redis.call('TTL', KEYS[1]) < 0 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return n`;

class State {
  /** Unix seconds at which the request's window began; 0: not counted. */
  window: u32 = 0;
  left: i32 = 0;
}

new Plugin<Config, State>("redis-ratelimit")
  .parseConfig((json, config) => config.read(json))
  .onRequestHeaders((ctx) => {
    const now = <u32>clock.nowSeconds();
    ctx.state.window = now - (now % 60);
    return ctx.config.redis
      .eval(COUNT, [ctx.config.key(ctx.request.routeName, ctx.state.window)], [(60 - (now % 60)).toString()])
      .send(ctx, (ctx, reply) => {
        const window = ctx.state.window;
        if (!reply.ok) {
          ctx.state.window = 0;
          reply.logError("redis failed, the request passes");
          return Action.Continue;
        }
        const count = reply.integer();
        if (count <= ctx.config.qpm) {
          ctx.state.left = ctx.config.qpm - <i32>count;
          return Action.Continue;
        }
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
