import { Action, Failure, Plugin } from "@gateway-plugins/sdk";
import { Config } from "./config";

new Plugin<Config>("http-call")
  .parseConfig((json, config) => config.read(json))
  .onRequestHeaders((ctx) =>
    ctx.config.service.get(ctx.config.requestPath).send(ctx, (ctx, response) => {
      const failure = response.failure;
      // The guide's choice: a service that the gateway does not know, or that has no host, lets requests pass.
      if (failure == Failure.UnknownCluster || failure == Failure.NoHealthyHost) {
        response.logError("not called, the request passes: " + ctx.config.service.cluster.name);
        return Action.Continue;
      }
      if (response.status != 200) {
        response.logError("http call failed");
        return ctx.respond(500, "http call failed");
      }
      const token = response.headers.get(ctx.config.tokenHeader);
      if (token != null) ctx.request.headers.set(ctx.config.tokenHeader, token);
      return Action.Continue;
    }),
  );
