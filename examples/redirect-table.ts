import { Action, ConfigReader, Plugin } from "@gateway-plugins/sdk";

/** Redirects paths by a table; `/old/*` takes what follows along to `/new/*`. The query stays. */
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
    const rest = path.substring(prefix.length);
    return this.to.endsWith("*") ? this.to.substring(0, this.to.length - 1) + rest : this.to;
  }
}
class Config {
  table: Redirect[] = [];

  read(json: ConfigReader): void {
    const lines = json.objects("redirects");
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i];
      const status = line.integer("status", 302, { min: 301, max: 308 });
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
