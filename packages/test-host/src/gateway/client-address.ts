import { networkInterfaces } from "node:os";
import { isIP } from "node:net";
import type { Header } from "../services/upstream/upstream.ts";
import type { ConnectionManagerConfig } from "./manager-config.ts";

export interface SocketEnd {
  address: string;
  port: number;
}

/**
 * Whom x-forwarded-for names as the client, as far as it is trusted; otherwise the connection's other end.
 * Source: Envoy, `XFFIPDetection` and `ConnectionManagerUtility::mutateRequestHeaders`.
 */
export function clientAddress(
  headers: readonly Header[],
  connection: SocketEnd,
  { useRemoteAddress, xffTrustedHops = 0 }: ConnectionManagerConfig,
): SocketEnd {
  const hops = useRemoteAddress === true ? xffTrustedHops - 1 : xffTrustedHops;
  if (hops < 0) return connection;
  const list = headers
    .filter(([name]) => name === "x-forwarded-for")
    .flatMap(([, value]) => value.split(","));
  const named = list[list.length - 1 - hops]?.trim() ?? "";
  return isIP(named) === 0 ? connection : { address: named, port: 0 };
}

/** What an edge gateway appends to x-forwarded-for: the client's address, or this machine's for a client on it. */
export function forwardedFor({ address }: SocketEnd): string {
  if (!/^127\.|^::1$/.test(address)) return address;
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return all.find(({ internal, family }) => !internal && family === "IPv4")?.address ?? address;
}
