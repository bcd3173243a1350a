import {
  Action,
  Bytes,
  ConfigReader,
  GrpcClient,
  GrpcStream,
  Plugin,
  ProtoReader,
  ProtoWriter,
} from "@gateway-plugins/sdk";

/**
 * Tells a gRPC service of each request and of its response, on one stream: `Watcher.Watch(stream Event) returns (stream Verdict)`, where an Event has
 * `path = 1` or `status = 2`, and a Verdict `refused = 1, reason = 2`. Fails closed for requests, open for responses.
 */
class Config {
  watcher: GrpcClient = GrpcClient.NONE;

  read(json: ConfigReader): void {
    this.watcher = new GrpcClient(json.service());
  }
}
class State {
  stream: GrpcStream | null = null;
}

/** Why the service refuses; null when it does not. */
function refusalIn(verdict: Bytes): string | null {
  let refused = false;
  let reason = "";
  const reader = new ProtoReader(verdict);
  while (reader.next()) {
    if (reader.field == 1) refused = reader.bool();
    else if (reader.field == 2) reason = reader.text();
  }
  return refused || !reader.ok ? reason : null;
}

new Plugin<Config, State>("grpc-stream")
  .parseConfig((json, config) => config.read(json))
  .onRequestHeaders((ctx) => {
    const stream = ctx.config.watcher.stream("example.Watcher", "Watch");
    ctx.state.stream = stream;
    return stream.write(new ProtoWriter().text(1, ctx.request.path).take()).send(ctx, (ctx, stream) => {
      const verdict = stream.message;
      if (verdict == null) return ctx.respond(503, "nobody watches: " + stream.reason);
      const refusal = refusalIn(verdict);
      return refusal == null ? Action.Continue : ctx.respond(403, refusal);
    });
  })
  .onResponseHeaders((ctx) => {
    const stream = ctx.state.stream;
    if (stream == null) return Action.Continue;
    const event = new ProtoWriter().varint(2, ctx.response.status).take();
    return stream
      .write(event)
      .end()
      .send(ctx, (ctx, stream) => {
        const verdict = stream.message;
        if (verdict == null) return Action.Continue;
        const refusal = refusalIn(verdict);
        return refusal == null ? Action.Continue : ctx.respond(502, refusal);
      });
  });
