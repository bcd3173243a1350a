import { Action, ConfigReader, Plugin, StreamReplacer } from "@gateway-plugins/sdk";

/** Replaces a text in responses while they stream through, also across the borders of chunks. Compressed and binary ones pass. */
class Config {
  from: string = "";
  to: string = "";

  read(json: ConfigReader): void {
    this.from = json.requireString("from");
    this.to = json.string("to");
  }
}
class State {
  replacer: StreamReplacer | null = null;
}

new Plugin<Config, State>("replace-chunks")
  .parseConfig((json, config) => config.read(json))
  .onResponseHeaders((ctx) => {
    if (ctx.response.hasBinaryBody) ctx.response.skipBody();
    else ctx.state.replacer = new StreamReplacer(ctx.config.from, ctx.config.to);
    return Action.Continue;
  })
  .rewriteResponseChunks((ctx, chunk, last) => {
    const replacer = ctx.state.replacer;
    return replacer ? replacer.push(chunk, last) : chunk;
  });
