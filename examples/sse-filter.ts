import { Action, ByteSink, ConfigReader, EventReader, Plugin } from "@gateway-plugins/sdk";

/** Drops server-sent events by name and masks words in the others, as they stream through. Other responses, and compressed ones, pass as they are. */
class Config {
  drop: string[] = [];
  banned: string[] = [];

  read(json: ConfigReader): void {
    this.drop = json.strings("drop");
    this.banned = json.strings("banned");
  }
}
class State {
  events: EventReader = new EventReader();
}

new Plugin<Config, State>("sse-filter")
  .parseConfig((json, config) => config.read(json))
  .onRequestHeaders((ctx) => {
    ctx.request.headers.delete("accept-encoding");
    return Action.Continue;
  })
  .onResponseHeaders((ctx) => {
    const type = ctx.response.headers.get("content-type") || "";
    if (!type.startsWith("text/event-stream") || ctx.response.hasBinaryBody) ctx.response.skipBody();
    return Action.Continue;
  })
  .rewriteResponseChunks((ctx, chunk, last) => {
    const events = ctx.state.events;
    const out = new ByteSink(chunk.length);
    events.push(chunk, last);
    for (let event = events.next(); event; event = events.next()) {
      if (ctx.config.drop.includes(event.name)) continue;
      const before = event.data || "";
      let data = before;
      for (let i = 0; i < ctx.config.banned.length; i++) data = data.replaceAll(ctx.config.banned[i], "***");
      if (data == before) out.bytes(event.raw);
      else {
        event.data = data;
        out.bytes(event.toBytes());
      }
    }
    return out.take();
  });
