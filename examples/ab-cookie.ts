import { Action, ConfigReader, Plugin, crypto, setCookie } from "@gateway-plugins/sdk";

/** Sends a share of the users to variant b, the same ones each time: by the hash of their cookie, or of a new one. */
class Config {
  cookie: string = "";
  header: string = "";
  percent: u32 = 0;

  read(json: ConfigReader): void {
    this.cookie = json.string("cookie", "visitor");
    this.header = json.string("header", "x-variant");
    this.percent = json.requireInteger("percent", { min: 0, max: 100 });
  }
}
class State {
  fresh: string = "";
}

new Plugin<Config, State>("ab-cookie")
  .parseConfig((json, config) => config.read(json))
  .onRequestHeaders((ctx) => {
    let visitor = ctx.request.cookie(ctx.config.cookie) || "";
    if (!visitor.length) {
      visitor = ctx.request.headers.get("x-request-id") || ctx.request.clientAddress;
      ctx.state.fresh = visitor;
    }
    const hash = crypto.sha256(visitor);
    const share = (((<u32>hash.at(0)) << 8) | (<u32>hash.at(1))) % 100;
    ctx.request.headers.set(ctx.config.header, share < ctx.config.percent ? "b" : "a");
    return Action.Continue;
  })
  .onResponseHeaders((ctx) => {
    if (!ctx.state.fresh.length) return Action.Continue;
    const cookie = setCookie(ctx.config.cookie, ctx.state.fresh, { maxAge: 86400 * 30, httpOnly: true });
    if (cookie != null) ctx.response.headers.append("set-cookie", cookie);
    return Action.Continue;
  });
