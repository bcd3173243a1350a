import type { Server as HttpServer } from "node:http";
import type { AddressInfo, Server } from "node:net";
import type { SocketAddress } from "../gateway/config.ts";

/** An address that cannot be listened on. */
export class ListenError extends Error {
  override readonly name = "ListenError";
  readonly code = "address-unavailable";
}

/** What another port would not mend. */
const NOT_OURS = new Set(["EADDRNOTAVAIL", "EAFNOSUPPORT", "EINVAL", "ENOTFOUND", "EAI_AGAIN"]);

/** @param flag the command line flag that chooses another port, for the message */
export async function listen(server: Server, { address, port }: SocketAddress, flag: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === "EADDRINUSE" ? "is in use by another process" : `cannot be used (${error.code})`;
      reject(
        new ListenError(
          NOT_OURS.has(error.code ?? "")
            ? `${address} is no address of this machine (${error.code}). Choose another one with --host <address>.`
            : `Port ${port} on ${address} ${reason}. Choose another one with ${flag} <number>.`,
        ),
      );
    });
    server.listen(port, address, resolve);
  });
}

/** Stops accepting, lets requests finish for up to `graceMs`, then drops what is left. */
export async function stop(server: HttpServer, graceMs: number): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  const deadline = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(deadline);
}

/** Where a server listens, with the port the system chose for 0. */
export function boundAddress(server: Server): SocketAddress {
  const { address, port } = server.address() as AddressInfo;
  return { address, port };
}
