import { startGateway, upstream } from "@gateway-plugins/test-host";
import { pluginFile, perSecond, type Row } from "./row.ts";

const REQUESTS = 3000;
const WARM_UP = 500;

type Options = Partial<Parameters<typeof startGateway>[0]>;

/** Requests per second through `gateway.fetch`. */
export async function inProcess(): Promise<Row[]> {
  const auth = () => ({ headers: { "x-token": "t" } });
  const cluster = "outbound|80||auth.dns";
  const calling = { tokenHeader: "x-token", requestPath: "/auth", serviceName: "auth.dns", servicePort: 80 };
  const hello = (name: string, options: Options) => rate(`hello-world, ${name}`, options);
  // Nobody's figure: the first gateway of a process runs on cold code.
  await hello("cold", {});
  return [
    await hello("as tests have it", {}),
    await hello("without traces", { trace: false }),
    await hello("without traces and watchdog", { trace: false, watchdogMs: 0 }),
    await rate("http-call, with its callout, as tests have it", {
      config: calling,
      clusters: { [cluster]: auth },
    }),
  ];
}

async function rate(what: string, options: Options): Promise<Row> {
  const plugin = pluginFile(what.split(",")[0] ?? "");
  const gateway = await startGateway({ plugin, upstream: upstream({ body: "ok" }).handler, ...options });
  for (let i = 0; i < WARM_UP; i++) await gateway.fetch("/");
  const begin = performance.now();
  for (let i = 0; i < REQUESTS; i++) await gateway.fetch("/");
  const ms = performance.now() - begin;
  await gateway.close();
  return { what, figure: perSecond(REQUESTS, ms) };
}
