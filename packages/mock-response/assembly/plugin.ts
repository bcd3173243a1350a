import { Action, Plugin } from "@gateway-plugins/sdk";
import { Config } from "./config";

new Plugin<Config>("mock-response")
  .parseConfig((json, config) => config.read(json))
  .onRequestHeaders((ctx) => {
    if (ctx.config.mockEnable) return ctx.respond(200, "hello world");
    ctx.request.headers.append("hello", "world");
    return Action.Continue;
  });
