import { Action, Plugin } from "@gateway-plugins/sdk";
import { Config } from "./config";

// One atomic step, by Redis's clock, which all gateways share. A key without an expiry (a failover can lose it) gets one again.
const COUNT = `local c,k=redis.call,KEYS[1]
local t,n=c('TIME')[1],c('INCR',k)
t=t-t%60
if c('TTL',k)<0 then c('EXPIREAT',k,t+60) end
return {n,t}`;

class State {
  /** Unix seconds at which the request's window began; 0: not counted. */
  window: i64 = 0;
  left: i64 = 0;
}

new Plugin<Config, State>("redis-ratelimit")
  .parseConfig((json, config) => config.read(json))
  .onRequestHeaders((ctx) =>
    ctx.config.redis
      .beginEval(COUNT, 1)
      .word("redis-ratelimit:")
      .andRouteName()
      .send(ctx, (ctx, reply) => {
        if (!reply.ok) {
          reply.logError("redis failed, the request passes");
          return Action.Continue;
        }
        const left = <i64>ctx.config.qpm - reply.integerAt(0);
        const window = reply.integerAt(1);
        if (left < 0)
          return ctx
            .reply(429)
            .header("timeStamp", window)
            .header("callTimeLeft", 0)
            .send("Too many requests\n");
        const state = ctx.state;
        state.window = window;
        state.left = left;
        return Action.Continue;
      }),
  )
  .onResponseHeaders((ctx) => {
    const state = ctx.state;
    if (state.window) {
      ctx.response.headers.setNumber("timeStamp", state.window);
      ctx.response.headers.setNumber("callTimeLeft", state.left);
    }
    return Action.Continue;
  });
