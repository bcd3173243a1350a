import { last, type WireListener } from "../wire-case.ts";
import { cluster } from "../wire-file.ts";

const forward = (name: string, prefix: string, route: object) => ({
  name,
  match: { prefix },
  route: { cluster: "upstream", ...route },
});
const get = (path: string) => ({ title: `GET ${path}`, send: last(`GET ${path}`) });

/** What stands for an upstream that fails, or takes its time. */
export const UPSTREAMS: readonly WireListener[] = [
  {
    name: "upstreams",
    clusters: [
      {
        name: "empty",
        connect_timeout: "1s",
        type: "STATIC",
        load_assignment: { cluster_name: "empty", endpoints: [] },
      },
      cluster("refused", "127.0.0.1:1"),
      cluster("named", "127.0.0.1:1", { circuit_breakers: { thresholds: [{ max_pending_requests: 0 }] } }),
    ],
    routes: [
      { name: "empty", match: { prefix: "/empty" }, route: { cluster: "empty" } },
      { name: "refused", match: { prefix: "/refused" }, route: { cluster: "refused" } },
      { name: "pending", match: { prefix: "/pending" }, route: { cluster: "named" } },
      forward("slow", "/slow", { timeout: "0.1s" }),
      forward("idle", "/idle", { timeout: "0s", idle_timeout: "0.1s" }),
      forward("none", "/none", { timeout: "0s" }),
      forward("limited", "/limited", { max_stream_duration: { max_stream_duration: "0.1s" }, timeout: "0s" }),
    ],
    cases: [
      ...["/empty", "/refused", "/pending", "/none"].map((path) => get(path)),
      { ...get("/slow"), answer: () => null },
      { ...get("/idle"), answer: () => null },
      { ...get("/limited"), answer: () => null },
      {
        title: "a response that stops half-way",
        send: last("GET /idle"),
        answer: () => "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf",
      },
      { title: "a request that stops half-way", send: last("POST /idle", ["content-length: 9"], "half") },
      { title: "a HEAD of an empty cluster", send: last("HEAD /empty") },
      {
        title: "gRPC to an empty cluster",
        send: last("POST /empty", ["content-type: application/grpc", "content-length: 0"]),
      },
    ],
  },
];
