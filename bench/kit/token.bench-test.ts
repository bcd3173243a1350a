import { startGateway, upstream } from "@gateway-plugins/test-host";
import { expect, test } from "@gateway-plugins/test-host/vitest";

test("puts the service's token on the request", async () => {
  const begin = performance.now();
  const auth = upstream({ headers: { "x-token": "from-service" } });
  const service = upstream();
  const gateway = await startGateway({
    plugin: "packages/http-call/dist/http-call.wasm",
    config: { tokenHeader: "x-token", requestPath: "/auth", serviceName: "auth.dns", servicePort: 80 },
    clusters: { "outbound|80||auth.dns": auth },
    upstream: service,
  });
  const request = gateway.fetch("/orders");
  expect(request).toBeHeld("request");
  await request;
  expect(service.requests[0]).toHaveHeader("x-token", "from-service");
  await gateway.close();
  console.log(`TOOK ${(performance.now() - begin).toFixed(3)} ms`);
});
