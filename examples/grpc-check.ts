import { Action, ConfigReader, GrpcClient, Plugin, ProtoReader, ProtoWriter } from "@gateway-plugins/sdk";

/** Asks a gRPC service, `Checks.Check(path = 1, user = 2)`, which answers `allowed = 1, reason = 2`. Fails closed. */
class Config {
  checks: GrpcClient = GrpcClient.NONE;

  read(json: ConfigReader): void {
    this.checks = new GrpcClient(json.service());
  }
}

new Plugin<Config>("grpc-check")
  .parseConfig((json, config) => config.read(json))
  .onRequestHeaders((ctx) => {
    const question = new ProtoWriter()
      .text(1, ctx.request.path)
      .text(2, ctx.request.headers.get("x-user") || "");
    return ctx.config.checks
      .call("example.Checks", "Check", question.take(), { timeout: 200 })
      .send(ctx, (ctx, answer) => {
        if (!answer.ok) return ctx.respond(503, "check failed: " + answer.reason);
        let allowed = false;
        let reason = "";
        const reader = new ProtoReader(answer.bytes);
        while (reader.next()) {
          if (reader.field == 1) allowed = reader.bool();
          else if (reader.field == 2) reason = reader.text();
        }
        return allowed && reader.ok ? Action.Continue : ctx.respond(403, reason);
      });
  });
