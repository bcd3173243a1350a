import { Action, ConfigReader, Plugin } from "@gateway-plugins/sdk";

/** Keeps tracking out of the service: drops named query parameters and cookies, and leaves everything else as it was written. */
class Config {
  parameters: string[] = [];
  cookies: string[] = [];

  read(json: ConfigReader): void {
    this.parameters = json.strings("dropParameters");
    this.cookies = json.strings("dropCookies");
  }
}

new Plugin<Config>("cookie-query")
  .parseConfig((json, config) => config.read(json))
  .onRequestHeaders((ctx) => {
    const query = ctx.request.query;
    let changed = false;
    for (let i = 0; i < ctx.config.parameters.length; i++)
      if (query.delete(ctx.config.parameters[i])) changed = true;
    if (changed) ctx.request.query = query;

    const cookies = ctx.request.cookies;
    changed = false;
    for (let i = 0; i < ctx.config.cookies.length; i++)
      if (cookies.delete(ctx.config.cookies[i])) changed = true;
    if (changed) ctx.request.cookies = cookies;
    return Action.Continue;
  });
