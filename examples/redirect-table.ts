import { Action, ConfigReader, Plugin } from "@gateway-plugins/sdk";

/** Redirects paths by a table; `/old/*` takes what follows along to `/new/*`. The query stays. Other paths go to the service. */
class Redirect {
  constructor(
    public from: string,
    public to: string,
    public status: i32,
  ) {}
  /** Where a path leads; "" when this line is not about it. */
  target(path: string): string {
    if (!this.from.endsWith("*")) return path == this.from ? this.to : "";
    const prefix = this.from.substring(0, this.from.length - 1);
    if (!path.startsWith(prefix)) return "";
    if (!this.to.endsWith("*")) return this.to;
    const target = this.to.substring(0, this.to.length - 1) + path.substring(prefix.length);
    // To `/*`, `/old//evil.example` would lead to another host.
    return target.startsWith("//") && !this.to.startsWith("//") ? "" : target;
  }
}
class Config {
  table: Redirect[] = [];

  read(json: ConfigReader): void {
    const lines = json.objects("redirects");
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i];
      const status = line.integer("status", 302);
      if (![301, 302, 303, 307, 308].includes(status))
        line.fail("status", "must redirect: 301, 302, 303, 307 or 308");
      this.table.push(new Redirect(line.requireString("from"), line.requireString("to"), status));
    }
  }
}

new Plugin<Config>("redirect-table")
  .parseConfig((json, config) => config.read(json))
  .onRequestHeaders((ctx) => {
    const path = ctx.request.pathname;
    for (let i = 0; i < ctx.config.table.length; i++) {
      const line = ctx.config.table[i];
      const target = line.target(path);
      if (!target.length) continue;
      const query = ctx.request.path.substring(path.length);
      return ctx.respond(line.status, "", {
        headers: [["location", target + query]],
        details: "redirect_table",
      });
    }
    return Action.Continue;
  });
