import { Action, ConfigReader, Pattern, Plugin } from "@gateway-plugins/sdk";

/** Masks what looks like personal data in JSON responses. Patterns match in linear time, whatever a service answers. */
class Config {
  patterns: Pattern[] = [];
  mask: string = "";

  read(json: ConfigReader): void {
    this.mask = json.string("mask", "***");
    const sources = json.strings("patterns");
    for (let i = 0; i < sources.length; i++) {
      const pattern = Pattern.compile(sources[i]);
      if (pattern) this.patterns.push(pattern);
      else json.fail("patterns", sources[i] + ": " + Pattern.problem);
    }
    // It stands inside JSON strings.
    if (this.mask.includes('"') || this.mask.includes("\\"))
      json.fail("mask", "must not hold quotes or backslashes");
  }
}

new Plugin<Config>("mask-pii")
  .limitResponseBody(1 << 19)
  .parseConfig((json, config) => config.read(json))
  .onResponseHeaders((ctx) => {
    const type = ctx.response.headers.get("content-type") || "";
    if (!type.startsWith("application/json") || ctx.response.headers.has("content-encoding"))
      ctx.response.skipBody();
    return Action.Continue;
  })
  .rewriteResponseBody((ctx, body) => {
    const before = body.text();
    let text = before;
    for (let i = 0; i < ctx.config.patterns.length; i++)
      text = ctx.config.patterns[i].replaceAll(text, ctx.config.mask);
    return text == before ? Action.Continue : body.replaceText(text);
  });
