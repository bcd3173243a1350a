import { Action, ConfigReader, HttpClient, Plugin, both, percent } from "@gateway-plugins/sdk";

/** Asks who the caller is, and then two services at once what they may do. Fails closed, but for the plan: without one it is the free one. */
class Config {
  auth: HttpClient = HttpClient.NONE;
  plans: HttpClient = HttpClient.NONE;
  bans: HttpClient = HttpClient.NONE;

  read(json: ConfigReader): void {
    this.auth = json.object("auth").httpService();
    this.plans = json.object("plans").httpService();
    this.bans = json.object("bans").httpService();
  }
}
class State {
  user: string = "";
}

new Plugin<Config, State>("two-calls")
  .parseConfig((json, config) => config.read(json))
  .onRequestHeaders((ctx) => {
    const token = ctx.request.headers.get("authorization");
    if (token == null) return ctx.respond(401, "no credentials");
    return ctx.config.auth.get("/check", { headers: [["authorization", token]] }).send(ctx, (ctx, auth) => {
      if (!auth.ok) return ctx.respond(auth.status == 401 ? 401 : 503, "not authorised: " + auth.reason);
      const user = auth.headers.get("x-user") || "";
      if (!user.length) return ctx.respond(503, "not authorised: no user");
      ctx.state.user = user;
      const path = percent.encode(user);
      return both(ctx.config.plans.get("/plans/" + path), ctx.config.bans.get("/bans/" + path)).send(
        ctx,
        (ctx, plan, ban) => {
          if (ban.status != 404) return ctx.respond(ban.ok ? 403 : 503, "banned, or unknown: " + ban.reason);
          ctx.request.headers.set("x-user", ctx.state.user);
          ctx.request.headers.set("x-plan", plan.ok ? plan.text() : "free");
          return Action.Continue;
        },
      );
    });
  });
