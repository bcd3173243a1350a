import { startGateway, upstream } from "@gateway-plugins/test-host";
import { pluginFile, perSecond, type Row } from "./row.ts";

const REQUESTS = 3000;
const WARM_UP = 500;

/** Requests per second through `gateway.fetch`. */
export async function inProcess(): Promise<Row[]> {
  const auth = () => ({ headers: { "x-token": "t" } });
  const cluster = "outbound|80||auth.dns";
  const calling = { tokenHeader: "x-token", requestPath: "/auth", serviceName: "auth.dns", servicePort: 80 };
  return [
    await rate("hello-world", {}, true),
    await rate("hello-world", {}, false),
    await rate("http-call, with its callout", { config: calling, clusters: { [cluster]: auth } }, false),
  ];
}

async function rate(
  what: string,
  options: Partial<Parameters<typeof startGateway>[0]>,
  trace: boolean,
): Promise<Row> {
  const plugin = pluginFile(what.split(",")[0] ?? "");
  const gateway = await startGateway({
    plugin,
    upstream: upstream({ body: "ok" }).handler,
    trace,
    ...options,
  });
  for (let i = 0; i < WARM_UP; i++) await gateway.fetch("/");
  const begin = performance.now();
  for (let i = 0; i < REQUESTS; i++) await gateway.fetch("/");
  const ms = performance.now() - begin;
  await gateway.close();
  return { what: `${what}, ${trace ? "with traces" : "without traces"}`, figure: perSecond(REQUESTS, ms) };
}
