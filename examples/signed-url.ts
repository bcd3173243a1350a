import { Action, ConfigReader, Plugin, clock, crypto, hex } from "@gateway-plugins/sdk";

/** Lets URLs pass that carry `expires` (Unix seconds) and `sig`, the HMAC-SHA-256 of path, line feed and `expires` in hex; answers others with 403. The rest of the query is not signed. */
class Config {
  secret: string = "";

  read(json: ConfigReader): void {
    this.secret = json.requireString("secret");
  }
}

new Plugin<Config>("signed-url")
  .parseConfig((json, config) => config.read(json))
  .onRequestHeaders((ctx) => {
    const query = ctx.request.query;
    const expires = query.get("expires") || "";
    const expected = hex.encode(crypto.hmacSha256(ctx.config.secret, ctx.request.pathname + "\n" + expires));
    if (!crypto.safeEquals(query.get("sig") || "", expected)) return ctx.respond(403, "bad signature");
    // Written so that what is no number is expired, too.
    if (!(parseInt(expires) > <f64>clock.nowSeconds())) return ctx.respond(403, "expired");
    return Action.Continue;
  });
