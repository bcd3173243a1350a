/** `npm start` at the root: the four plugins of this repository, in one filter chain, as a Higress gateway runs them. */
import { fileURLToPath } from "node:url";
import { readFileSync } from "node:fs";
import { echo, serve, startRedis, type GatewayConfig } from "@gateway-plugins/test-host/live";
import { describeError } from "./describe-error.ts";
import { report } from "./dev/report.ts";
import { untilStopped } from "./dev/until-stopped.ts";
import { print, printError } from "./terminal.ts";

const TOKEN = "let-me-in";

/** Each plugin acts on the route of its own name: Higress's `_rules_`. hello-world has no configuration and acts on all. */
const CONFIGURATIONS: Record<string, object | undefined> = {
  "hello-world": undefined,
  "mock-response": { mockEnable: true },
  "http-call": { tokenHeader: "x-token", requestPath: "/auth", serviceName: "auth.static" },
  "redis-ratelimit": { serviceName: "redis.static", qpm: 3 },
};

function filter(name: string, configuration: object | undefined) {
  const path = fileURLToPath(new URL(`../../${name}/dist/${name}.wasm`, import.meta.url));
  const text = configuration && JSON.stringify({ _rules_: [{ _match_route_: [name], ...configuration }] });
  return {
    name,
    pluginName: name,
    rootId: "",
    vmId: "",
    code: { bytes: new Uint8Array(readFileSync(path)), path },
    vmConfiguration: new Uint8Array(),
    configuration: new Uint8Array(Buffer.from(text ?? "")),
    failOpen: false,
  };
}

function configure(redis: { address: string; port: number }): GatewayConfig {
  const names = Object.keys(CONFIGURATIONS);
  const routes = [...names, ""].map((name) => ({
    name: name || "default",
    match: { prefix: `/${name}` },
    action: { cluster: "echo" },
    timeoutMs: 15_000,
  }));
  const auth = () => ({ headers: { "x-token": TOKEN }, body: "known\n" });
  return {
    listeners: [
      {
        name: "listener_0",
        address: { address: "127.0.0.1", port: 10000 },
        virtualHosts: [{ name: "all", domains: ["*"], routes }],
        filters: names.map((name) => filter(name, CONFIGURATIONS[name])),
      },
    ],
    clusters: [
      { name: "echo", connectTimeoutMs: 1000, endpoints: [{ handler: echo }] },
      { name: "outbound|80||auth.static", connectTimeoutMs: 1000, endpoints: [{ handler: auth }] },
      { name: "outbound|80||redis.static", connectTimeoutMs: 1000, endpoints: [redis] },
    ],
    admin: { address: "127.0.0.1", port: 9901 },
  };
}

const url = "http://127.0.0.1:10000";
const redis = await startRedis();
try {
  const live = await serve(configure(redis), { profile: "higress", ...report() });
  print(`The four plugins serve on ${url}, admin on http://127.0.0.1:9901/help. Try, in another terminal:

  curl -s ${url}/hello-world
      the upstream's echo shows the header that was added, "hello": "world"
  curl -i ${url}/mock-response
      200 "hello world", answered by the plugin; no upstream is asked
  curl -s -H 'x-token: forged' ${url}/http-call
      "x-token": "${TOKEN}", from the auth service, in place of the forged one
  curl -i ${url}/redis-ratelimit
      callTimeLeft counts down from 2; the fourth within a minute answers 429

Ready. Ctrl-C stops.`);
  await untilStopped(() => live.close());
} catch (error) {
  printError(describeError(error));
  process.exitCode = 1;
} finally {
  await redis.close();
}
