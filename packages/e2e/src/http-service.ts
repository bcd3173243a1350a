import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

/** A real HTTP server in front of which, or beside which, a gateway stands. */
export interface HttpService {
  readonly address: string;
  readonly port: number;
  readonly url: string;
  /** Heads of the requests received, in order. */
  readonly requests: IncomingMessage[];
  /** What answers from now on. */
  answer: RequestListener;
  close(): Promise<void>;
}

/** Listens on a free loopback port. */
export async function startHttpService(answer: RequestListener): Promise<HttpService> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    service.answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { address, port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  const service: HttpService = { address, port, url: `http://${address}:${port}`, requests, answer, close };
  return service;
}
